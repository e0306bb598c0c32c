"""Every close code of both WebSocket protocols, of a whole gateway on a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from gateway.security.identity import Identity
from gateway.server.callers import NoAuthentication
from tests.gateway.server.test_live_transports import (
    EVENTS,
    ROOM,
    options,
    take,
    token,
    with_tokens,
)
from tests.gateway.subscriptions.live_shop import chat, serving
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.support.live import Payloads, over_websocket
from tests.support.patience import connect

NEW, LEGACY = "graphql-transport-ws", "graphql-ws"
INIT = '{"type":"connection_init"}'


@pytest.fixture
async def log(database_url: str) -> OutboxLog:
    log = OutboxLog(database_url)
    await log.create("livestream")
    return log


@pytest.fixture
async def url(log: OutboxLog, tmp_path: Path) -> AsyncIterator[str]:
    limits = {"per_user": 100}
    settings = with_tokens(options(log, tmp_path, limits=limits), tmp_path)
    async with serving(settings) as url:
        yield url


@asynccontextmanager
async def opened(url: str, *subprotocols: str) -> AsyncIterator[ClientConnection]:
    address, offered = url.replace("http", "ws") + "/graphql", list(subprotocols) or None
    async with connect(address, subprotocols=offered) as socket:  # type: ignore[arg-type]
        yield socket


def operation(kind: str, number: int = 1, query: str = EVENTS) -> str:
    payload = {"query": query, "variables": ROOM}
    return json.dumps({"id": str(number), "type": kind, "payload": payload})


async def closed(socket: ClientConnection, *frames: str | bytes) -> int | None:
    """The code that the gateway closes with, after these frames."""
    try:
        async with asyncio.timeout(60):
            for frame in frames:
                await socket.send(frame)
            while True:
                await socket.recv()
    except ConnectionClosed:
        return socket.close_code


FAULTS: list[tuple[str, list[str | bytes], int]] = [
    ("no JSON", ["{"], 4400),
    ("no object", ["[]"], 4400),
    ("no type", ["{}"], 4400),
    ("an unknown type", ['{"type":"hello"}'], 4400),
    ("a binary frame", [INIT.encode()], 4400),
    ("a payload that is no object", ['{"type":"connection_init","payload":[]}'], 4400),
    ("a second init", [INIT, INIT], 4429),
    ("a wrong token", ['{"type":"connection_init","payload":{"authorization":"Bearer x"}}'], 4403),
    ("a frame of over 64 KiB", [INIT, "x" * (64 * 1024 + 1)], 1009),
    ("a binary frame of over 64 KiB", [INIT, b"x" * (64 * 1024 + 1)], 1009),
    ("1000 messages at once", [INIT, *['{"type":"ping"}'] * 1000], 1008),
]
NEW_FAULTS: list[tuple[str, list[str | bytes], int]] = [
    ("an operation before the init", [operation("subscribe")], 4401),
    ("a complete before the init", ['{"type":"complete","id":"1"}'], 4400),
]
LEGACY_FAULTS: list[tuple[str, list[str | bytes], int]] = [
    ("an operation before the init", [operation("start")], 4401),
    ("1000 messages at once", [INIT, *['{"type":"stop","id":"1"}'] * 1000], 1008),
    ("a message of the new protocol", [INIT, operation("subscribe")], 4400),
]
CASES = [
    *((NEW, *case) for case in FAULTS + NEW_FAULTS),
    *((LEGACY, *case) for case in FAULTS[:-1] + LEGACY_FAULTS),
]


async def test_what_breaks_a_protocol_is_closed_with_its_code(url: str) -> None:
    """And not the neighbours, all of whom are on the same gateway."""
    expected: dict[str, int] = {}
    found: dict[str, int | None] = {}

    async def break_it(case: str, protocol: str, frames: list[str | bytes]) -> None:
        async with opened(url, protocol) as socket:
            found[case] = await closed(socket, *frames)

    async with opened(url, NEW) as neighbour, asyncio.TaskGroup() as group:
        await acknowledged(neighbour)
        for protocol, name, frames, code in CASES:
            expected[f"{protocol}: {name}"] = code
            group.create_task(break_it(f"{protocol}: {name}", protocol, frames))
        await neighbour.send('{"type":"ping"}')
        assert await neighbour.recv() == '{"type":"pong"}'
    assert found == expected


@pytest.mark.parametrize("protocol", [NEW, LEGACY])
async def test_who_does_not_begin_is_closed(log: OutboxLog, tmp_path: Path, protocol: str) -> None:
    async with (
        serving(options(log, tmp_path, init_timeout="100ms")) as url,
        opened(url, protocol) as socket,
    ):
        assert await closed(socket) == 4408


@pytest.mark.parametrize("offered", [(), ("mqtt",), ("Graphql-Transport-WS",)])
async def test_other_subprotocols_are_not_acceptable(url: str, offered: tuple[str, ...]) -> None:
    async with opened(url, *offered) as socket:
        assert await closed(socket) == 4406


async def test_the_legacy_protocol_is_off_by_default(log: OutboxLog, tmp_path: Path) -> None:
    default = ["graphql-transport-ws", "sse", "multipart"]
    async with serving(options(log, tmp_path, protocols=default)) as url:
        async with opened(url, LEGACY) as socket:
            assert await closed(socket) == 4406
        async with opened(url, LEGACY, NEW) as socket:
            assert socket.subprotocol == NEW


async def test_the_newer_protocol_is_preferred(url: str) -> None:
    async with opened(url, LEGACY, NEW) as socket:
        assert socket.subprotocol == NEW


@pytest.mark.parametrize(
    ("protocol", "kind", "code"), [(NEW, "subscribe", 1008), (LEGACY, "start", 1008)]
)
async def test_the_101st_operation_closes(
    url: str, log: OutboxLog, protocol: str, kind: str, code: int
) -> None:
    async with over_websocket(url, EVENTS, ROOM) as neighbour:
        async with opened(url, protocol) as socket:
            await acknowledged(socket)
            for number in range(100):
                await socket.send(operation(kind, number))
            await socket.send(operation(kind, 100))
            assert await closed(socket) == code
        answer = await hello(neighbour, log)
    assert answer["data"]["streamEvents"]["body"] == "hello"


async def hello(viewer: Payloads, log: OutboxLog) -> dict[str, Any]:
    """What a viewer hears. The protocol does not tell when it stands: say hello until it does."""
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        hearing = group.create_task(take(viewer, 1))
        while not hearing.done():
            await log.append(log.topic("event"), "strm_1", chat("hello"))
            await asyncio.wait((hearing,), timeout=0.5)
    return hearing.result()[0]


async def acknowledged(socket: ClientConnection) -> None:
    await socket.send(INIT)
    assert json.loads(await socket.recv())["type"] == "connection_ack"


async def test_100_operations_are_fine(url: str, log: OutboxLog) -> None:
    async with opened(url, NEW) as socket:
        await acknowledged(socket)
        for number in range(100):
            await socket.send(operation("subscribe", number))
        await socket.send('{"type":"ping"}')
        while json.loads(await socket.recv())["type"] != "pong":
            pass
        told: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            # The protocol does not tell when an operation stands: say hello until all have heard.
            while len({each["id"] for each in told}) < 100:
                await log.append(log.topic("event"), "strm_1", chat("hello"))
                with suppress(TimeoutError):
                    while True:
                        told.append(json.loads(await asyncio.wait_for(socket.recv(), 0.5)))
    assert {each["id"] for each in told} == {str(number) for number in range(100)}
    assert {each["type"] for each in told} == {"next"}


async def test_an_id_that_is_in_use_closes(url: str) -> None:
    async with opened(url, NEW) as socket:
        await acknowledged(socket)
        frames = [operation("subscribe"), operation("subscribe")]
        assert await closed(socket, *frames) == 4409


async def test_messages_that_are_too_many_a_second_harm_nobody_else(
    url: str, log: OutboxLog
) -> None:
    async with over_websocket(url, EVENTS, ROOM) as neighbour:
        async with opened(url, NEW) as socket:
            await acknowledged(socket)
            assert await closed(socket, *['{"type":"pong"}'] * 1000) == 1008
        await hello(neighbour, log)


async def test_a_fault_of_the_gateway_closes_as_such(
    log: OutboxLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_self: NoAuthentication, _header: str | None) -> Identity:
        raise ZeroDivisionError

    monkeypatch.setattr(NoAuthentication, "authenticate", broken)
    async with serving(options(log, tmp_path)) as url, opened(url, NEW) as socket:
        assert await closed(socket, INIT) == 4500


# --- tokens ----------------------------------------------------------------


@pytest.mark.parametrize("protocol", [NEW, LEGACY])
@pytest.mark.parametrize("place", ["payload", "header"])
async def test_a_token_is_taken_from_the_payload_or_the_handshake(
    log: OutboxLog, tmp_path: Path, protocol: str, place: str
) -> None:
    settings = with_tokens(options(log, tmp_path, limits={"per_user": 1}), tmp_path)
    mine = token("usr_1")
    async with serving(settings) as url:
        address = url.replace("http", "ws") + "/graphql"
        headers, payload = (mine, {}) if place == "header" else ({}, mine)
        init = json.dumps({"type": "connection_init", "payload": payload})
        offered: Any = [protocol]
        async with connect(address, subprotocols=offered, additional_headers=headers) as first:
            await first.send(init)
            assert json.loads(await first.recv())["type"] == "connection_ack"
            # The user has as many connections as allowed, so it was this user.
            async with connect(address, subprotocols=offered, additional_headers=headers) as second:
                assert await closed(second, init) == 4403
