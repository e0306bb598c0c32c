"""graphql-transport-ws as a protocol without I/O: messages in, actions out.

Specification: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. The connection knows
which message is allowed when (`Connection._TRANSITIONS`: anything not in this map is invalid) and
which operations are open. Sockets, clocks, tasks and the operations themselves are the driver's
business (`websocket.py`): it passes on what comes in and carries out the actions it is given, in
order.

Close codes: 1008 a limit is exceeded, 1009 the message is too big, 4400 invalid message, 4401
subscribed before the connection was acknowledged, 4403 refused, 4406 no common subprotocol, 4408
`connection_init` came too late, 4409 the id is taken, 4429 a second `connection_init`.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, IntEnum, auto
from typing import Any, ClassVar

import msgspec
import orjson

SUBPROTOCOL = "graphql-transport-ws"
_MAX_ID_LENGTH = 256


class CloseCode(IntEnum):
    """Why the server closes a connection."""

    GOING_AWAY = 1001
    LIMIT_EXCEEDED = 1008
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 4500
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INIT_REQUESTS = 4429


class Send(msgspec.Struct, frozen=True):
    """Send this text frame."""

    text: str


class Close(msgspec.Struct, frozen=True):
    """Close the socket; nothing is sent or received after it."""

    code: int
    reason: str


class Authenticate(msgspec.Struct, frozen=True):
    """Decide about the client by its `connection_init`: then `acknowledge` or `refuse`."""

    payload: Mapping[str, Any]


class Start(msgspec.Struct, frozen=True):
    """Run this operation; its messages go through `next`, `error` and `complete`."""

    id: str
    payload: Mapping[str, Any]


class Stop(msgspec.Struct, frozen=True):
    """The client wants no more of this operation."""

    id: str


Action = Send | Close | Authenticate | Start | Stop


class State(Enum):
    """Where a connection stands."""

    OPENED = auto()
    AUTHENTICATING = auto()
    ACKNOWLEDGED = auto()
    CLOSED = auto()


class Connection:
    """One client's connection."""

    def __init__(self, *, max_operations: int = 100) -> None:
        self.state = State.OPENED
        self._operations: set[str] = set()
        self._max_operations = max_operations

    def receive(self, frame: str | bytes) -> Sequence[Action]:
        """Takes a frame from the client."""
        if self.state is State.CLOSED:
            return ()
        message = _message(frame)
        if isinstance(message, str):
            return self._close(CloseCode.BAD_MESSAGE, message)
        kind = message["type"]
        if (self.state, kind) in self._TRANSITIONS:
            return self._TRANSITIONS[self.state, kind](self, message)
        match kind:
            case "connection_init":
                return self._close(
                    CloseCode.TOO_MANY_INIT_REQUESTS, "Too many initialisation requests"
                )
            case "subscribe":
                return self._close(CloseCode.UNAUTHORIZED, "Unauthorized")
            case _:
                return self._close(CloseCode.BAD_MESSAGE, "Message not allowed at this time")

    def init_timed_out(self) -> Sequence[Action]:
        """The time for `connection_init` is over."""
        if self.state is not State.OPENED:
            return ()
        return self._close(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")

    def acknowledge(self) -> Sequence[Action]:
        """The client is welcome."""
        if self.state is not State.AUTHENTICATING:
            return ()
        self.state = State.ACKNOWLEDGED
        return (Send('{"type":"connection_ack"}'),)

    def refuse(self, reason: str = "Forbidden") -> Sequence[Action]:
        """The client is not welcome."""
        if self.state is not State.AUTHENTICATING:
            return ()
        return self._close(CloseCode.FORBIDDEN, reason)

    def ping(self) -> Sequence[Action]:
        """Keeps the connection alive; a client may send one as well."""
        return () if self.state is State.CLOSED else (Send('{"type":"ping"}'),)

    def next(self, operation: str, body: bytes) -> Sequence[Action]:
        """A result of an operation, as JSON; nothing if the client has ended it meanwhile."""
        if not self._is_open(operation):
            return ()
        return (Send(_envelope("next", operation, body)),)

    def error(self, operation: str, errors: Sequence[Mapping[str, Any]]) -> Sequence[Action]:
        """Ends an operation that could not begin or go on."""
        if not self._is_open(operation):
            return ()
        self._operations.discard(operation)
        return (Send(_envelope("error", operation, orjson.dumps(list(errors)))),)

    def complete(self, operation: str) -> Sequence[Action]:
        """Ends an operation that has given all its results."""
        if not self._is_open(operation):
            return ()
        self._operations.discard(operation)
        return (Send(orjson.dumps({"id": operation, "type": "complete"}).decode()),)

    def close(self, code: CloseCode, reason: str) -> Sequence[Action]:
        """Closes the connection for a reason of the server's own."""
        return () if self.state is State.CLOSED else self._close(code, reason)

    def lost(self) -> None:
        """The socket is gone."""
        self.state = State.CLOSED
        self._operations.clear()

    def _init(self, message: Mapping[str, Any]) -> Sequence[Action]:
        payload = message.get("payload")
        if payload is not None and not isinstance(payload, dict):
            return self._close(CloseCode.BAD_MESSAGE, "The payload must be an object")
        self.state = State.AUTHENTICATING
        return (Authenticate(payload or {}),)

    def _subscribe(self, message: Mapping[str, Any]) -> Sequence[Action]:
        operation, payload = message.get("id"), message.get("payload")
        if not isinstance(operation, str) or not 0 < len(operation) <= _MAX_ID_LENGTH:
            return self._close(CloseCode.BAD_MESSAGE, "A subscribe message needs an id")
        if not isinstance(payload, dict):
            return self._close(CloseCode.BAD_MESSAGE, "The payload must be an object")
        if operation in self._operations:
            return self._close(
                CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {operation[:64]} already exists"
            )
        if len(self._operations) >= self._max_operations:
            return self._close(CloseCode.LIMIT_EXCEEDED, "Too many operations on a connection")
        self._operations.add(operation)
        return (Start(operation, payload),)

    def _end(self, message: Mapping[str, Any]) -> Sequence[Action]:
        operation = message.get("id")
        if not isinstance(operation, str):
            return self._close(CloseCode.BAD_MESSAGE, "A complete message needs an id")
        if operation not in self._operations:
            return ()  # it ended while the client's message was under way
        self._operations.discard(operation)
        return (Stop(operation),)

    def _pong(self, _: Mapping[str, Any]) -> Sequence[Action]:
        return (Send('{"type":"pong"}'),)

    def _ignore(self, _: Mapping[str, Any]) -> Sequence[Action]:
        return ()

    def _is_open(self, operation: str) -> bool:
        return self.state is State.ACKNOWLEDGED and operation in self._operations

    def _close(self, code: CloseCode, reason: str) -> Sequence[Action]:
        self.lost()
        return (Close(code, reason),)

    # All allowed (state, message type) pairs: anything not in this map is invalid.
    _TRANSITIONS: ClassVar = {
        (State.OPENED, "connection_init"): _init,
        (State.OPENED, "ping"): _pong,
        (State.OPENED, "pong"): _ignore,
        (State.AUTHENTICATING, "ping"): _pong,
        (State.AUTHENTICATING, "pong"): _ignore,
        (State.ACKNOWLEDGED, "ping"): _pong,
        (State.ACKNOWLEDGED, "pong"): _ignore,
        (State.ACKNOWLEDGED, "subscribe"): _subscribe,
        (State.ACKNOWLEDGED, "complete"): _end,
    }


def _message(frame: str | bytes) -> dict[str, Any] | str:
    """The frame's message, or what is wrong with it."""
    if isinstance(frame, bytes):
        return "Binary frames are not part of the protocol"
    try:
        message = orjson.loads(frame)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return "Invalid JSON"
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type"
    return message


def _envelope(kind: str, operation: str, payload: bytes) -> str:
    """A message around a payload that is JSON already."""
    return (
        f'{{"id":{orjson.dumps(operation).decode()},"type":"{kind}","payload":{payload.decode()}}}'
    )
