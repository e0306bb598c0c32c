"""graphql-sse, distinct connections mode: one operation per HTTP request, its answers as events.

Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. Each answer is an
event `next`; `complete` ends the operation. An event's `id:` is the cursor, so a browser's
`EventSource` resumes unaided: it sends `Last-Event-ID` when it reconnects. Errors of an operation,
validation included, are answers (`next`), since `EventSource` shows no HTTP status.

The headers and a first comment go out as soon as the subscription stands, so a client that sees the
stream open misses nothing from then on; they are not held back for long if that takes its time, nor
for the first event. When the gateway shuts down, the stream ends without
`complete`, which makes clients reconnect, to another replica, at their cursor.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial

import msgspec
import orjson
from starlette.types import Receive, Scope, Send

from gateway.errors import GatewayError
from gateway.server.live import INTERNAL, told
from gateway.subscriptions.errors import HubClosed
from gateway.subscriptions.stream import Message

_log = logging.getLogger(__name__)

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would hold small events back
]
_COMMENT = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


class SseSettings(msgspec.Struct, frozen=True):
    """Times in seconds."""

    heartbeat_interval: float = 12.0
    write_timeout: float = 10.0
    opening_timeout: float = 1.0


class EventStreamResponse:
    """An ASGI response that streams the answers of one operation."""

    def __init__(
        self,
        messages: AsyncGenerator[Message],
        settings: SseSettings,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        """`headers` are sent besides the stream's own (CORS, request id)."""
        self._messages = messages
        self._settings = settings
        self._headers = [*_HEADERS, *headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        stream = _Stream(self._messages, self._settings, self._headers, send)
        async with aclosing(self._messages):
            async with asyncio.TaskGroup() as group:
                works = (stream.deliver, stream.keep_alive, partial(_disconnect, receive))
                tasks: list[asyncio.Task[None]] = []
                for work in works:
                    tasks.append(group.create_task(_first_to_end(work, tasks)))
            if not stream.is_broken:
                await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _first_to_end(
    work: Callable[[], Awaitable[None]], tasks: list[asyncio.Task[None]]
) -> None:
    """Whichever ends first ends the response."""
    await work()
    for task in tasks:
        if task is not asyncio.current_task():
            task.cancel()


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Stream:
    """What is written to one client."""

    def __init__(
        self,
        messages: AsyncGenerator[Message],
        settings: SseSettings,
        headers: list[tuple[bytes, bytes]],
        send: Send,
    ) -> None:
        self._messages = messages
        self._settings = settings
        self._headers = headers
        self._send = send
        self._is_open = False
        self.is_broken = False

    async def deliver(self) -> None:
        try:
            try:
                async for message in self._messages:
                    await self._write(
                        _next(message.body, message.cursor) if message.body else _COMMENT
                    )
            except HubClosed:
                await self._open()
                return
            except GatewayError as error:
                await self._write(_next(orjson.dumps({"errors": told(error)})))
            except (OSError, TimeoutError):
                raise
            except Exception:
                _log.exception("an operation failed unexpectedly")
                await self._write(_next(orjson.dumps({"errors": [INTERNAL]})))
            await self._write(_COMPLETE)
        except (OSError, TimeoutError):
            self.is_broken = True

    async def keep_alive(self) -> None:
        try:
            await asyncio.sleep(self._settings.opening_timeout)
            if not self._is_open:
                await self._write(_COMMENT)
            while True:
                await asyncio.sleep(self._settings.heartbeat_interval)
                await self._write(_COMMENT)
        except (OSError, TimeoutError):
            self.is_broken = True

    async def _open(self) -> None:
        if not self._is_open:
            self._is_open = True
            start = {"type": "http.response.start", "status": 200, "headers": self._headers}
            await self._send(start)

    async def _write(self, chunk: bytes) -> None:
        await self._open()
        async with asyncio.timeout(self._settings.write_timeout):
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})


def _next(body: bytes, cursor: str | None = None) -> bytes:
    identity = b"" if cursor is None else b"id: " + cursor.encode() + b"\n"
    return b"event: next\n" + identity + b"data: " + body + b"\n\n"
