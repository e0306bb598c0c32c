"""A client of a response that goes on, in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gateway.server.live import LiveRequest
from gateway.server.live_response import LiveResponse, StreamForm, StreamSettings
from tests.gateway.server.live_operations import ScriptedOperations


class StreamClient:
    """Reads a response."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self._left = asyncio.Event()
        self.ended = False

    async def receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        self.messages.put_nowait(dict(message))

    def leave(self) -> None:
        self._left.set()

    async def started(self) -> dict[bytes, bytes]:
        message = await self._next()
        assert (message["type"], message["status"]) == ("http.response.start", 200)
        return dict(message["headers"])

    async def chunk(self) -> str:
        """What was written at once; empty at the end."""
        message = await self._next()
        assert message["more_body"] is bool(message["body"])
        content: bytes = message["body"]
        return content.decode()

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(60):
            return await self.messages.get()


@asynccontextmanager
async def streamed(
    form: StreamForm, operations: ScriptedOperations, query: str, **settings: Any
) -> AsyncIterator[StreamClient]:
    """A response with what the query's text says (see `ScriptedOperations`)."""
    client = StreamClient()
    messages = operations.messages(LiveRequest({"query": query}, None))
    options, headers = StreamSettings(**settings), ((b"x-request-id", b"7"),)
    response = LiveResponse(form, messages, options, headers)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        serving = group.create_task(response.serve(client.receive, client.send))
        yield client
        client.leave()
        await serving
    assert operations.open == 0
