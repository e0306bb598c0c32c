"""graphql-transport-ws as a client: one WebSocket for each subscription.

Specification: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. A socket of its own
lets the identity token, which goes into `connection_init`, be bound to the one operation that is
subscribed to: its `bh` is the hash of the payload of `subscribe`. Why it is not shared:
docs/adr/0017-upstream-subscriptions.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import ClassVar, Final

import aiohttp
import orjson

from gateway.executor.errors import (
    SubgraphAnswerMalformed,
    SubgraphAnswerTooLarge,
    SubgraphError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.subscriptions.upstream.errors import Refused, SubgraphSocketClosed
from gateway.subscriptions.upstream.protocol import (
    Bounds,
    Subscribe,
    checked_answer,
    read_message,
    refused,
)
from gateway.subscriptions.upstream.sockets import Sockets, web_socket

SUBPROTOCOL: Final = "graphql-transport-ws"
_ID: Final = "1"
_FINAL_CODES: Final = frozenset({1002, 1003, 1007, 1008, 4400, 4401, 4403, 4406, 4409, 4429})
"""Trying again changes nothing: the gateway, or who it asks for, is not wanted."""
_GOODBYE: Final = 1.0

_Message = dict[str, object]


class WebSocketUpstream:
    """Subscribes over one socket each."""

    protocol: ClassVar[str] = SUBPROTOCOL

    def __init__(self, sockets: Sockets, url: str, bounds: Bounds) -> None:
        self._sockets = sockets
        self._url = url
        self._bounds = bounds

    async def events(self, subscribe: Subscribe) -> AsyncGenerator[bytes | None]:
        headers = subscribe.headers(subscribe.body)
        async with web_socket(
            self._sockets, self._url, SUBPROTOCOL, headers, self._bounds
        ) as socket:
            if socket.protocol != SUBPROTOCOL:
                raise SubgraphAnswerMalformed(f"The subgraph does not speak {SUBPROTOCOL}")
            conversation = _Conversation(socket, self._bounds)
            await conversation.begin(headers, subscribe.body)
            try:
                yield None
                while (answer := await conversation.answer()) is not None:
                    yield answer
            finally:
                await conversation.end()


class _Conversation:
    """What is said on one socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, bounds: Bounds) -> None:
        self._socket = socket
        self._bounds = bounds
        self._is_open = False

    async def begin(self, headers: Mapping[str, str], body: bytes) -> None:
        """Be acknowledged, and subscribe."""
        told = {name: value for name, value in headers.items() if name == "authorization"}
        await self._send({"type": "connection_init", "payload": told})
        try:
            async with asyncio.timeout(self._bounds.answer_timeout):
                while (await self._receive(None))["type"] != "connection_ack":
                    pass
        except TimeoutError:
            raise SubgraphTimeout("The subgraph did not acknowledge the connection") from None
        start = b'{"id":"' + _ID.encode() + b'","type":"subscribe","payload":'
        await self._send_text((start + body + b"}").decode())
        self._is_open = True

    async def answer(self) -> bytes | None:
        """The next event; None when there are no more.

        Raises:
            Refused: The subgraph ends the operation with errors.
            SubgraphError: The connection broke, or what came is no message.
        """
        while True:
            message = await self._receive(self._bounds.heartbeat)
            if message.get("id") != _ID:
                continue
            match message["type"]:
                case "next":
                    return checked_answer(message.get("payload"))
                case "error":
                    self._is_open = False
                    raise Refused(refused(message.get("payload")))
                case "complete":
                    self._is_open = False
                    return None
                case _:
                    pass

    async def end(self) -> None:
        """Tell the subgraph that nobody wants further events."""
        if not self._is_open or self._socket.closed:
            return
        try:
            async with asyncio.timeout(_GOODBYE):
                await self._send({"id": _ID, "type": "complete"})
        except (TimeoutError, SubgraphError):
            pass

    async def _receive(self, heartbeat: float | None) -> _Message:
        """The next message that is more than a sign of life."""
        while True:
            message = read_message(await self._text(heartbeat))
            match message.get("type"):
                case "ping":
                    await self._send({"type": "pong"})
                case "pong":
                    pass
                case "next" | "error" | "complete" | "connection_ack":
                    return message
                case _:
                    raise SubgraphAnswerMalformed("The subgraph sent an unknown message")

    async def _text(self, heartbeat: float | None) -> str:
        """A text frame; after a silence the subgraph is pinged, and has as long again to answer."""
        try:
            async with asyncio.timeout(heartbeat):
                return _text_of(await self._socket.receive(), self._socket)
        except TimeoutError:
            await self._send({"type": "ping"})
        try:
            async with asyncio.timeout(heartbeat):
                return _text_of(await self._socket.receive(), self._socket)
        except TimeoutError:
            raise SubgraphTimeout("The subgraph fell silent") from None

    async def _send(self, message: _Message) -> None:
        await self._send_text(orjson.dumps(message).decode())

    async def _send_text(self, text: str) -> None:
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, OSError, RuntimeError):
            raise SubgraphUnreachable from None


def _text_of(frame: aiohttp.WSMessage, socket: aiohttp.ClientWebSocketResponse) -> str:
    match frame.type:
        case aiohttp.WSMsgType.TEXT:
            text: str = frame.data
            return text
        case aiohttp.WSMsgType.BINARY:
            raise SubgraphAnswerMalformed("The subgraph sent a binary frame")
        case aiohttp.WSMsgType.ERROR:
            code = getattr(frame.data, "code", None)
            if code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG:
                raise SubgraphAnswerTooLarge
            raise SubgraphUnreachable
        case _:
            code = socket.close_code
            if code in _FINAL_CODES:
                raise SubgraphSocketClosed(code)
            raise SubgraphUnreachable
