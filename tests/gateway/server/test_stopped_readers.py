"""A client that stops reading is cut off once a write takes too long, and harms nobody.

Real sockets with small buffers; the bounds on what may wait are out of the way, so that it is the
write time-out that ends it.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.config.http import Http
from gateway.server.run import listen
from tests.gateway.server.test_live_transports import EVENTS, PARTS, ROOM, options, take
from tests.gateway.subscriptions.live_shop import chat, serving
from tests.gateway.subscriptions.outbox_log import OutboxLog, append
from tests.support.gateway import shop_settings
from tests.support.held_up import HeldUp
from tests.support.live import over_sse
from tests.support.patience import connect

BUFFER = 8 * 1024
EVENT, COUNT = "x" * 20_000, 40
TIMES = {"write_timeout": "30s", "heartbeat_interval": "1h"}
Stopped = Callable[[str, AsyncExitStack], Any]


@pytest.fixture(autouse=True)
def small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's connections take little that is not read."""

    def listening(http: Http) -> socket.socket:
        listener = listen(http)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        return listener

    monkeypatch.setattr("tests.gateway.subscriptions.live_shop.listen", listening)


async def connection(url: str) -> socket.socket:
    """A connection that holds little of what it does not read."""
    address = httpx.URL(url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, (address.host, address.port or 80))
    return client


async def requested(
    url: str, stack: AsyncExitStack, method: str, headers: dict[str, str], body: bytes
) -> None:
    """Send a request and read the first of its answer, and no more."""
    client = stack.enter_context(await connection(url))
    lines = [f"{method} /graphql HTTP/1.1", "host: shop", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, "\r\n".join([*lines, "", ""]).encode() + body)
    assert (await loop.sock_recv(client, 12)) == b"HTTP/1.1 200"


def posted(accept: str) -> Stopped:
    async def stopped(url: str, stack: AsyncExitStack) -> None:
        body = json.dumps({"query": EVENTS, "variables": ROOM}).encode()
        headers = {"accept": accept, "content-type": "application/json"}
        await requested(url, stack, "POST", headers, body)

    return stopped


async def shared(url: str, stack: AsyncExitStack) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        token = {"x-graphql-event-stream-token": (await http.put("/graphql")).text}
        await requested(url, stack, "GET", token | {"accept": "text/event-stream"}, b"")
        body = {"query": EVENTS, "variables": ROOM, "extensions": {"operationId": "1"}}
        assert (await http.post("/graphql", json=body, headers=token)).status_code == 202


def socketed(protocol: str, kind: str) -> Stopped:
    async def stopped(url: str, stack: AsyncExitStack) -> None:
        """The library stops reading once a message waits for its `recv`."""
        offered: Any = [protocol]
        opening = connect(
            url.replace("http", "ws") + "/graphql",
            subprotocols=offered,
            sock=await connection(url),
            max_queue=1,
            ping_interval=None,
            close_timeout=0.1,
        )
        client = await stack.enter_async_context(opening)
        await client.send('{"type":"connection_init"}')
        await client.recv()
        payload = {"query": EVENTS, "variables": ROOM}
        await client.send(json.dumps({"id": "1", "type": kind, "payload": payload}))

    return stopped


TRANSPORTS = {
    "sse": posted("text/event-stream"),
    "multipart": posted(PARTS),
    "shared sse": shared,
    "graphql-transport-ws": socketed("graphql-transport-ws", "subscribe"),
    "graphql-ws": socketed("graphql-ws", "start"),
}


@asynccontextmanager
async def gateway(database_url: str, folder: Path) -> AsyncIterator[tuple[str, OutboxLog]]:
    log = OutboxLog(database_url)
    await log.create("livestream")
    bound = {"queue_capacity": 10_000, "queue_bytes": "100MB"}
    settings = options(log, folder, **TIMES, backpressure=bound)
    async with serving(settings) as url:
        yield url, log


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_stopped_reader_is_cut_off_and_its_neighbours_are_not(
    database_url: str, tmp_path: Path, transport: str, held_up: HeldUp
) -> None:
    async with (
        gateway(database_url, tmp_path) as (url, log),
        over_sse(url, EVENTS, ROOM) as healthy,
        AsyncExitStack() as stack,
    ):
        await TRANSPORTS[transport](url, stack)
        await metric(url, "gateway_subscriptions 2.0")
        topic = log.topic("event")
        async with log.connection() as writer, writer.transaction():
            for _ in range(COUNT):
                await append(writer, "livestream", topic, "strm_1", chat(EVENT))
        assert len(await take(healthy, COUNT)) == COUNT
        await cut_off(url, "gateway_subscriptions 1.0", held_up)
        await log.append(topic, "strm_1", chat("still here"))
        (answer,) = await take(healthy, 1)
    assert answer["data"]["streamEvents"]["body"] == "still here"


async def test_a_client_that_does_not_read_a_deferred_answer_is_cut_off(held_up: HeldUp) -> None:
    settings = shop_settings(http={"port": 0}, subscriptions=TIMES)
    query = "{ products(first: 3000) { id name ... @defer { rating } } }"
    headers = {
        "accept": "multipart/mixed;incrementalSpec=v0.2",
        "content-type": "application/json",
    }
    async with serving(settings) as url, AsyncExitStack() as stack:
        body = json.dumps({"query": query}).encode()
        await requested(url, stack, "POST", headers, body)
        await cut_off(url, 'gateway_request_seconds_count{status="499"} 1.0', held_up)


async def metric(url: str, line: str) -> None:
    """Wait until the gateway measures this."""
    while not await _is_measured(url, line):
        pass


async def cut_off(url: str, line: str, held_up: HeldUp) -> None:
    """Let the time for writing pass, while nobody else is written to, until that is measured."""
    held_up(31)
    while not await _is_measured(url, line):
        held_up(31)


async def _is_measured(url: str, line: str) -> bool:
    async with httpx.AsyncClient(timeout=60) as http:
        return line in (await http.get(f"{url}/metrics")).text
