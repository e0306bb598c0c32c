"""Subgraphs over HTTP: a real server that behaves, and one that does not."""

import asyncio
import gzip
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
import uvloop
from aiohttp import web

from gateway.executor.errors import (
    SubgraphAnswerMalformed,
    SubgraphAnswerTooLarge,
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.executor.transport.base import Transport
from gateway.executor.transport.http import HttpTransport
from gateway.executor.transport.http1 import Http1Transport
from tests.support.ports import free_port

Make = Callable[..., Transport]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


patient_http: Make = partial(HttpTransport, timeout=60, connect_timeout=60)
patient_http1: Make = partial(Http1Transport, timeout=60, connect_timeout=60)


@pytest.fixture(params=[patient_http, patient_http1], ids=["aiohttp", "http1"])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes a transport of one kind; both must behave alike."""
    kind: Make = request.param
    return kind


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves a handler on a free port of the loopback; gives its URL."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/graphql"

    yield start
    for runner in runners:
        await runner.cleanup()


def json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")


async def test_a_request_is_graphql_over_http_on_a_kept_connection(
    serve: Serve, make: Make
) -> None:
    seen: list[tuple[str, str, bytes, object]] = []

    async def handler(request: web.Request) -> web.Response:
        headers = request.headers
        peer = request.transport.get_extra_info("peername") if request.transport else None
        seen.append((headers["accept"], headers["x-trace"], await request.read(), peer))
        assert (request.method, headers["content-type"]) == ("POST", "application/json")
        return json(b'{"data":{"x":1}}')

    transport = make(await serve(handler))
    for _ in range(2):
        assert await transport.post(b"{}", {"x-trace": "t"}) == b'{"data":{"x":1}}'
    await transport.close()
    assert seen[0][:3] == (
        "application/graphql-response+json, application/json",
        "t",
        b"{}",
    )
    assert seen[0][3] == seen[1][3]


async def test_an_error_status_is_an_answer_only_if_it_is_graphql(serve: Serve, make: Make) -> None:
    async def handler(request: web.Request) -> web.Response:
        return json(await request.read(), status=400)

    transport = make(await serve(handler))
    refusal = b'{"errors":[{"message":"no"}]}'
    assert await transport.post(refusal, {}) == refusal
    with pytest.raises(SubgraphHttpError) as raised:
        await transport.post(b'{"detail":"a secret"}', {})
    assert raised.value.extensions == {"code": "SUBREQUEST_HTTP_ERROR", "http": {"status": 400}}
    assert "secret" not in raised.value.message
    await transport.close()


async def test_redirects_are_not_followed(serve: Serve, make: Make) -> None:
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=307, headers={"location": "/elsewhere"})

    transport = make(await serve(handler))
    with pytest.raises(SubgraphHttpError):
        await transport.post(b"{}", {})
    await transport.close()
    assert paths == ["/graphql"]


@pytest.mark.parametrize("kind", ["length", "chunked"])
async def test_an_answer_is_bounded(serve: Serve, make: Make, kind: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if kind == "length":
            return json(b" " * 10_001)
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b" " * 10_001)
        return response

    transport = make(await serve(handler), max_answer_bytes=10_000)
    with pytest.raises(SubgraphAnswerTooLarge):
        await transport.post(b"{}", {})
    await transport.close()


async def test_a_slow_subgraph_is_given_up(serve: Serve, make: Make) -> None:
    release = asyncio.Event()

    async def handler(_request: web.Request) -> web.Response:
        await release.wait()
        return json(b"{}")

    transport = make(await serve(handler), timeout=0.05)
    with pytest.raises(SubgraphTimeout):
        await transport.post(b"{}", {})
    release.set()
    await transport.close()


async def test_a_broken_connection_is_unreachable(serve: Serve, make: Make) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "100"})
        await response.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return response

    transport = make(await serve(handler))
    with pytest.raises(SubgraphError):
        await transport.post(b"{}", {})
    await transport.close()


async def test_a_dead_port_is_unreachable(make: Make) -> None:
    transport = make(f"http://127.0.0.1:{free_port()}/graphql")
    with pytest.raises(SubgraphUnreachable):
        await transport.post(b"{}", {})
    await transport.close()


async def test_a_transport_can_be_used_again_after_closing(serve: Serve, make: Make) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return json(b"{}")

    transport = make(await serve(handler))
    await transport.startup()
    for _ in range(2):
        assert await transport.post(b"{}", {}) == b"{}"
        await transport.close()


async def test_a_compressed_answer_is_bounded_by_what_it_holds(serve: Serve) -> None:
    async def handler(_request: web.Request) -> web.Response:
        body = gzip.compress(b" " * 10_001)
        return web.Response(body=body, headers={"content-encoding": "gzip"})

    transport = patient_http(await serve(handler), max_answer_bytes=10_000)
    with pytest.raises(SubgraphAnswerTooLarge):
        await transport.post(b"{}", {})
    await transport.close()


async def test_many_requests_at_once_share_few_connections(serve: Serve) -> None:
    peers: set[object] = set()

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return json(await request.read())

    transport = patient_http1(await serve(handler), connections=3)
    bodies = [b'{"n":%d}' % number for number in range(20)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(transport.post(body, {})) for body in bodies]
    assert [task.result() for task in tasks] == bodies
    assert len(peers) == 3
    await transport.close()


def test_it_works_on_uvloop() -> None:
    async def main() -> bytes:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n{}")
            writer.write(OK + b"content-length: 2\r\n\r\n{}")
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        transport = patient_http1(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        answer = await transport.post(b"{}", {})
        await transport.close()
        server.close()
        await server.wait_closed()
        return answer

    assert uvloop.run(main()) == b"{}"


async def test_a_header_cannot_smuggle_another() -> None:
    transport = patient_http1("http://127.0.0.1:1/")
    with pytest.raises(SubgraphError, match="line break"):
        await transport.post(b"{}", {"x": "1\r\ny: 2"})


@pytest.fixture
async def raw() -> AsyncIterator[Callable[[bytes], Awaitable[str]]]:
    """Serves the same bytes to every request, then closes."""
    servers: list[asyncio.Server] = []

    async def start(answer: bytes) -> str:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n{}")
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (OK + b"content-length: 2\r\n\r\n{}", b"{}"),
        (OK + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
        (OK + b"\r\n{}", b"{}"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"content-length: 2\r\n\r\n{}", b"{}"),
        (OK + b"content-length: 9\r\n\r\n{}", SubgraphUnreachable),
        (OK + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n", SubgraphUnreachable),
        (b"", SubgraphUnreachable),
        (b"HTTP/1.1 200", SubgraphUnreachable),
        (b"SSH-2.0-x\r\n", SubgraphAnswerMalformed),
        (OK + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}", SubgraphAnswerMalformed),
        (OK + b"x: " + b"y" * 200_000, SubgraphAnswerTooLarge),
    ],
    ids=[
        "length", "chunked", "close", "continue", "short", "cut", "nothing", "half a line",
        "not HTTP", "compressed", "endless head",
    ],
)  # fmt: skip
async def test_answers_byte_by_byte(
    raw: Callable[[bytes], Awaitable[str]], sent: bytes, answer: bytes | type[SubgraphError]
) -> None:
    transport = patient_http1(await raw(sent))
    if isinstance(answer, bytes):
        assert await transport.post(b"{}", {}) == answer
    else:
        with pytest.raises(answer):
            await transport.post(b"{}", {})
    await transport.close()


async def test_after_a_kept_connection_broke_a_fresh_one_is_used(
    raw: Callable[[bytes], Awaitable[str]],
) -> None:
    transport = patient_http1(await raw(OK + b"content-length: 2\r\n\r\n{}"))
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(transport.post(b"{}", {}))
    outcomes = []
    for _ in range(6):
        try:
            outcomes.append(await transport.post(b"{}", {}))
        except SubgraphUnreachable:
            outcomes.append(b"broken")
    assert (b"broken", b"broken") not in itertools.pairwise(outcomes)
    await transport.close()


async def test_a_cancelled_request_does_not_leave_its_answer_to_the_next(serve: Serve) -> None:
    started = asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        body = await request.read()
        if body == b"first":
            started.set()
            await asyncio.sleep(0.05)
        return json(body)

    transport = patient_http1(await serve(handler))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(transport.post(b"first", {}))
        await started.wait()
        task.cancel()
    assert await transport.post(b"second", {}) == b"second"
    await transport.close()
