"""Where a change comes from: what ties a request to all the events that it leads to.

Every event carries it (`correlationid`, `causationid`, `traceparent`), and whoever handles an event
passes it on, so that the whole way of a request through the subgraphs can be read from its events.
"""

import re

import msgspec

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says of its cause.

    `correlation` is the request at the beginning; `causation` is the direct cause: that request, or
    the id of the event that was handled. `traceparent` is W3C Trace Context, version 00.
    Subgraphs open no spans of their own, so they pass `traceparent` on as they got it.
    """

    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None

    @classmethod
    def of_request(cls, request_id: str | None, traceparent: str | None) -> "Origin":
        """What the headers of a request say; what is not well formed counts as not said."""
        known = request_id if request_id and _REQUEST_ID.fullmatch(request_id) else None
        traced = traceparent if traceparent and _TRACEPARENT.fullmatch(traceparent) else None
        return cls(correlation=known, causation=known, traceparent=traced)


UNKNOWN = Origin()
"""Of what nobody asked for: seeds, sweeps."""
