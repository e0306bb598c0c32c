import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvloop
from starlette.applications import Starlette
from websockets import ConnectionClosed, InvalidStatus, Subprotocol
from websockets.asyncio.client import ClientConnection

from gateway.app import create_app
from gateway.config.http import Http
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError, ServingFailed
from gateway.server.guarded_protocol import GuardedProtocol
from gateway.server.run import listen, make_server, run
from tests.support.gateway import shop_settings
from tests.support.patience import connect
from tests.support.shop import SUPERGRAPH, catalog

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:uvicorn")

KEPT_ALIVE = 5
"""For how many seconds uvicorn keeps an answered connection."""


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[str]:
    """The gateway on a free port; stopped as by SIGTERM."""
    listener = listen(settings.http)
    port = listener.getsockname()[1]
    started = asyncio.Event()
    server = make_server(create_app(settings), settings, started.set)
    with listener:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            await started.wait()
            try:
                yield f"127.0.0.1:{port}"
            finally:
                os.kill(os.getpid(), signal.SIGTERM)


class Clock:
    """The time of the connections, which passes only when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._timers: list[tuple[float, Callable[[], None], asyncio.TimerHandle]] = []
        loop = asyncio.get_running_loop()
        really = loop.call_later

        def call_later(delay: float, call: Callable[..., Any], *given: Any, **options: Any) -> Any:
            if not isinstance(getattr(call, "__self__", None), GuardedProtocol):
                return really(delay, call, *given, **options)
            handle = really(3600, call)
            self._timers.append((delay, call, handle))
            return handle

        monkeypatch.setattr(loop, "call_later", call_later)

    async def until(self, delays: list[float]) -> None:
        """Wait until the connection is bound by these times, in seconds."""
        async with asyncio.timeout(60):
            while self._pending() != delays:  # noqa: ASYNC110 (of the protocol, which tells nobody)
                await asyncio.sleep(0.001)

    def _pending(self) -> list[float]:
        return [delay for delay, _, handle in self._timers if not handle.cancelled()]

    def passes(self, seconds: float) -> None:
        for delay, call, handle in self._timers:
            if delay <= seconds and not handle.cancelled():
                handle.cancel()
                call()


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Wait until it is; whether nothing was said before."""
    async with asyncio.timeout(60):
        return await reader.read() == b""


async def test_a_request_is_answered_without_telling_the_server_s_name():
    async with (
        running(shop_settings(http={"port": 0})) as address,
        httpx.AsyncClient(timeout=60) as client,
    ):
        response = await client.post(
            f"http://{address}/graphql", json={"query": "{ products { id } }"}
        )
        assert response.status_code == 200
        assert "server" not in response.headers


@pytest.mark.parametrize("sent", [b"", b"POST /graphql HTTP/1.1\r\nhost: shop\r\n"])
async def test_a_connection_that_sends_no_headers_is_closed(sent):
    settings = shop_settings(http={"port": 0, "header_timeout": "100ms"})
    async with running(settings) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        assert await is_closed(reader)
        writer.close()


async def test_a_body_that_never_ends_is_answered_with_408():
    settings = shop_settings(http={"port": 0, "body_timeout": "100ms"})
    async with running(settings) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = b"POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n"
        writer.write(head + b"content-length: 100\r\n\r\n{")
        async with asyncio.timeout(60):
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()


@pytest.mark.parametrize("where", ["header", "url"])
async def test_headers_over_the_limit_are_answered_with_431(where):
    settings = shop_settings(http={"port": 0, "max_header_size": "1KiB"})
    async with running(settings) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        url, header = ("x" * 2000, "") if where == "url" else ("", "x" * 2000)
        writer.write(f"GET /{url} HTTP/1.1\r\nhost: shop\r\nx-long: {header}\r\n\r\n".encode())
        async with asyncio.timeout(60):
            assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")
            await reader.read()
        writer.close()


@pytest.mark.parametrize("chunk", [1, 64, 100_000])
async def test_an_offer_to_go_on_in_http_2_is_answered_in_http_1(chunk):
    body = b'{"query": "{ products { id } }"}'
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: shop\r\nconnection: Upgrade, HTTP2-Settings\r\n"
        b"upgrade: h2c\r\nhttp2-settings: AAMAAABk\r\ncontent-type: application/json\r\n"
    )
    by_length = head + b"content-length: %d\r\n\r\n" % len(body) + body
    chunked = head + b"transfer-encoding: chunked\r\n\r\n%x\r\n" % len(body) + body
    last = b"GET /health HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n"
    sent = by_length + chunked + b"\r\n0\r\n\r\n" + last
    async with running(shop_settings(http={"port": 0})) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for start in range(0, len(sent), chunk):
            writer.write(sent[start : start + chunk])
            await writer.drain()
        async with asyncio.timeout(60):
            answers = await reader.read()
        writer.close()
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert answers.count(b'{"data":{"products":') == 2


def test_a_client_that_leaves_with_requests_sent_ahead_leaves_no_trace_in_the_log(caplog):
    """On the loop that the gateway runs on: that of asyncio takes what is written to nobody."""

    async def leave() -> None:
        async with (
            running(shop_settings(http={"port": 0})) as address,
            httpx.AsyncClient(timeout=60) as http,
        ):
            goes_on = catalog.hold()
            host, port = address.split(":")
            _, writer = await asyncio.open_connection(host, int(port))
            body = b'{"query":"{ products { id } }"}'
            head = b"POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n"
            writer.write((head + b"content-length: %d\r\n\r\n" % len(body) + body) * 3)
            await catalog.holding.wait()
            writer.transport.abort()
            await http.get(f"http://{address}/health")
            goes_on.set()
            await http.post(f"http://{address}/graphql", json={"query": "{ products { name } }"})

    uvloop.run(leave())
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_empty_lines_after_an_answer_keep_no_connection_open(monkeypatch):
    clock = Clock(monkeypatch)
    async with running(shop_settings(http={"port": 0, "header_timeout": "500ms"})) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /health HTTP/1.1\r\nhost: shop\r\n\r\n")
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 ")
        await clock.until([KEPT_ALIVE])
        writer.write(b"\r\n\r\n")
        await clock.until([0.5])
        clock.passes(0.5)
        assert await is_closed(reader)
        writer.close()


@pytest.mark.parametrize("target", ["shop:80", "/graphql"])
async def test_nothing_is_connected_through_the_gateway(target):
    async with running(shop_settings(http={"port": 0})) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"CONNECT {target} HTTP/1.1\r\nhost: shop\r\n\r\n".encode())
        async with asyncio.timeout(60):
            assert (await reader.readline())[9:13] in (b"400 ", b"404 ", b"405 ")
        writer.close()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("cookie: " + "x" * 9000 + "\r\n\r\n", 431),
        ("".join(f"x-{number}: y\r\n" for number in range(200)) + "\r\n", 431),
        ("content-length: 5\r\n\r\nhello", 400),
        ("transfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ],
)
async def test_a_websocket_s_handshake_that_cannot_be_read_is_refused(more, status):
    head = (
        "GET /graphql HTTP/1.1\r\nhost: shop\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    async with running(shop_settings(http={"port": 0})) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write((head + more).encode())
        async with asyncio.timeout(60):
            assert (await reader.read()).startswith(f"HTTP/1.1 {status} ".encode())
        writer.close()


async def test_a_post_that_offers_a_websocket_is_answered_as_any_other():
    async with (
        running(shop_settings(http={"port": 0})) as address,
        httpx.AsyncClient(timeout=60) as client,
    ):
        response = await client.post(
            f"http://{address}/graphql",
            json={"query": "{ __typename }"},
            headers={"connection": "upgrade", "upgrade": "websocket"},
        )
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_a_connection_kept_alive_serves_the_next_request(monkeypatch):
    clock = Clock(monkeypatch)
    settings = shop_settings(http={"port": 0, "header_timeout": "200ms"})
    async with running(settings) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in range(3):
            writer.write(b"GET /health HTTP/1.1\r\nhost: shop\r\n\r\n")
            async with asyncio.timeout(60):
                assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 ")
            await clock.until([KEPT_ALIVE])
            clock.passes(KEPT_ALIVE - 1)
        writer.close()


def test_a_gateway_whose_own_work_fails_ends_instead_of_going_on_without_it(caplog):
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            group.create_task(breaks(serves))
            yield

    async def breaks(when: asyncio.Event) -> None:
        await when.wait()
        raise RuntimeError("the reader of all events")

    serves = asyncio.Event()
    with pytest.raises(ServingFailed):
        run(Starlette(lifespan=lifespan), shop_settings(http={"port": 0}), serves.set)
    assert "the reader of all events" in caplog.text


def test_a_taken_port_is_told():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Cannot listen on 127.0.0.1:{port}: Address"):
            listen(Http(port=port))


def test_an_address_of_another_machine_is_told():
    with pytest.raises(ConfigurationError, match=r"Cannot listen on 192\.0\.2\.1:0"):
        listen(Http(host="192.0.2.1", port=0))


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[ClientConnection]:
    """A WebSocket that has sent connection_init."""
    subprotocol = Subprotocol("graphql-transport-ws")
    async with connect(f"ws://{address}/graphql", subprotocols=[subprotocol]) as socket:
        await socket.send('{"type": "connection_init"}')
        yield socket


async def test_beyond_its_number_of_connections_the_gateway_opens_no_further_one():
    limits = {"limits": {"connections": 1}}
    settings = shop_settings(http={"port": 0}, subscriptions=limits)
    async with running(settings) as address:
        async with opened(address) as first:
            assert await first.recv() == '{"type":"connection_ack"}'
            with pytest.raises(InvalidStatus) as raised:
                async with opened(address):
                    pass
            assert raised.value.response.status_code == 503
        async with opened(address) as next_one:
            assert await next_one.recv() == '{"type":"connection_ack"}'


async def test_beyond_its_number_of_connections_a_user_is_refused():
    limits = {"limits": {"per_user": 1}}
    settings = shop_settings(http={"port": 0}, subscriptions=limits)
    async with running(settings) as address, opened(address) as first:
        assert await first.recv() == '{"type":"connection_ack"}'
        async with opened(address) as second:
            with pytest.raises(ConnectionClosed):
                await second.recv()
            assert second.close_code == 4403


async def test_a_query_over_a_websocket_is_answered():
    async with running(shop_settings(http={"port": 0})) as address, opened(address) as socket:
        await socket.recv()
        subscribe = {"id": "1", "type": "subscribe", "payload": {"query": "{ products { id } }"}}
        await socket.send(json.dumps(subscribe))
        assert json.loads(await socket.recv()) == {
            "id": "1",
            "type": "next",
            "payload": {"data": {"products": [{"id": "1"}, {"id": "2"}]}},
        }
        assert json.loads(await socket.recv()) == {"id": "1", "type": "complete"}


async def test_a_stop_closes_websockets_and_takes_no_longer_than_it_must():
    async with running(shop_settings(http={"port": 0})) as address:
        socket = await connect(
            f"ws://{address}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]
        )
    async with asyncio.timeout(60):
        await socket.wait_closed()
    assert socket.close_code == 1001


async def test_sighup_has_the_gateway_look_for_a_newer_supergraph(tmp_path):
    file = tmp_path / "supergraph.graphql"
    file.write_text(SUPERGRAPH.read_text())
    source = {"file": file, "poll_interval": "1h"}
    readiness: dict[str, Any] = {"status": "ready"}
    settings = shop_settings(http={"port": 0}, supergraph=source)
    async with (
        running(settings) as address,
        httpx.AsyncClient(timeout=60) as client,
        asyncio.timeout(60),
    ):
        file.write_text("broken")
        os.kill(os.getpid(), signal.SIGHUP)
        while readiness == {"status": "ready"}:
            readiness = (await client.get(f"http://{address}/readiness")).json()
    assert readiness["supergraph"]["state"] == "refused"


async def test_headers_have_the_time_that_is_configured():
    settings = shop_settings(http={"port": 0, "header_timeout": "900ms"})
    protocol: Any = make_server(create_app(settings), settings).config.http
    assert protocol.header_timeout == 0.9


async def test_requests_under_way_have_the_time_to_finish_that_is_configured():
    settings = shop_settings(http={"port": 0, "shutdown_timeout": "900ms"})
    assert make_server(create_app(settings), settings).config.timeout_graceful_shutdown == 0.9


async def test_a_request_that_takes_longer_than_that_is_told_so(caplog):
    settings = shop_settings(http={"port": 0, "shutdown_timeout": "10ms"})
    catalog.hold()
    async with httpx.AsyncClient(timeout=60) as client, asyncio.TaskGroup() as group:
        async with running(settings) as address:
            asking = group.create_task(
                client.post(f"http://{address}/graphql", json={"query": "{ products { id } }"})
            )
            async with asyncio.timeout(60):
                await catalog.holding.wait()
        answer = await asking
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"] == {"code": "GATEWAY_STOPPING"}
    assert [record for record in caplog.records if record.exc_info] == []
