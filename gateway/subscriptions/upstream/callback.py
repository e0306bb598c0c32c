"""The HTTP callback protocol 1.0: the subgraph posts the events to the gateway.

Reference: "HTTP Callback Protocol for GraphQL Subscriptions" of the Apollo documentation. The
subgraph checks the callback before it answers, and again as often as it is asked to.
"""

from collections.abc import AsyncGenerator
from typing import Any, ClassVar, Final

from gateway.executor.errors import SubgraphAnswerMalformed
from gateway.operation.json_values import dumps, loads
from gateway.subscriptions.upstream.callbacks import Callbacks, Inbox
from gateway.subscriptions.upstream.errors import Refused
from gateway.subscriptions.upstream.http_stream import StreamClient, read_refusal, read_whole
from gateway.subscriptions.upstream.protocol import (
    JSON_HEADERS,
    Bounds,
    Subscribe,
    checked_answer,
    read_message,
    refused,
)

ACCEPT: Final = "application/json;callbackSpec=1.0"


class CallbackUpstream:
    """Subscribes by one request each, and waits to be called."""

    protocol: ClassVar[str] = "callback"

    def __init__(self, client: StreamClient, callbacks: Callbacks, bounds: Bounds) -> None:
        self._client = client
        self._callbacks = callbacks
        self._bounds = bounds

    async def events(self, subscribe: Subscribe) -> AsyncGenerator[bytes | None]:
        with self._callbacks.inbox() as inbox:
            await self._begin(subscribe, inbox)
            yield None
            while True:
                call = await inbox.next(self._bounds.silence)
                match call.action:
                    case "next":
                        yield checked_answer(call.payload)
                    case "complete" if call.errors:
                        raise Refused(refused(call.errors))
                    case "complete":
                        return
                    case "check":
                        pass  # a sign of life

    async def _begin(self, subscribe: Subscribe, inbox: Inbox) -> None:
        body = self._with_callback(subscribe.body, inbox)
        headers = {**subscribe.headers(body), **JSON_HEADERS, "accept": ACCEPT}
        seconds, limit = self._bounds.answer_timeout, self._bounds.max_event_size
        async with self._client.post(body, headers) as stream:
            if not 200 <= stream.status < 300:
                raise await read_refusal(stream, seconds, limit)
            answer = read_message(await read_whole(stream, seconds, limit))
        if answer.get("errors"):
            raise Refused(refused(answer["errors"]))
        if not inbox.is_checked:
            raise SubgraphAnswerMalformed("The subgraph does not check the callback")

    def _with_callback(self, body: bytes, inbox: Inbox) -> bytes:
        request: dict[str, Any] = loads(body)
        heartbeat = self._bounds.heartbeat
        request["extensions"] = {
            "subscription": {
                "callbackUrl": inbox.url,
                "subscriptionId": inbox.id,
                "verifier": inbox.verifier,
                "heartbeatIntervalMs": 0 if heartbeat is None else round(heartbeat * 1000),
            }
        }
        return dumps(request)
