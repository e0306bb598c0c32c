import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from gateway.security.fetch import fetch_document


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is late is waited for."""
    monkeypatch.setattr("gateway.security.fetch._TIMEOUT", aiohttp.ClientTimeout(total=60))


@asynccontextmanager
async def answering(response: bytes) -> AsyncIterator[str]:
    """The URL of a server that gives every request this response."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


async def test_the_body_is_given():
    async with answering(ok(b'{"keys": []}')) as url:
        assert await fetch_document(url) == b'{"keys": []}'


async def test_a_redirect_is_not_followed():
    response = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    async with answering(response) as url:
        with pytest.raises(ValueError, match="answered with HTTP status 302"):
            await fetch_document(url)


async def test_a_body_that_is_too_large_is_not_read_to_its_end():
    async with answering(ok(b"x" * 300_000)) as url:
        with pytest.raises(ValueError, match="too large"):
            await fetch_document(url)


async def test_a_server_that_is_not_there_is_an_os_error():
    async with answering(b"") as url:
        pass
    with pytest.raises(OSError, match="Connect"):
        await fetch_document(url)


async def test_an_answer_that_is_not_http_is_an_os_error():
    async with answering(b"nonsense\r\n\r\n") as url:
        with pytest.raises(OSError, match=r"."):
            await fetch_document(url)
