"""A response that goes on: the answers of one operation, as they come, over HTTP.

What the bytes look like is the form's business (`sse.py`, `subscription_parts.py`); when they are
written is the same for all. The headers go out as soon as the subscription stands, so a client that
sees the stream open misses nothing from then on; they are not held back for long if that takes its
time, nor for the first event. A quiet stream has a heartbeat. A client that does not take what is
written within the write time-out is cut off, and so ends its operation.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Protocol

import msgspec
from starlette.types import Receive, Send

from gateway.errors import GatewayError
from gateway.server.bounded import within
from gateway.server.live import INTERNAL, told
from gateway.subscriptions.errors import HubClosed
from gateway.subscriptions.stream import Message

_log = logging.getLogger(__name__)

Headers = tuple[tuple[bytes, bytes], ...]


class StreamSettings(msgspec.Struct, frozen=True):
    """Times in seconds."""

    heartbeat_interval: float = 12.0
    write_timeout: float = 10.0
    opening_timeout: float = 1.0


class StreamFrame(Protocol):
    """What a stream has whatever it carries.

    The response's headers, what is written before anything else, and what a quiet stream says.
    """

    @property
    def headers(self) -> Headers: ...

    @property
    def opening(self) -> bytes: ...

    @property
    def heartbeat(self) -> bytes: ...


class StreamForm(StreamFrame, Protocol):
    """How one operation's messages are written.

    `completed` tells that it has given all its answers, or an error. With `refuses_by_status` an
    operation that cannot begin is an ordinary response. Only if the form `tells_closing` a client
    is told that the gateway stops; otherwise it sees that by what is missing.
    """

    @property
    def completed(self) -> bytes: ...

    @property
    def refuses_by_status(self) -> bool: ...

    @property
    def tells_closing(self) -> bool: ...

    def standing(self, cursor: str | None) -> bytes:
        """The subscription stands, at this position of its stream."""
        ...

    def answer(self, message: Message) -> bytes:
        """One answer."""
        ...

    def failed(self, errors: list[dict[str, Any]]) -> bytes:
        """Why the operation does not go on."""
        ...


class LiveResponse:
    """An ASGI response that streams the answers of one operation."""

    def __init__(
        self,
        form: StreamForm,
        messages: AsyncGenerator[Message],
        settings: StreamSettings,
        headers: Headers = (),
    ) -> None:
        """`headers` are sent besides the form's own (CORS, request id)."""
        self._form = form
        self._messages = messages
        self._settings = settings
        self._headers = headers

    async def serve(self, receive: Receive, send: Send) -> None:
        """Stream until either side ends it.

        Raises:
            RequestError, RequestErrors: The operation cannot begin, and nothing was sent.
        """
        writer = StreamWriter(self._form, self._settings, self._headers, send)
        delivery = _Delivery(self._form, self._messages, writer)
        async with aclosing(self._messages):
            try:
                async with asyncio.TaskGroup() as group:
                    watching = group.create_task(_end_when_left(writer, receive))
                    await delivery.run()
                    watching.cancel()
            except* _Left:
                writer.is_broken = True
            if delivery.refusal is not None:
                raise delivery.refusal
            await writer.close()


class _Left(Exception):
    """The client is gone, or does not read."""


async def _end_when_left(writer: "StreamWriter", receive: Receive) -> None:
    await writer.watch(receive)
    raise _Left


async def first_to_end(works: tuple[Callable[[], Awaitable[None]], ...]) -> None:
    """Do all at the same time; whichever ends first ends the others."""
    tasks: list[asyncio.Task[None]] = []

    async def run(work: Callable[[], Awaitable[None]]) -> None:
        await work()
        for task in tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async with asyncio.TaskGroup() as group:
        tasks.extend(group.create_task(run(work)) for work in works)


async def _is_left(receive: Receive, seconds: float) -> bool:
    """Whether the client goes away within this time."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


class StreamWriter:
    """What is written to one client, one chunk at a time."""

    def __init__(
        self, form: StreamFrame, settings: StreamSettings, headers: Headers, send: Send
    ) -> None:
        self._form = form
        self._settings = settings
        self._headers = [*form.headers, *headers]
        self._send = send
        self._writing = asyncio.Lock()
        self.is_open = False
        self.is_broken = False

    async def write(self, chunk: bytes) -> None:
        """Write, after the headers and the form's opening.

        Raises:
            OSError, TimeoutError: The client is gone, or does not read.
        """
        try:
            await within(self._settings.write_timeout, self._write_in_turn(chunk))
        except (OSError, TimeoutError):
            self.is_broken = True
            raise

    async def watch(self, receive: Receive) -> None:
        """Open the stream before long, and write heartbeats; return when the client is gone.

        One task does both: there are thousands of clients.
        """
        settings = self._settings
        try:
            if await _is_left(receive, settings.opening_timeout):
                return
            if not self.is_open:
                await self.write(self._form.heartbeat)
            while not await _is_left(receive, settings.heartbeat_interval):
                await self.write(self._form.heartbeat)
        except (OSError, TimeoutError):
            return

    async def close(self) -> None:
        """End the response, if the client is still there."""
        if self.is_open and not self.is_broken:
            try:
                await within(self._settings.write_timeout, self._send_body(b"", more=False))
            except (OSError, TimeoutError):
                self.is_broken = True

    async def _write_in_turn(self, chunk: bytes) -> None:
        async with self._writing:
            if not self.is_open:
                await self._start()
                chunk = self._form.opening + chunk
            if chunk:
                await self._send_body(chunk, more=True)

    async def _start(self) -> None:
        self.is_open = True
        await self._send({"type": "http.response.start", "status": 200, "headers": self._headers})

    async def _send_body(self, chunk: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": more})


class _Delivery:
    """Hands the answers to the writer, and how they end."""

    def __init__(
        self, form: StreamForm, messages: AsyncGenerator[Message], writer: StreamWriter
    ) -> None:
        self._form = form
        self._messages = messages
        self._writer = writer
        self.refusal: GatewayError | None = None

    async def run(self) -> None:
        try:
            await self._deliver()
        except (OSError, TimeoutError):
            return

    async def _deliver(self) -> None:
        form, writer = self._form, self._writer
        try:
            async for message in self._messages:
                await writer.write(
                    form.answer(message) if message.body else form.standing(message.cursor)
                )
        except HubClosed as error:
            if not form.tells_closing:
                await writer.write(b"")
                return
            await self._fail(error)
        except GatewayError as error:
            await self._fail(error)
        except Exception:
            if writer.is_broken:
                raise
            _log.exception("an operation failed unexpectedly")
            await writer.write(form.failed([INTERNAL]))
        if self.refusal is None:
            await writer.write(form.completed)

    async def _fail(self, error: GatewayError) -> None:
        if self._form.refuses_by_status and not self._writer.is_open:
            self.refusal = error
        else:
            await self._writer.write(self._form.failed(told(error)))
