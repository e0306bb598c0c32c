"""One event stream over which many operations answer (graphql-sse, single connection mode).

Each answer is an event `next` with `{"id", "payload"}`, the end of an operation `complete` with
`{"id"}`; there is no `id:`, as a cursor belongs to one operation: it is in `extensions`. Operations
live as long as the stream does. Those that come before the stream wait for it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Any

import orjson
from starlette.types import Receive, Send

from gateway.errors import GatewayError, RequestError, RequestErrors
from gateway.server.errors import EventStreamNotFound, OperationIdTaken, TooManyOperations
from gateway.server.live import INTERNAL, told
from gateway.server.live_response import (
    Headers,
    StreamSettings,
    StreamWriter,
    first_to_end,
)
from gateway.server.sse import COMMENT, EVENT_STREAM_HEADERS
from gateway.subscriptions.errors import HubClosed
from gateway.subscriptions.stream import Message

_log = logging.getLogger(__name__)

Begin = Callable[[], AsyncGenerator[Message]]


class _SharedFrame:
    """What the writer has to know."""

    headers = EVENT_STREAM_HEADERS
    opening = b""
    heartbeat = COMMENT


class SharedStream:
    """The operations of one client, and the stream that they answer over."""

    def __init__(self, max_operations: int) -> None:
        self._max_operations = max_operations
        self._waiting: dict[str, Begin] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._writer: StreamWriter | None = None
        self._over = asyncio.Event()

    async def serve(
        self,
        receive: Receive,
        send: Send,
        settings: StreamSettings,
        headers: Headers,
        stopping: asyncio.Event,
    ) -> None:
        """Stream until the client leaves, or does not read, or the gateway is `stopping`."""
        writer = StreamWriter(_SharedFrame(), settings, headers, send)
        try:
            await writer.write(COMMENT)
            self._writer = writer
            async with asyncio.TaskGroup() as group:
                self._group = group
                for operation in tuple(self._waiting):
                    begin = self._waiting.pop(operation)
                    self._running[operation] = group.create_task(self._run(operation, begin))
                await first_to_end(
                    (
                        partial(writer.watch, receive),
                        _until(stopping),
                        _until(self._over),
                    )
                )
                self._group = None
                for task in tuple(self._running.values()):
                    task.cancel()
        except (OSError, TimeoutError):
            return
        finally:
            self._group = None
        await writer.close()

    async def start(self, operation: str, begin: Begin) -> None:
        """Begin an operation; returns once it has begun, or at once while there is no stream yet.

        Raises:
            OperationIdTaken, TooManyOperations: It is not begun.
            RequestError, RequestErrors: It cannot begin; nothing of it was sent.
        """
        if operation in self._waiting or operation in self._running:
            raise OperationIdTaken("There is an operation with this operationId already.")
        if len(self._waiting) + len(self._running) >= self._max_operations:
            raise TooManyOperations(
                f"There are {self._max_operations} operations on this event stream already."
            )
        if self._group is None:
            if self._writer is not None:
                raise _ended()
            self._waiting[operation] = begin
            return
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = self._group.create_task(self._run(operation, begin, begun))
        self._running[operation] = task
        task.add_done_callback(lambda _: _fail_unbegun(begun))
        await begun

    def stop(self, operation: str) -> None:
        """The client wants no more of an operation; one that has ended already is no fault."""
        self._waiting.pop(operation, None)
        if (task := self._running.pop(operation, None)) is not None:
            task.cancel()

    async def _run(
        self, operation: str, begin: Begin, begun: asyncio.Future[None] | None = None
    ) -> None:
        try:
            await self._answer(operation, begin, begun)
        except (OSError, TimeoutError, HubClosed):
            self._over.set()
        finally:
            if self._running.get(operation) is asyncio.current_task():
                del self._running[operation]

    async def _answer(
        self, operation: str, begin: Begin, begun: asyncio.Future[None] | None
    ) -> None:
        try:
            async with aclosing(begin()) as messages:
                async for message in messages:
                    _settle(begun)
                    if message.body:
                        await self._next(operation, message.body)
        except HubClosed:
            raise
        except (RequestError, RequestErrors) as error:
            if begun is not None and not begun.done():
                begun.set_exception(error)
                return
            await self._errors(operation, told(error))
        except Exception as error:
            if self._writer is not None and self._writer.is_broken:
                self._over.set()
                return
            if not isinstance(error, GatewayError):
                _log.exception("an operation failed unexpectedly")
            _settle(begun)
            await self._errors(operation, [INTERNAL])
        _settle(begun)
        await self._write(b"complete", orjson.dumps({"id": operation}))

    async def _errors(self, operation: str, errors: list[dict[str, Any]]) -> None:
        await self._next(operation, orjson.dumps({"errors": errors}))

    async def _next(self, operation: str, body: bytes) -> None:
        data = b'{"id":' + orjson.dumps(operation) + b',"payload":' + body + b"}"
        await self._write(b"next", data)

    async def _write(self, event: bytes, data: bytes) -> None:
        if self._writer is not None:
            await self._writer.write(b"event: " + event + b"\ndata: " + data + b"\n\n")


def _until(event: asyncio.Event) -> Callable[[], Any]:
    async def wait() -> None:
        await event.wait()

    return wait


def _settle(begun: asyncio.Future[None] | None) -> None:
    if begun is not None and not begun.done():
        begun.set_result(None)


def _fail_unbegun(begun: asyncio.Future[None]) -> None:
    """The stream, or the operation, ended before it began."""
    if not begun.done():
        begun.set_exception(_ended())


def _ended() -> EventStreamNotFound:
    return EventStreamNotFound("The event stream has ended.")
