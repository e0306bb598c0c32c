"""Drives a protocol without I/O (`transport_ws.py`, `legacy_ws.py`) over a WebSocket.

One task reads and keeps the connection alive, one runs each operation; all of them end with the
connection. Frames are written one at a time. A client that does not take a frame within the write
time-out is cut off, so that it holds no more than one socket buffer.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import Any, assert_never
from urllib.parse import urlsplit

import msgspec
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from gateway.errors import GatewayError, RequestError
from gateway.server import legacy_ws, transport_ws
from gateway.server.bounded import within
from gateway.server.live import INTERNAL, LiveOperations, LiveRequest, told
from gateway.server.socket_protocol import (
    Action,
    Authenticate,
    Close,
    CloseCode,
    Send,
    SocketProtocol,
    Start,
    Stop,
)
from gateway.subscriptions.errors import HubClosed

_log = logging.getLogger(__name__)
_PROTOCOLS: Mapping[str, Callable[..., SocketProtocol]] = {
    transport_ws.SUBPROTOCOL: transport_ws.Connection,
    legacy_ws.SUBPROTOCOL: legacy_ws.LegacyConnection,
}
_GONE = (WebSocketDisconnect, WebSocketDisconnected, OSError, TimeoutError)


class WebSocketSettings(msgspec.Struct, frozen=True):
    """Times in seconds, sizes in bytes.

    `protocols` are the subprotocols that are spoken, the preferred first. `origins` are the web
    pages, besides the gateway's own, that may connect ("*": every one). A client may send
    `frames_per_second`, and up to `max_burst` frames at once.
    """

    protocols: tuple[str, ...] = (transport_ws.SUBPROTOCOL,)
    init_timeout: float = 3.0
    ping_interval: float = 12.0
    write_timeout: float = 10.0
    origins: tuple[str, ...] = ()
    max_operations: int = 100
    max_frame: int = 64 * 1024
    frames_per_second: int = 100
    max_burst: int = 150


async def serve_websocket(
    socket: WebSocket,
    operations: LiveOperations,
    settings: WebSocketSettings,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Serves one client until either side closes the connection."""
    if not is_origin_allowed(socket, settings.origins):
        await socket.close(CloseCode.LIMIT_EXCEEDED, "Origin not allowed")  # HTTP 403, unaccepted
        return
    offered = socket.scope.get("subprotocols", ())
    subprotocol = next((each for each in settings.protocols if each in offered), None)
    if subprotocol is None:
        await socket.accept()
        known = _reason(f"Subprotocols: {', '.join(settings.protocols) or 'none'}")
        await socket.close(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, known)
        return
    await socket.accept(subprotocol=subprotocol)
    connection = _PROTOCOLS[subprotocol](max_operations=settings.max_operations)
    await _Driver(socket, connection, operations, settings, clock).run()


def is_origin_allowed(socket: WebSocket, origins: Sequence[str]) -> bool:
    """Tells whether the page that opens the socket may (browsers always send `Origin`)."""
    origin = socket.headers.get("origin")
    if origin is None or origin in origins or "*" in origins:
        return True
    return urlsplit(origin).netloc == socket.headers.get("host")


class _Driver:
    """One connection."""

    def __init__(
        self,
        socket: WebSocket,
        connection: SocketProtocol,
        operations: LiveOperations,
        settings: WebSocketSettings,
        clock: Callable[[], float],
    ) -> None:
        self._socket = socket
        self._connection = connection
        self._operations = operations
        self._settings = settings
        self._clock = clock
        self._identity: Any = None
        self._is_initialised = False
        self._writing = asyncio.Lock()
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._heard = self._pinged = False
        self._credit = float(settings.max_burst)
        self._credited = clock()

    async def run(self) -> None:
        async with self._group:
            self._spawn(self._receive())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        _ = self._task(work)

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _end(self) -> None:
        """Ends all tasks of the connection, and with them the connection."""
        self._connection.lost()
        for task in tuple(self._tasks):
            task.cancel()

    async def _receive(self) -> None:
        """Takes frames; when none has come for long enough, looks after the connection."""
        loop = asyncio.get_running_loop()
        wake = loop.time() + self._settings.init_timeout
        try:
            while True:
                frame = await self._frame(wake)
                if frame is None:
                    interval = await self._look_after()
                    wake = loop.time() + interval
                    continue
                if frame["type"] == "websocket.disconnect":
                    break
                self._heard = True
                text = frame.get("text")
                content = frame["bytes"] if text is None else text
                await self._apply(self._limited(len(content)) or self._connection.receive(content))
        except _GONE:
            pass
        self._end()

    async def _frame(self, wake: float) -> Message | None:
        """The next frame; None when the time has come and there is none.

        A process that was held up notices the time before it takes what has come meanwhile: that
        counts as having come in time.
        """
        try:
            async with asyncio.timeout_at(wake):
                return await self._socket.receive()
        except TimeoutError:
            pass
        try:
            async with asyncio.timeout(0):
                return await self._socket.receive()
        except TimeoutError:
            return None

    async def _look_after(self) -> float:
        """Ends the connection of who has not begun, or not answered a ping; gives the next time."""
        interval = self._settings.ping_interval
        if not self._is_initialised:
            await self._apply(self._connection.init_timed_out())
        elif self._pinged and self._connection.answers_pings and not self._heard:
            await self._apply(self._connection.close(CloseCode.GOING_AWAY, "No answer to a ping"))
        else:
            self._heard, self._pinged = False, True
            await self._apply(self._connection.ping())
        return interval

    def _limited(self, size: int) -> Sequence[Action]:
        settings, now = self._settings, self._clock()
        earned = (now - self._credited) * settings.frames_per_second
        self._credit = min(self._credit + earned, settings.max_burst) - 1
        self._credited = now
        if size > settings.max_frame:
            return self._connection.close(CloseCode.MESSAGE_TOO_BIG, "The message is too big")
        if self._credit < 0:
            return self._connection.close(CloseCode.LIMIT_EXCEEDED, "Too many messages")
        return ()

    async def _apply(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Send(text):
                    await self._write(text)
                case Close(code, reason):
                    await self._close(code, reason)
                case Authenticate(payload):
                    self._is_initialised = True
                    self._spawn(self._authenticate(payload))
                case Start():
                    self._running[action.id] = self._task(self._operate(action))
                case Stop(operation):
                    if (task := self._running.pop(operation, None)) is not None:
                        task.cancel()
                case _:
                    assert_never(action)

    async def _write(self, text: str) -> None:
        try:
            await within(self._settings.write_timeout, self._write_in_turn(text))
        except _GONE:
            self._end()

    async def _write_in_turn(self, text: str) -> None:
        async with self._writing:
            await self._socket.send({"type": "websocket.send", "text": text})

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(self._settings.write_timeout), self._writing:
                await self._socket.close(code, reason)
        except _GONE:
            pass
        self._end()

    async def _authenticate(self, payload: Any) -> None:
        """By the handshake's headers; a token in `connection_init` goes before one there."""
        headers = dict(self._socket.headers)
        for name, value in payload.items():
            if name.lower() == "authorization" and isinstance(value, str):
                headers["authorization"] = value
        try:
            self._identity = await self._operations.authenticate(headers)
        except RequestError as error:
            await self._apply(self._connection.refuse(_reason(error.message)))
        except Exception:
            _log.exception("authentication failed unexpectedly")
            await self._apply(
                self._connection.close(CloseCode.INTERNAL_ERROR, "Internal server error")
            )
        else:
            await self._apply(self._connection.acknowledge())

    async def _operate(self, start: Start) -> None:
        request = LiveRequest(start.payload, self._identity)
        try:
            async with aclosing(self._operations.messages(request)) as messages:
                async for message in messages:
                    if message.body:
                        await self._apply(self._connection.next(start.id, message.body))
            await self._apply(self._connection.complete(start.id))
        except HubClosed as error:
            await self._apply(self._connection.close(CloseCode.GOING_AWAY, _reason(error.message)))
        except GatewayError as error:
            await self._apply(self._connection.error(start.id, told(error)))
        except Exception:
            _log.exception("an operation failed unexpectedly")
            await self._apply(self._connection.error(start.id, [INTERNAL]))
        finally:
            if self._running.get(start.id) is asyncio.current_task():
                del self._running[start.id]


def _reason(message: str) -> str:
    """A close reason has at most 123 bytes (RFC 6455 section 5.5)."""
    return message.encode()[:123].decode(errors="ignore")
