"""Where subgraphs with the HTTP callback protocol send their events to.

An id is all that leads to a subscription: nothing is read of a call whose id is not waited for.
"""

import orjson
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from gateway.config.settings import Settings
from gateway.errors import RequestError
from gateway.server.body import Disconnected, read_body
from gateway.subscriptions.upstream.callbacks import PROTOCOL_HEADER, Callbacks, Verdict

_PROTOCOL = tuple(each.encode() for each in PROTOCOL_HEADER)
_ALLOW = (b"allow", b"POST")


def callback_routes(callbacks: Callbacks | None, settings: Settings) -> list[BaseRoute]:
    """The route that is called; none where no subgraph may call."""
    if callbacks is None:
        return []
    endpoint = CallbackEndpoint(
        callbacks, settings.traffic_shaping.all.max_response_size, settings.http.body_timeout
    )
    return [Route(f"{settings.subscriptions.callback.path}/{{id}}", endpoint)]


class CallbackEndpoint:
    """Takes calls in and answers with a status, for the path parameter `id`."""

    def __init__(self, callbacks: Callbacks, max_body: int, body_timeout: float) -> None:
        self._callbacks = callbacks
        self._max_body = max_body
        self._body_timeout = body_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await _answer(send, 405, _ALLOW)
            return
        identity: str = scope["path_params"]["id"]
        if not self._callbacks.is_waiting(identity):
            await _answer(send, Verdict.TERMINATED)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            body = await read_body(receive, headers, self._max_body, self._body_timeout)
        except RequestError as error:
            await _answer(send, error.http_status, (b"connection", b"close"))
        except Disconnected:
            pass
        else:
            await _answer(send, self._callbacks.take(identity, body))


async def _answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    body = b"" if status in (202, 204) else orjson.dumps({"status": status})
    own = [_PROTOCOL, (b"cache-control", b"no-store"), *headers]
    if status != 204:
        own.append((b"content-length", str(len(body)).encode()))
    if body:
        own.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})
