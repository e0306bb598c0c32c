"""Asks a subgraph over plain HTTP/1.1, through a small pool of kept connections.

Asking subgraphs is most of what the gateway does, so this does no more than it takes: one write per
request, a parser in C, one timer. TLS and everything else is left to `http.py`.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, cast
from urllib.parse import urlsplit

import httptools

from gateway.executor.errors import (
    SubgraphAnswerMalformed,
    SubgraphAnswerTooLarge,
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.executor.transport.base import (
    ACCEPT,
    CONTENT_TYPE,
    MAX_ANSWER_BYTES,
    is_graphql_refusal,
)

MAX_HEAD_BYTES: Final = 64 * 1024
IDLE_SECONDS: Final = 30.0


class Http1Transport:
    """One subgraph at one `http:` URL.

    `timeout` is for the whole request and `connect_timeout` for its connection, in seconds;
    `max_answer_bytes` bounds the answer. Redirects are never followed.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 5.0,
        connect_timeout: float = 1.0,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        connections: int = 256,
    ) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or 80
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._max_answer_bytes = max_answer_bytes
        self._idle: list[_Connection] = []
        self._free = asyncio.Semaphore(connections)
        host = parts.netloc.rpartition("@")[2]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._head = (
            f"POST {target} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {CONTENT_TYPE}\r\n"
            f"accept: {ACCEPT}\r\ncontent-length: "
        ).encode("ascii")

    async def startup(self) -> None:
        """Nothing: connections are made when needed."""

    async def close(self) -> None:
        """Close all connections that are not in use."""
        while self._idle:
            self._idle.pop().abort()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Send a request and return the answer's bytes.

        An answer with an error status is one too if it is a GraphQL answer.

        Raises:
            SubgraphTimeout: no whole answer in time.
            SubgraphUnreachable: no connection, or it broke.
            SubgraphHttpError: an error status without a GraphQL answer, or a redirect.
            SubgraphAnswerTooLarge: the answer has more bytes than allowed.
            SubgraphAnswerMalformed: the answer is not HTTP.
        """
        request = self._request(body, headers)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        async with self._free:
            connection = self._kept(loop.time()) or await self._connect(loop)
            timer = loop.call_at(deadline, connection.fail, SubgraphTimeout())
            try:
                answer = await connection.send(request)
            except SubgraphUnreachable:
                await self.close()  # if one kept connection is dead, so may be the others
                raise
            except BaseException:
                connection.abort()
                raise
            finally:
                timer.cancel()
            if connection.reusable:
                connection.idle_since = loop.time()
                self._idle.append(connection)
            else:
                connection.abort()
        status = connection.status
        if 200 <= status < 300 or is_graphql_refusal(status, answer):
            return answer
        raise SubgraphHttpError(status)

    def _request(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        lines = [f"{len(body)}\r\n", *(f"{name}: {value}\r\n" for name, value in headers.items())]
        text = "".join(lines)
        if text.count("\n") != len(lines) or text.count("\r") != len(lines):
            raise SubgraphError("A header for the subgraph holds a line break")
        return b"".join((self._head, text.encode("latin-1"), b"\r\n", body))

    def _kept(self, now: float) -> "_Connection | None":
        """The connection that was used last, if one is left that may still work."""
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and now - connection.idle_since < IDLE_SECONDS:
                return connection
            connection.abort()
        return None

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> "_Connection":
        try:
            async with asyncio.timeout(self._connect_timeout):
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop, self._max_answer_bytes), self._host, self._port
                )
        except TimeoutError:
            raise SubgraphTimeout("The subgraph cannot be reached in time") from None
        except OSError as error:
            raise SubgraphUnreachable from error
        return connection


class _Connection(asyncio.Protocol):
    """A connection: sends a request, gathers its answer, and may be used again after that."""

    def __init__(self, loop: asyncio.AbstractEventLoop, max_answer_bytes: int) -> None:
        self.reusable = False
        self.idle_since = 0.0
        self._loop = loop
        self._max_answer_bytes = max_answer_bytes
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[bytes] | None = None
        self._start()

    async def send(self, request: bytes) -> bytes:
        """Send a request and wait for the whole answer."""
        if self._transport is None:
            raise SubgraphUnreachable
        self.reusable = False
        self._start()
        self._answer = self._loop.create_future()
        self._transport.write(request)
        return await self._answer

    def fail(self, error: SubgraphError) -> None:
        """Give up on the answer."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def _start(self) -> None:
        self.status = 0
        self._chunks: list[bytes] = []
        self._size = 0
        self._head_size = 0
        self._head_done = False
        self._delimited = False

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's does not derive from it

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.abort()  # an answer to nothing
            return
        if not self._head_done:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.fail(SubgraphAnswerMalformed("The subgraph's answer is not HTTP"))
        if not self._head_done and self._head_size > MAX_HEAD_BYTES:
            self.fail(SubgraphAnswerTooLarge())

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.reusable = False
        if self._answer is None or self._answer.done():
            return
        if exc is None and self._head_done and not self._delimited:
            self._answer.set_result(b"".join(self._chunks))
        else:
            self._answer.set_exception(SubgraphUnreachable())

    # Called by the parser.

    def on_header(self, name: bytes, value: bytes) -> None:
        lower = name.lower()
        if lower in (b"content-length", b"transfer-encoding"):
            self._delimited = True
        elif lower == b"content-encoding" and value.lower() != b"identity":
            self.fail(SubgraphAnswerMalformed("The subgraph's answer is compressed, unasked"))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._head_done = self.status >= 200

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > self._max_answer_bytes:
            self.fail(SubgraphAnswerTooLarge())
            return
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self.status < 200 or self._answer is None or self._answer.done():
            return
        self.reusable = self._parser.should_keep_alive()
        chunks = self._chunks
        self._answer.set_result(chunks[0] if len(chunks) == 1 else b"".join(chunks))
