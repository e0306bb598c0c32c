"""What the two WebSocket protocols have in common.

That is what a driver is told to do, where a connection stands, which operations are open, and how
messages are read and written. A protocol has no I/O: messages in, actions out. Sockets, clocks,
tasks and the operations themselves are the driver's business (`websocket.py`): it passes on what
comes in and carries out the actions it is given, in order.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, IntEnum, auto
from typing import Any, Protocol

import msgspec
import orjson

from gateway.operation.json_values import loads

_MAX_ID_LENGTH = 256


class CloseCode(IntEnum):
    """Why the server closes a connection (those from 4400 on are graphql-transport-ws's)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    LIMIT_EXCEEDED = 1008
    MESSAGE_TOO_BIG = 1009
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INIT_REQUESTS = 4429
    INTERNAL_ERROR = 4500


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


class SocketProtocol(Protocol):
    """One client's connection, as its driver sees it. All methods tell what to do next."""

    answers_pings: bool
    """Whether a client that is there answers each `ping`."""

    def receive(self, frame: str | bytes) -> Sequence[Action]:
        """Takes a frame from the client."""
        ...

    def init_timed_out(self) -> Sequence[Action]:
        """The time for `connection_init` is over."""
        ...

    def acknowledge(self) -> Sequence[Action]:
        """The client is welcome."""
        ...

    def refuse(self, reason: str = "Forbidden") -> Sequence[Action]:
        """The client is not welcome."""
        ...

    def ping(self) -> Sequence[Action]:
        """Keeps the connection alive."""
        ...

    def next(self, operation: str, body: bytes) -> Sequence[Action]:
        """A result of an operation, as JSON; nothing if the client has ended it meanwhile."""
        ...

    def error(self, operation: str, errors: Sequence[Mapping[str, Any]]) -> Sequence[Action]:
        """Ends an operation that could not begin or go on."""
        ...

    def complete(self, operation: str) -> Sequence[Action]:
        """Ends an operation that has given all its results."""
        ...

    def close(self, code: CloseCode, reason: str) -> Sequence[Action]:
        """Closes the connection for a reason of the server's own."""
        ...

    def lost(self) -> None:
        """The socket is gone."""
        ...


class State(Enum):
    """Where a connection stands."""

    OPENED = auto()
    AUTHENTICATING = auto()
    ACKNOWLEDGED = auto()
    CLOSED = auto()


class Violation(Exception):
    """The client broke the protocol: the connection is closed with this code."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Session:
    """A connection's state and its open operations."""

    def __init__(self, max_operations: int) -> None:
        self.state = State.OPENED
        self.operations: set[str] = set()
        self._max_operations = max_operations

    def initialise(self, message: Mapping[str, Any]) -> Authenticate:
        """The client's `connection_init`.

        Raises:
            Violation: It is not the first, or not in order.
        """
        if self.state is not State.OPENED:
            raise Violation(CloseCode.TOO_MANY_INIT_REQUESTS, "Too many initialisation requests")
        payload = message.get("payload")
        if payload is not None and not isinstance(payload, dict):
            raise Violation(CloseCode.BAD_MESSAGE, "The payload must be an object")
        self.state = State.AUTHENTICATING
        return Authenticate(payload or {})

    def operation(self, message: Mapping[str, Any]) -> Start:
        """The operation that a message asks for; not open yet.

        Raises:
            Violation: The message is not in order.
        """
        payload = message.get("payload")
        if not isinstance(payload, dict):
            raise Violation(CloseCode.BAD_MESSAGE, "The payload must be an object")
        operation = operation_id(message)
        if not 0 < len(operation) <= _MAX_ID_LENGTH:
            raise Violation(CloseCode.BAD_MESSAGE, f"An id has 1 to {_MAX_ID_LENGTH} characters")
        return Start(operation, payload)

    def open(self, start: Start) -> None:
        """The operation is open from now on.

        Raises:
            Violation: There are as many as allowed.
        """
        if len(self.operations) >= self._max_operations:
            raise Violation(CloseCode.LIMIT_EXCEEDED, "Too many operations on a connection")
        self.operations.add(start.id)

    def end(self, operation: str) -> bool:
        """The operation is over; False if it was before."""
        is_open = operation in self.operations
        self.operations.discard(operation)
        return is_open

    def is_open(self, operation: str) -> bool:
        """Whether its results may be sent."""
        return self.state is State.ACKNOWLEDGED and operation in self.operations

    def result(self, kind: str, operation: str, body: bytes) -> Sequence[Action]:
        """A result of an operation, as a message of this kind; nothing if it is over."""
        if not self.is_open(operation):
            return ()
        return (Send(_envelope(kind, operation, body)),)

    def error(self, operation: str, payload: object) -> Sequence[Action]:
        """Ends an operation with what went wrong; nothing if it is over."""
        if not self.is_open(operation):
            return ()
        self.end(operation)
        return (Send(_envelope("error", operation, orjson.dumps(payload))),)

    def complete(self, operation: str) -> Sequence[Action]:
        """Ends an operation that has given all its results; nothing if it is over."""
        if not self.is_open(operation):
            return ()
        self.end(operation)
        return (Send(orjson.dumps({"id": operation, "type": "complete"}).decode()),)

    def close(self, code: CloseCode, reason: str) -> Sequence[Action]:
        """Ends everything; nothing more if it has ended already."""
        if self.state is State.CLOSED:
            return ()
        self.lost()
        return (Close(code, reason),)

    def lost(self) -> None:
        self.state = State.CLOSED
        self.operations.clear()


def read_message(frame: str | bytes) -> dict[str, Any]:
    """The message in a frame.

    Raises:
        Violation: It is none.
    """
    if isinstance(frame, bytes):
        raise Violation(CloseCode.BAD_MESSAGE, "Binary frames are not part of the protocol")
    try:
        message = loads(frame)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise Violation(CloseCode.BAD_MESSAGE, "Invalid JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Violation(CloseCode.BAD_MESSAGE, "A message is an object with a type")
    return message


def operation_id(message: Mapping[str, Any]) -> str:
    """The id that a message names.

    Raises:
        Violation: It names none.
    """
    operation = message.get("id")
    if not isinstance(operation, str):
        raise Violation(CloseCode.BAD_MESSAGE, f"A {message['type'][:32]} message needs an id")
    return operation


def _envelope(kind: str, operation: str, payload: bytes) -> str:
    """A message around a payload that is JSON already."""
    return (
        f'{{"id":{orjson.dumps(operation).decode()},"type":"{kind}","payload":{payload.decode()}}}'
    )
