"""Ids that tie together what one request causes: a request id, and a W3C Trace Context.

A trace that the client began goes on; otherwise one begins here. Subgraphs get both.
"""

import re
import secrets

import msgspec

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_\-.]{1,64}")


class Trace(msgspec.Struct, frozen=True):
    """Where a request stands (W3C Trace Context): ids and flags in hex digits.

    `parent_id` is the client's span; None where the trace begins here.
    """

    request_id: str
    trace_id: str
    flags: str = "01"
    parent_id: str | None = None

    def headers(self) -> dict[str, str]:
        """The headers of one call to a subgraph, as a new span of the trace."""
        return {
            "x-request-id": self.request_id,
            "traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-{self.flags}",
        }


def begin_trace(request_id: str | None, traceparent: str | None) -> Trace:
    """The trace that a request belongs to; what it says of itself is used only if well formed."""
    found = parse_traceparent(traceparent)
    trace_id, parent_id, flags = found or (secrets.token_hex(16), None, "01")
    if request_id is None or not _REQUEST_ID.fullmatch(request_id):
        request_id = trace_id
    return Trace(request_id, trace_id, flags, parent_id)


def parse_traceparent(text: str | None) -> tuple[str, str, str] | None:
    """Trace id, parent id and flags; None unless it is well formed."""
    match = None if text is None else _TRACEPARENT.fullmatch(text)
    return None if match is None else (match[1], match[2], match[3])
