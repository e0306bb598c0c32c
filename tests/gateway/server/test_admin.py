"""The operator's listener and the command that asks it, on real sockets."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from gateway.cli import main
from gateway.config.http import Admin
from gateway.config.settings import Settings
from tests.gateway.server.test_live_transports import token, with_tokens
from tests.gateway.subscriptions.live_shop import chat, serving, settings
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.gateway.subscriptions.test_live_gateway import EVENTS, ROOM, take
from tests.support.live import over_sse, over_websocket
from tests.support.ports import free_port

TOKEN = "an-operators-token"


@pytest.fixture
async def log(database_url: str) -> OutboxLog:
    log = OutboxLog(database_url)
    await log.create("livestream")
    return log


@pytest.fixture(autouse=True)
def patient_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command waits for a gateway that is late."""
    monkeypatch.setattr("gateway.server.subscriptions_command._TIMEOUT", 60)


def with_admin(found: Settings, **admin: Any) -> tuple[Settings, str]:
    port = free_port()
    update = {"admin": Admin.model_validate({"port": port, **admin})}
    return found.model_copy(update=update), f"http://127.0.0.1:{port}"


async def run(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["subscriptions", *arguments])


async def test_live_queries_and_topics_are_told(
    log: OutboxLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, admin = with_admin(with_tokens(settings(log, tmp_path), tmp_path))
    topic = log.topic("event")
    async with (
        serving(found) as url,
        over_sse(url, EVENTS, ROOM) as anonymous,
        over_websocket(url, EVENTS, ROOM, token("usr_secret")) as ann,
    ):
        await log.append(topic, "strm_1", chat("hello"))
        await take(anonymous, 1)
        await take(ann, 1)
        assert await run("--url", admin, "--format", "json") == 0
        told = capsys.readouterr().out
        assert await run("--url", admin) == 0
        text = capsys.readouterr().out
    report = json.loads(told)
    assert report["subscriptions"]["open"] == 2
    assert report["subscriptions"]["by"] == [
        {"transport": "http", "class": "LOG", "open": 1},
        {"transport": "websocket", "class": "LOG", "open": 1},
    ]
    first, second = report["subscriptions"]["longest"]
    assert (first["transport"], first["user"], first["topic"]) == ("http", None, topic)
    assert (second["transport"], second["operation"]) == ("websocket", "Events")
    assert second["user"] is not None
    assert second["field"] == "streamEvents"
    assert first["hash"] == second["hash"] != ""
    (followed,) = report["topics"]
    assert (followed["topic"], followed["subscribers"], followed["connected"]) == (topic, 2, True)
    assert (followed["received"], followed["delivered"]) == (1, 2)
    for secret in ("usr_secret", "strm_1", "hello"):
        assert secret not in told
    assert "2 live queries, 1 topics" in text
    assert "websocket" in text
    assert topic in text


async def test_it_is_off_unless_configured_and_never_on_the_clients_listener(
    log: OutboxLog, tmp_path: Path
) -> None:
    assert Settings.model_validate({"supergraph": {"file": "x"}}).admin is None
    found, admin = with_admin(settings(log, tmp_path))
    async with serving(found) as url, httpx.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{url}/admin/subscriptions")).status_code == 404
        assert (await http.get(f"{admin}/admin/subscriptions")).status_code == 200
        assert "gateway_subscriptions" in (await http.get(f"{admin}/metrics")).text
        assert (await http.get(f"{admin}/graphql")).status_code == 404
        assert (await http.post(f"{admin}/metrics")).status_code == 405
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(timeout=60) as http:
            await http.get(f"{admin}/metrics")


async def test_a_page_whose_name_leads_here_reads_nothing(log: OutboxLog, tmp_path: Path) -> None:
    found, admin = with_admin(settings(log, tmp_path))
    async with serving(found), httpx.AsyncClient(timeout=60) as http:
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil"):
            answer = await http.get(f"{admin}/admin/subscriptions", headers={"host": host})
            assert answer.status_code == 403
            assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN_HOST"


async def test_with_a_token_nothing_is_told_without_it(
    log: OutboxLog,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, admin = with_admin(settings(log, tmp_path), token=TOKEN)
    async with serving(found), httpx.AsyncClient(timeout=60) as http:
        for path in ("/admin/subscriptions", "/metrics", "/nothing"):
            for header in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}):
                assert (await http.get(admin + path, headers=header)).status_code == 401
        assert await run("--url", admin) == 1
        assert "--token" in capsys.readouterr().err
        assert await run("--url", admin, "--token", TOKEN) == 0
        monkeypatch.setenv("GATEWAY_ADMIN_TOKEN", TOKEN)
        assert await run("--url", admin) == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1"])
def test_a_host_that_others_reach_needs_a_token(host: str) -> None:
    with pytest.raises(ValidationError, match="needs a token"):
        Admin(host=host, port=4001)
    assert Admin(host=host, port=4001, token=TOKEN).port == 4001


async def test_the_command_says_what_is_wrong(
    log: OutboxLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run("--url", f"http://127.0.0.1:{free_port()}") == 1
    assert "No gateway answers at" in capsys.readouterr().err
    assert await run("--url", "localhost") == 1
    assert "is no URL" in capsys.readouterr().err
    async with serving(settings(log, tmp_path)) as url:
        assert await run("--url", url) == 1
    assert "is not the operator's listener" in capsys.readouterr().err
