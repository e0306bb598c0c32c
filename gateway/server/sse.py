"""graphql-sse, distinct connections mode: one operation per HTTP request, its answers as events.

Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. Each answer is an
event `next`; `complete` ends the operation. An event's `id:` is the cursor, so a browser's
`EventSource` resumes unaided: it sends `Last-Event-ID` when it reconnects. The position at which
the subscription stands has an id, too, but no data: a browser keeps it and shows nothing; where the
position is not known, a comment tells that it stands. Errors of an operation, validation included,
are answers (`next`), since `EventSource` shows no HTTP status.

When the gateway shuts down, the stream ends without `complete`, which makes clients reconnect, to
another replica, at their cursor. The other mode is in `single_connection.py`.
"""

from typing import Any

import orjson

from gateway.server.live_response import Headers
from gateway.subscriptions.stream import Message

EVENT_STREAM_HEADERS: Headers = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would hold small events back
)
COMMENT = b":\n\n"
SUBSCRIBED = b": subscribed\n\n"


class EventStreamForm:
    """One operation's answers as server-sent events."""

    headers = EVENT_STREAM_HEADERS
    opening = b""
    heartbeat = COMMENT
    completed = b"event: complete\ndata:\n\n"
    refuses_by_status = False
    tells_closing = False

    def standing(self, cursor: str | None) -> bytes:
        return SUBSCRIBED if cursor is None else b"id: " + cursor.encode() + b"\n\n"

    def answer(self, message: Message) -> bytes:
        cursor = message.cursor
        identity = b"" if cursor is None else b"id: " + cursor.encode() + b"\n"
        return b"event: next\n" + identity + b"data: " + message.body + b"\n\n"

    def failed(self, errors: list[dict[str, Any]]) -> bytes:
        return self.answer(Message(orjson.dumps({"errors": errors})))
