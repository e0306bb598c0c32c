"""The legacy WebSocket protocol of subscriptions-transport-ws, without I/O, for old clients.

Specification: https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md.
Its wire name is `graphql-ws`, which is not the protocol of the library graphql-ws. Off unless
`subscriptions.protocols` names it.

Its clients send `start` right behind `connection_init`. So operations that come while the client is
authenticated wait for that; there is no way past it: without `connection_init` there is no
operation, and none of those that wait runs if the client is refused. A second `start` of an id
takes the place of the first. The protocol has no close codes: those of graphql-transport-ws are
used. Clients do not answer `ka`, the keep-alive message.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from gateway.server.socket_protocol import (
    Action,
    CloseCode,
    Send,
    Session,
    Start,
    State,
    Stop,
    Violation,
    operation_id,
    read_message,
)

SUBPROTOCOL = "graphql-ws"
_KEEP_ALIVE = Send('{"type":"ka"}')


class LegacyConnection:
    """One client's connection, a `SocketProtocol`."""

    answers_pings = False

    def __init__(self, *, max_operations: int = 100) -> None:
        self._session = Session(max_operations)
        self._waiting: dict[str, Start] = {}

    @property
    def state(self) -> State:
        return self._session.state

    def receive(self, frame: str | bytes) -> Sequence[Action]:
        if self.state is State.CLOSED:
            return ()
        try:
            message = read_message(frame)
            match message["type"]:
                case "connection_init":
                    return (self._session.initialise(message),)
                case "start":
                    return self._start(self._session.operation(message))
                case "stop":
                    return self._stop(operation_id(message))
                case "connection_terminate":
                    return self._session.close(CloseCode.NORMAL, "Terminated by the client")
                case _:
                    return self._refuse(CloseCode.BAD_MESSAGE, "There is no such message")
        except Violation as violation:
            return self._refuse(violation.code, violation.reason)

    def init_timed_out(self) -> Sequence[Action]:
        if self.state is not State.OPENED:
            return ()
        return self._refuse(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")

    def acknowledge(self) -> Sequence[Action]:
        if self.state is not State.AUTHENTICATING:
            return ()
        self._session.state = State.ACKNOWLEDGED
        waiting, self._waiting = tuple(self._waiting.values()), {}
        return (Send('{"type":"connection_ack"}'), _KEEP_ALIVE, *waiting)

    def refuse(self, reason: str = "Forbidden") -> Sequence[Action]:
        if self.state is not State.AUTHENTICATING:
            return ()
        return self._refuse(CloseCode.FORBIDDEN, reason)

    def ping(self) -> Sequence[Action]:
        # Clients take the first one for a promise of more, so none comes before the promise holds.
        return (_KEEP_ALIVE,) if self.state is State.ACKNOWLEDGED else ()

    def next(self, operation: str, body: bytes) -> Sequence[Action]:
        return self._session.result("data", operation, body)

    def error(self, operation: str, errors: Sequence[Mapping[str, Any]]) -> Sequence[Action]:
        """Its payload is one error; where there are more, all are in its `errors`."""
        payload = dict(errors[0]) if len(errors) == 1 else {**errors[0], "errors": list(errors)}
        return self._session.error(operation, payload)

    def complete(self, operation: str) -> Sequence[Action]:
        return self._session.complete(operation)

    def close(self, code: CloseCode, reason: str) -> Sequence[Action]:
        return self._session.close(code, reason)

    def lost(self) -> None:
        self._session.lost()
        self._waiting.clear()

    def _start(self, start: Start) -> Sequence[Action]:
        if self.state is State.OPENED:
            raise Violation(CloseCode.UNAUTHORIZED, "Unauthorized")
        before = self._stop(start.id)
        self._session.open(start)
        if self.state is State.AUTHENTICATING:
            self._waiting[start.id] = start
            return ()
        return (*before, start)

    def _stop(self, operation: str) -> Sequence[Action]:
        if not self._session.end(operation):
            return ()
        # What waits has not been started: there is nothing for the driver to stop.
        return () if self._waiting.pop(operation, None) is not None else (Stop(operation),)

    def _refuse(self, code: CloseCode, reason: str) -> Sequence[Action]:
        """These clients look at the message, not at the code."""
        self._waiting.clear()
        payload = orjson.dumps({"message": reason}).decode()
        told = Send(f'{{"type":"connection_error","payload":{payload}}}')
        return (told, *self._session.close(code, reason))
