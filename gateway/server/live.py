"""What the live transports (WebSocket, SSE) ask of the pipeline."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Protocol

import msgspec

from gateway.errors import GatewayError, RequestError, RequestErrors
from gateway.subscriptions.stream import Message


class LiveRequest(msgspec.Struct, frozen=True):
    """An operation over a live transport. `last_event_id` is SSE's; the rest as in HTTP."""

    payload: Mapping[str, Any]
    identity: Any
    last_event_id: str | None = None


class LiveOperations(Protocol):
    """Who is asking, and the answers to an operation of any kind."""

    async def authenticate(self, headers: Mapping[str, str]) -> Any:
        """The client's identity, by its (lower-case) headers.

        Raises:
            RequestError: The credentials are wrong.
        """
        ...

    def messages(self, request: LiveRequest) -> AsyncGenerator[Message]:
        """The answers of one operation: one for a query or mutation, any number for a subscription.

        An answer without a body (`STANDING`) only tells that the subscription stands.

        Raises:
            RequestError, RequestErrors: The operation cannot begin, or go on.
        """
        ...


def told(error: GatewayError) -> list[dict[str, Any]]:
    """What a client is told of an error; never what went wrong inside."""
    match error:
        case RequestErrors():
            return [each.formatted() for each in error.errors]
        case RequestError():
            return [error.formatted()]
        case _:
            return [INTERNAL]


INTERNAL: dict[str, Any] = {
    "message": "Something went wrong in the gateway.",
    "extensions": {"code": "INTERNAL_SERVER_ERROR"},
}
