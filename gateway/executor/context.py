"""What one execution of an operation is given by the request it belongs to."""

from collections.abc import Awaitable, Callable, Hashable, Mapping

import msgspec

from gateway.executor.transport.base import Transport


def no_headers(_subgraph: str, _body: bytes) -> Mapping[str, str]:
    """Ask subgraphs without any headers of the request."""
    return {}


Share = Callable[[Hashable, Callable[[], Awaitable[bytes]]], Awaitable[bytes]]
"""Gives what a call answers; equal calls that are under way at the same time may share one."""


class ExecutionContext(msgspec.Struct, frozen=True):
    """How to reach subgraphs, and on whose behalf.

    `transports` are by subgraph name. `headers` makes the headers of one subgraph request from the
    subgraph's name and the body that will be sent (an identity token may sign it). `timeout` is how
    many seconds the whole execution may take: what is not there by then is null, with an error.
    With `mask_errors` clients are told the codes of subgraphs' errors, not their messages. Failures
    of subgraphs are logged under `request_id`. Without `share` each call is made.
    """

    transports: Mapping[str, Transport]
    headers: Callable[[str, bytes], Mapping[str, str]] = no_headers
    timeout: float | None = None
    introspection: bool = True
    mask_errors: bool = False
    request_id: str | None = None
    share: Share | None = None
