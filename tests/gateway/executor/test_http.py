"""Subgraphs over HTTP: a real server that behaves, and one that does not."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from gateway.executor.errors import (
    SubgraphAnswerTooLarge,
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.executor.transport.http import HttpTransport

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


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


async def test_a_request_is_graphql_over_http_on_a_kept_connection(serve: Serve) -> None:
    seen: list[tuple[str, str, bytes, object]] = []

    async def handler(request: web.Request) -> web.Response:
        headers = request.headers
        peer = request.transport.get_extra_info("peername") if request.transport else None
        seen.append((headers["accept"], headers["x-trace"], await request.read(), peer))
        assert (request.method, headers["content-type"]) == ("POST", "application/json")
        return json(b'{"data":{"x":1}}')

    transport = HttpTransport(await serve(handler))
    for _ in range(2):
        assert await transport.post(b"{}", {"x-trace": "t"}) == b'{"data":{"x":1}}'
    await transport.close()
    assert seen[0][:3] == (
        "application/graphql-response+json, application/json",
        "t",
        b"{}",
    )
    assert seen[0][3] == seen[1][3]


async def test_an_error_status_is_an_answer_only_if_it_is_graphql(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.Response:
        return json(await request.read(), status=400)

    transport = HttpTransport(await serve(handler))
    refusal = b'{"errors":[{"message":"no"}]}'
    assert await transport.post(refusal, {}) == refusal
    with pytest.raises(SubgraphHttpError) as raised:
        await transport.post(b'{"detail":"a secret"}', {})
    assert raised.value.extensions == {"code": "SUBREQUEST_HTTP_ERROR", "http": {"status": 400}}
    assert "secret" not in raised.value.message
    await transport.close()


async def test_redirects_are_not_followed(serve: Serve) -> None:
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=307, headers={"location": "/elsewhere"})

    transport = HttpTransport(await serve(handler))
    with pytest.raises(SubgraphHttpError):
        await transport.post(b"{}", {})
    await transport.close()
    assert paths == ["/graphql"]


@pytest.mark.parametrize("kind", ["length", "chunked", "gzip"])
async def test_an_answer_is_bounded(serve: Serve, kind: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if kind == "length":
            return json(b" " * 10_001)
        response = web.StreamResponse()
        if kind == "gzip":
            response.headers["content-encoding"] = "gzip"
        await response.prepare(request)
        data = b" " * 10_001
        await response.write(gzip.compress(data) if kind == "gzip" else data)
        return response

    transport = HttpTransport(await serve(handler), max_answer_bytes=10_000)
    with pytest.raises(SubgraphAnswerTooLarge):
        await transport.post(b"{}", {})
    await transport.close()


async def test_a_slow_subgraph_is_given_up(serve: Serve) -> None:
    release = asyncio.Event()

    async def handler(_request: web.Request) -> web.Response:
        await release.wait()
        return json(b"{}")

    transport = HttpTransport(await serve(handler), timeout=0.05)
    with pytest.raises(SubgraphTimeout):
        await transport.post(b"{}", {})
    release.set()
    await transport.close()


async def test_a_broken_connection_is_unreachable(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "100"})
        await response.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return response

    transport = HttpTransport(await serve(handler))
    with pytest.raises(SubgraphError):
        await transport.post(b"{}", {})
    await transport.close()


async def test_a_dead_port_is_unreachable() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    transport = HttpTransport(f"http://127.0.0.1:{port}/graphql")
    with pytest.raises(SubgraphUnreachable):
        await transport.post(b"{}", {})
    await transport.close()


async def test_a_transport_can_be_used_again_after_closing(serve: Serve) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return json(b"{}")

    transport = HttpTransport(await serve(handler))
    await transport.startup()
    for _ in range(2):
        assert await transport.post(b"{}", {}) == b"{}"
        await transport.close()
