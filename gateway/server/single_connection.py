"""graphql-sse, single connection mode, over HTTP: one event stream for all operations of a client.

Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. PUT reserves a
stream and answers its token (201); a request that accepts `text/event-stream` opens it; each other
request with the token is an operation, named by `extensions.operationId`, that is answered over the
stream (202); DELETE ends one. The token comes in a header, or as the parameter `token`, since
browsers' `EventSource` sets no headers. Every one of these requests is authenticated for itself.
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.types import Receive, Scope

from gateway.pipeline.request import Caller, GraphQLRequest
from gateway.server.errors import MalformedRequest
from gateway.server.exchange import Exchange
from gateway.server.live_clients import user_of
from gateway.server.live_response import StreamSettings
from gateway.server.reservations import Reservation, Reservations
from gateway.server.shared_stream import Begin

_MAX_ID_LENGTH = 256


def token_of(headers: Mapping[bytes, bytes], query_string: bytes) -> str | None:
    """The token that a request brings, if any."""
    header = headers.get(b"x-graphql-event-stream-token")
    if header is not None:
        return header.decode("latin-1")
    return _parameter(query_string, "token") if b"token=" in query_string else None


def operation_of(request: GraphQLRequest) -> str:
    """The id that the client gives an operation.

    Raises:
        MalformedRequest: There is none.
    """
    return _checked(request.extensions.get("operationId"), "extensions.operationId")


class SingleConnection:
    """Answers the four kinds of requests."""

    def __init__(
        self, reservations: Reservations, settings: StreamSettings, stopping: asyncio.Event
    ) -> None:
        self._reservations = reservations
        self._settings = settings
        self._stopping = stopping

    async def reserve(self, caller: Caller, scope: Scope, exchange: Exchange) -> None:
        subject = caller.identity.subject
        token = self._reservations.reserve(subject, user_of(subject, scope.get("client")))
        await exchange.answer_text(201, token)

    async def connect(
        self, token: str, caller: Caller, receive: Receive, exchange: Exchange
    ) -> None:
        reservation = self._find(token, caller)
        self._reservations.open(reservation)
        exchange.status = 200
        try:
            await reservation.stream.serve(
                receive, exchange.send, self._settings, exchange.common_headers(), self._stopping
            )
        finally:
            self._reservations.end(reservation)

    async def operate(
        self, token: str, operation: str, begin: Begin, caller: Caller, exchange: Exchange
    ) -> None:
        await self._find(token, caller).stream.start(operation, begin)
        await exchange.answer_text(202, "")

    async def stop(self, token: str, caller: Caller, scope: Scope, exchange: Exchange) -> None:
        stream = self._find(token, caller).stream
        stream.stop(_checked(_parameter(scope["query_string"], "operationId"), "operationId"))
        await exchange.answer_text(200, "")

    def _find(self, token: str, caller: Caller) -> Reservation:
        return self._reservations.find(token, caller.identity.subject)


def _parameter(query_string: bytes, name: str) -> str | None:
    values = parse_qs(query_string.decode("latin-1")).get(name)
    return None if values is None else values[0]


def _checked(operation: object, name: str) -> str:
    if not isinstance(operation, str) or not 0 < len(operation) <= _MAX_ID_LENGTH:
        raise MalformedRequest(
            f"{name} has to be a string of 1 to {_MAX_ID_LENGTH} characters: the operation's id."
        )
    return operation
