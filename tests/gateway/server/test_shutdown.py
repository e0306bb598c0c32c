"""SIGTERM with many subscribers on every transport: clean ends, and all are told to come back."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from gateway.subscriptions.cursor import CursorCodec
from tests.gateway.server.test_live_transports import EVENTS, PARTS, ROOM
from tests.gateway.subscriptions.live_shop import SECRET, chat, supergraph
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.support.live import over_sse
from tests.support.patience import connect, patient
from tests.support.ports import free_port

EACH = 30
"""Subscribers on each of the five transports."""


class Process:
    """`gateway serve` in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    async def until(self, line: str) -> None:
        """Wait until it measures this."""
        async with httpx.AsyncClient(timeout=60) as http:
            while line not in (await http.get(f"{self.url}/metrics")).text:
                pass


@asynccontextmanager
async def serving(log: OutboxLog, folder: Path) -> AsyncIterator[Process]:
    port = free_port()
    (folder / "supergraph.graphql").write_text(supergraph(log))
    apps = "tests.gateway.subscriptions.live_shop"
    protocols = ["graphql-transport-ws", "graphql-ws", "sse", "multipart"]
    config = {
        "http": {"port": port},
        "supergraph": {"file": "supergraph.graphql"},
        "subgraphs": {name: {"app": f"{apps}:{name}"} for name in ("catalog", "livestream")},
        "events": {"providers": [{"kind": "postgres", "url": log.url, "schemas": ["livestream"]}]},
        "subscriptions": {
            "cursor_secret": SECRET,
            "protocols": protocols,
            "limits": {"per_user": 1000},
        },
    }
    (folder / "gateway.yaml").write_text(yaml.safe_dump(patient(config)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "serve", "--config", str(folder / "gateway.yaml"),
        cwd=Path(__file__).parents[3], stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(60), httpx.AsyncClient(timeout=60) as http:
            while not await _is_ready(http, url):
                pass
        yield Process(process, url)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/readiness")).status_code == 200
    except httpx.TransportError:
        await asyncio.sleep(0.1)
        return False


async def over_http(url: str, accept: str) -> str:
    """All that comes until the gateway ends it."""
    body = {"query": EVENTS, "variables": ROOM}
    async with httpx.AsyncClient(timeout=60) as http:
        response = await http.post(f"{url}/graphql", json=body, headers={"accept": accept})
    return response.text


async def over_shared_sse(url: str) -> str:
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        token = {"x-graphql-event-stream-token": (await http.put("/graphql")).text}
        accept = {**token, "accept": "text/event-stream"}
        async with http.stream("GET", "/graphql", headers=accept) as stream:
            body = {"query": EVENTS, "variables": ROOM, "extensions": {"operationId": "1"}}
            assert (await http.post("/graphql", json=body, headers=token)).status_code == 202
            return (await stream.aread()).decode()


async def over_socket(url: str, protocol: str, kind: str) -> tuple[int | None, list[str]]:
    """The code that the gateway closes with, and what it sent before."""
    address, offered = url.replace("http", "ws") + "/graphql", [protocol]
    async with connect(address, subprotocols=offered) as socket:  # type: ignore[arg-type]
        await socket.send('{"type":"connection_init"}')
        payload = {"query": EVENTS, "variables": ROOM}
        subscribe = json.dumps({"id": "1", "type": kind, "payload": payload})
        if protocol == "graphql-transport-ws":
            await socket.recv()
        await socket.send(subscribe)
        told = [str(message) async for message in socket]
        return socket.close_code, told


@pytest.mark.timeout(120)
async def test_sigterm_ends_every_subscription_cleanly(database_url: str, tmp_path: Path) -> None:
    log = OutboxLog(database_url)
    await log.create("livestream")
    async with serving(log, tmp_path) as gateway, over_sse(gateway.url, EVENTS, ROOM) as first:
        url = gateway.url
        await log.append(log.topic("event"), "strm_1", chat("the stream has a position"))
        await anext(first)
        async with asyncio.TaskGroup() as group:
            streams = [group.create_task(over_http(url, "text/event-stream")) for _ in range(EACH)]
            parts = [group.create_task(over_http(url, PARTS)) for _ in range(EACH)]
            shared = [group.create_task(over_shared_sse(url)) for _ in range(EACH)]
            sockets = [
                group.create_task(over_socket(url, *kind))
                for kind in (("graphql-transport-ws", "subscribe"), ("graphql-ws", "start"))
                for _ in range(EACH)
            ]
            await gateway.until(f"gateway_subscriptions {5 * EACH + 1}.0")
            gateway.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                assert await gateway.process.wait() == 0
    for stream in streams:
        assert "event: complete" not in stream.result()
    for stream in shared:
        assert "event: complete" not in stream.result()
    for part in parts:
        _is_told_in_parts(part.result())
    for socket in sockets:
        code, told = socket.result()
        assert code == 1001
        assert not any(json.loads(message)["type"] == "complete" for message in told)


def _is_told_in_parts(text: str) -> None:
    """Why it ends, and the cursor to go on from."""
    *_, last, end = text.split("\r\n--graphql")
    assert end == "--\r\n"
    told = json.loads(last.partition("\r\n\r\n")[2])
    assert told["payload"] is None
    extensions = told["errors"][0]["extensions"]
    assert extensions["code"] == "SUBSCRIPTION_SERVER_CLOSING"
    assert CursorCodec(SECRET.encode()).decode(extensions["cursor"]).sequence == 1
