"""From a request's headers to the `Caller`: who asks, as part of which trace."""

from collections.abc import Mapping
from typing import Protocol

from gateway.observability.tracing import Trace, begin_trace
from gateway.pipeline.request import Caller
from gateway.security.identity import ANONYMOUS, Identity


class Authenticates(Protocol):
    """Verifies an Authorization header."""

    async def authenticate(self, header: str | None) -> Identity:
        """The identity that the header proves.

        Raises:
            Unauthenticated: It proves none.
        """
        ...


class NoAuthentication:
    """Where no keys are configured, everyone is anonymous, whatever token they send."""

    async def authenticate(self, header: str | None) -> Identity:
        del header
        return ANONYMOUS


def trace_of(headers: Mapping[bytes, bytes]) -> Trace:
    """The trace that a request's headers name, or a new one."""
    return begin_trace(_text(headers.get(b"x-request-id")), _text(headers.get(b"traceparent")))


async def caller_of(
    headers: Mapping[bytes, bytes],
    trace: Trace,
    authentication: Authenticates,
    *,
    read_only: bool,
    preflighted: bool,
) -> Caller:
    """Who sends a request with these (lower-case) headers.

    Raises:
        Unauthenticated: The token is wrong, or missing where one is required.
    """
    return Caller(
        trace=trace,
        identity=await authentication.authenticate(_text(headers.get(b"authorization"))),
        read_only=read_only,
        preflighted=preflighted,
        expose_plan=headers.get(b"fusion-expose-query-plan") == b"true",
    )


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
