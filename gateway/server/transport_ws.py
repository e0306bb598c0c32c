"""graphql-transport-ws as a protocol without I/O: messages in, actions out.

Specification: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. The connection knows
which message is allowed when (`Connection._TRANSITIONS`: anything not in this map is invalid) and
which operations are open.

Close codes: 1008 a limit is exceeded, 1009 the message is too big, 4400 invalid message, 4401
subscribed before the connection was acknowledged, 4403 refused, 4406 no common subprotocol, 4408
`connection_init` came too late, 4409 the id is taken, 4429 a second `connection_init`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from gateway.server.socket_protocol import (
    Action,
    CloseCode,
    Send,
    Session,
    State,
    Stop,
    Violation,
    operation_id,
    read_message,
)

SUBPROTOCOL = "graphql-transport-ws"


class Connection:
    """One client's connection, a `SocketProtocol`."""

    answers_pings = True

    def __init__(self, *, max_operations: int = 100) -> None:
        self._session = Session(max_operations)

    @property
    def state(self) -> State:
        return self._session.state

    def receive(self, frame: str | bytes) -> Sequence[Action]:
        if self.state is State.CLOSED:
            return ()
        try:
            message = read_message(frame)
            kind = message["type"]
            if (self.state, kind) in self._TRANSITIONS:
                return self._TRANSITIONS[self.state, kind](self, message)
            raise _not_allowed(kind)
        except Violation as violation:
            return self._session.close(violation.code, violation.reason)

    def init_timed_out(self) -> Sequence[Action]:
        if self.state is not State.OPENED:
            return ()
        return self._session.close(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")

    def acknowledge(self) -> Sequence[Action]:
        if self.state is not State.AUTHENTICATING:
            return ()
        self._session.state = State.ACKNOWLEDGED
        return (Send('{"type":"connection_ack"}'),)

    def refuse(self, reason: str = "Forbidden") -> Sequence[Action]:
        if self.state is not State.AUTHENTICATING:
            return ()
        return self._session.close(CloseCode.FORBIDDEN, reason)

    def ping(self) -> Sequence[Action]:
        return () if self.state is State.CLOSED else (Send('{"type":"ping"}'),)

    def next(self, operation: str, body: bytes) -> Sequence[Action]:
        return self._session.result("next", operation, body)

    def error(self, operation: str, errors: Sequence[Mapping[str, Any]]) -> Sequence[Action]:
        return self._session.error(operation, list(errors))

    def complete(self, operation: str) -> Sequence[Action]:
        return self._session.complete(operation)

    def close(self, code: CloseCode, reason: str) -> Sequence[Action]:
        return self._session.close(code, reason)

    def lost(self) -> None:
        self._session.lost()

    def _init(self, message: Mapping[str, Any]) -> Sequence[Action]:
        return (self._session.initialise(message),)

    def _subscribe(self, message: Mapping[str, Any]) -> Sequence[Action]:
        start = self._session.operation(message)
        if start.id in self._session.operations:
            raise Violation(
                CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {start.id[:64]} already exists"
            )
        self._session.open(start)
        return (start,)

    def _end(self, message: Mapping[str, Any]) -> Sequence[Action]:
        operation = operation_id(message)
        # It may have ended while the client's message was under way.
        return (Stop(operation),) if self._session.end(operation) else ()

    def _pong(self, _: Mapping[str, Any]) -> Sequence[Action]:
        return (Send('{"type":"pong"}'),)

    def _ignore(self, _: Mapping[str, Any]) -> Sequence[Action]:
        return ()

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


def _not_allowed(kind: str) -> Violation:
    match kind:
        case "connection_init":
            return Violation(CloseCode.TOO_MANY_INIT_REQUESTS, "Too many initialisation requests")
        case "subscribe":
            return Violation(CloseCode.UNAUTHORIZED, "Unauthorized")
        case _:
            return Violation(CloseCode.BAD_MESSAGE, "Message not allowed at this time")
