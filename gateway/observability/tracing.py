"""Ids that tie together what one request causes: a request id, and a W3C Trace Context.

A trace that the client began goes on; otherwise one begins here. Subgraphs get both.
"""

import re
import secrets

import msgspec

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_\-.]{1,64}")


class Trace(msgspec.Struct, frozen=True):
    """Where a request stands: `trace_id` is 32 hex digits, `flags` two (W3C Trace Context)."""

    request_id: str
    trace_id: str
    flags: str = "01"

    def headers(self) -> dict[str, str]:
        """The headers of one call to a subgraph, as a new span of the trace."""
        return {
            "x-request-id": self.request_id,
            "traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-{self.flags}",
        }


def begin_trace(request_id: str | None, traceparent: str | None) -> Trace:
    """The trace that a request belongs to; what it says of itself is used only if well formed."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent is not None else None
    trace_id, flags = (match[1], match[2]) if match else (secrets.token_hex(16), "01")
    if request_id is None or not _REQUEST_ID.fullmatch(request_id):
        request_id = trace_id
    return Trace(request_id, trace_id, flags)
