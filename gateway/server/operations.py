"""What the WebSocket asks of the gateway: who is there, and the answers to operations."""

import logging
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from gateway.observability.tracing import begin_trace
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.request import Caller, Record
from gateway.security.errors import Unauthenticated
from gateway.security.identity import Identity
from gateway.server.callers import Authenticates
from gateway.server.live import LiveRequest
from gateway.server.live_clients import Lease, user_of
from gateway.server.parameters import from_parameters
from gateway.subscriptions.stream import Message

_log = logging.getLogger("gateway.request")


class ConnectionOperations:
    """`LiveOperations` of one connection; each operation is a request of its own."""

    def __init__(
        self,
        pipeline: Pipeline,
        authentication: Authenticates,
        lease: Lease,
        client: tuple[str, int] | None,
    ) -> None:
        self._pipeline = pipeline
        self._authentication = authentication
        self._lease = lease
        self._client = client

    async def authenticate(self, headers: Mapping[str, str]) -> Identity:
        identity = await self._authentication.authenticate(headers.get("authorization"))
        self._lease.claim(user_of(identity.subject, self._client))
        return identity

    async def messages(self, request: LiveRequest) -> AsyncGenerator[Message]:
        expires_at = request.identity.expires_at
        if expires_at is not None and expires_at <= time.time():
            raise Unauthenticated("The connection's token has expired; connect again.", "expired")
        started = time.perf_counter()
        parameters = from_parameters(dict(request.payload))
        trace = begin_trace(None, None)
        caller = Caller(trace=trace, identity=request.identity, transport="websocket")
        record = Record()
        sent = 0
        messages = self._pipeline.messages(parameters, caller, record, request.last_event_id)
        try:
            async with aclosing(messages):
                async for message in messages:
                    sent += bool(message.body)
                    yield message
        finally:
            if _log.isEnabledFor(logging.INFO):
                _log.info(
                    "operation",
                    extra={
                        "transport": "websocket",
                        "ms": round((time.perf_counter() - started) * 1000, 2),
                        "messages": sent,
                        "request_id": caller.trace.request_id,
                        **record.fields(),
                    },
                )
