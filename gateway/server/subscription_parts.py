"""Subscriptions over `multipart/mixed;subscriptionSpec="1.0"`, which Apollo's clients speak.

https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol. Each
answer is a part `{"payload": …}` with the cursor in its `extensions`; `{}` is a heartbeat. What
ends the subscription early, a gateway that stops included, is a part
`{"payload": null, "errors": […]}`. The last boundary (`--graphql--`) says that the end was meant.
As with `@defer`, the boundary is written behind each part, so that clients need not wait for the
next one to read this one.

A subscription that cannot begin is an ordinary response with its status.
"""

from typing import Any

import orjson

from gateway.server.live_response import Headers
from gateway.subscriptions.stream import Message

_BOUNDARY = b"\r\n--graphql"
_HEAD = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"


class SubscriptionPartsForm:
    """One subscription's answers as parts."""

    headers: Headers = (
        (b"content-type", b'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'),
        (b"cache-control", b"no-store, no-transform"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-accel-buffering", b"no"),  # nginx would hold parts back
        (b"vary", b"accept"),
    )
    opening = _BOUNDARY
    heartbeat = _HEAD + b"{}" + _BOUNDARY
    completed = b"--\r\n"
    refuses_by_status = True
    tells_closing = True

    def standing(self, cursor: str | None) -> bytes:
        del cursor  # a payload without data would be an answer to clients
        return self.heartbeat

    def answer(self, message: Message) -> bytes:
        return _HEAD + b'{"payload":' + message.body + b"}" + _BOUNDARY

    def failed(self, errors: list[dict[str, Any]]) -> bytes:
        return _HEAD + orjson.dumps({"payload": None, "errors": errors}) + _BOUNDARY
