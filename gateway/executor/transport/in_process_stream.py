"""An answer of an app in this process that is read while it grows, such as an event stream.

The app runs in a task of its own, which the context owns: on leaving, the app is told that the
client is gone, and is cancelled if it does not end by itself.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from gateway.executor.errors import SubgraphTimeout, SubgraphUnreachable
from gateway.executor.transport.asgi import ASGI, AsgiApp, Message, Scope

logger = logging.getLogger(__name__)

_ASGI: Final = {**ASGI, "spec_version": "2.3"}
"""From 2.4 on Starlette would notice only at its next chunk that nobody listens."""
_CHUNKS_AHEAD: Final = 16
_FAREWELL: Final = 1.0
"""Seconds that an app has to end once it is told that nobody listens."""


class InProcessStream:
    """The answer. An app that is read too slowly waits."""

    def __init__(self, body: bytes) -> None:
        self.status = 0
        self.content_type = ""
        self.has_begun = asyncio.Event()
        self.is_left = asyncio.Event()
        self._body: bytes | None = body
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue(_CHUNKS_AHEAD)
        self._is_whole = False

    async def run(self, app: AsgiApp, scope: Scope) -> None:
        """Call the app."""
        try:
            await app(scope, self._receive, self._send)
        except Exception:
            if not self.is_left.is_set():
                logger.exception("a subgraph in the gateway's process failed")
        finally:
            self.has_begun.set()
            if not self.is_left.is_set():
                await self._chunks.put(None)

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes, to its end.

        Raises:
            SubgraphUnreachable: the app failed.
        """
        while (chunk := await self._chunks.get()) is not None:
            yield chunk
        if not self._is_whole:
            raise SubgraphUnreachable

    def leave(self) -> None:
        """Nobody reads any more: an app that waits for room goes on, and is told."""
        self.is_left.set()
        while not self._chunks.empty():
            self._chunks.get_nowait()

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.is_left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self.is_left.is_set():
            raise OSError("nobody listens any more")
        if message["type"] == "http.response.start":
            self.status = message["status"]
            named = dict(message.get("headers", ()))
            self.content_type = named.get(b"content-type", b"").decode("latin-1")
            self.has_begun.set()
        elif message["type"] == "http.response.body":
            if chunk := message.get("body", b""):
                await self._chunks.put(chunk)
            self._is_whole = not message.get("more_body", False)


@asynccontextmanager
async def in_process_stream(
    app: AsgiApp, scope: Scope, body: bytes, seconds: float | None
) -> AsyncIterator[InProcessStream]:
    """Call the app; the answer has begun, within so many seconds, when the block is entered."""
    stream = InProcessStream(body)
    scope = {**scope, "asgi": _ASGI}
    task = asyncio.get_running_loop().create_task(stream.run(app, scope))
    try:
        try:
            async with asyncio.timeout(seconds):
                await stream.has_begun.wait()
        except TimeoutError:
            raise SubgraphTimeout from None
        if not stream.status:
            raise SubgraphUnreachable
        yield stream
    finally:
        stream.leave()
        await asyncio.wait({task}, timeout=_FAREWELL)
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_FAREWELL)
