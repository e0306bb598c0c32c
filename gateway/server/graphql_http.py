"""The GraphQL endpoint over HTTP: https://graphql.github.io/graphql-over-http/draft/.

An ASGI application without a framework in between, as every request passes here. Errors found
before anything is run are answered with their status; clients that take `application/json` alone
get 200 for faults of the GraphQL document itself, as that form has always had it.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

import orjson
from starlette.types import Receive, Scope, Send

from gateway.config.settings import Settings
from gateway.errors import RequestError, RequestErrors
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.request import Caller, GraphQLRequest
from gateway.security.csrf import is_preflighted
from gateway.server.body import Disconnected, read_body
from gateway.server.callers import Authenticates, caller_of
from gateway.server.errors import GatewayStopping, MethodNotAllowed, NotAcceptable
from gateway.server.exchange import Exchange
from gateway.server.live import INTERNAL
from gateway.server.live_clients import LiveClients, user_of
from gateway.server.live_response import LiveResponse, StreamForm, StreamSettings
from gateway.server.multipart import MultipartResponse, PartsForm
from gateway.server.negotiate import (
    Form,
    accepts_subscription_parts,
    negotiate,
    negotiate_parts,
)
from gateway.server.parameters import check_content_type, from_body, from_query_string
from gateway.server.reservations import Reservations
from gateway.server.single_connection import SingleConnection, operation_of, token_of
from gateway.server.sse import EventStreamForm
from gateway.server.subscription_parts import SubscriptionPartsForm

_log = logging.getLogger("gateway.request")
_INTERNAL_BODY = orjson.dumps({"errors": [INTERNAL]})


class GraphQLEndpoint:
    """Answers GET and POST, with one answer or an event stream."""

    def __init__(
        self,
        pipeline: Pipeline,
        authentication: Authenticates,
        settings: Settings,
        metrics: GatewayMetrics,
        clients: LiveClients,
        stopping: asyncio.Event,
    ) -> None:
        """`stopping` is set when the gateway is about to stop."""
        self._pipeline = pipeline
        self._authentication = authentication
        self._settings = settings
        self._metrics = metrics
        self._clients = clients
        self._stopping = stopping
        live = settings.subscriptions
        self._streams = "sse" in live.protocols
        self._parts = "multipart" in live.protocols
        self._stream_settings = StreamSettings(
            heartbeat_interval=live.heartbeat_interval, write_timeout=live.write_timeout
        )
        reservations = Reservations(clients, live.reservation_timeout, live.limits.per_connection)
        self._single = SingleConnection(reservations, self._stream_settings, stopping)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope["headers"], send)
        try:
            await self._serve(scope, receive, exchange)
        except Disconnected:
            exchange.status = 499
        except (RequestError, RequestErrors) as error:
            if exchange.record.refused is None:
                self._metrics.refuse(exchange.record.refuse(error))
            await exchange.refuse(error)
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            with suppress(RuntimeError):  # an answer in parts has begun
                await exchange.refuse(
                    GatewayStopping(
                        "The gateway stops. What a mutation has done by now stays done."
                    )
                )
        except Exception:
            _log.exception("request failed", extra={"request_id": exchange.trace.request_id})
            await exchange.answer(500, _INTERNAL_BODY)
        self._record(exchange)

    async def _serve(self, scope: Scope, receive: Receive, exchange: Exchange) -> None:
        headers, method = exchange.headers, scope["method"]
        if self._streams:
            token = token_of(headers, scope["query_string"])
            exchange.allow = b"GET, POST, PUT, DELETE"
            if method == "PUT":
                await self._single.reserve(await self._caller(scope, exchange), scope, exchange)
                return
            if token is not None or method == "DELETE":
                await self._serve_single(token or "", scope, receive, exchange)
                return
        exchange.form = self._form(exchange)
        request = await self._request(scope, receive, headers)
        caller = await self._caller(scope, exchange)
        if exchange.form is Form.EVENT_STREAM:
            await self._stream(EventStreamForm(), request, caller, scope, receive, exchange)
            return
        exchange.is_running = True
        if await self._takes_subscription_parts(request, exchange):
            form = SubscriptionPartsForm()
            await self._stream(form, request, caller, scope, receive, exchange)
            return
        parts = _parts_form(exchange)
        if parts is not None and "@defer" in request.query:
            await self._in_parts(parts, request, caller, receive, exchange)
            return
        answer = await self._pipeline.execute(request, caller, exchange.record)
        await exchange.answer(200, answer.body)

    async def _serve_single(
        self, token: str, scope: Scope, receive: Receive, exchange: Exchange
    ) -> None:
        caller = await self._caller(scope, exchange)
        if scope["method"] == "DELETE":
            await self._single.stop(token, caller, scope, exchange)
            return
        exchange.form = self._form(exchange)
        if exchange.form is Form.EVENT_STREAM:
            await self._single.connect(token, caller, receive, exchange)
            return
        request = await self._request(scope, receive, exchange.headers)
        begin = partial(self._pipeline.messages, request, caller, exchange.record)
        operation = operation_of(request)
        await self._single.operate(token, operation, begin, caller, exchange)

    async def _caller(self, scope: Scope, exchange: Exchange) -> Caller:
        csrf, origins = self._settings.csrf, self._settings.cors.origins
        return await caller_of(
            exchange.headers,
            exchange.trace,
            self._authentication,
            read_only=scope["method"] == "GET",
            preflighted=is_preflighted(exchange.headers, csrf, origins),
        )

    async def _takes_subscription_parts(self, request: GraphQLRequest, exchange: Exchange) -> bool:
        """Whether it is a subscription, of a client that takes its answers in parts."""
        return (
            self._parts
            and "subscription" in request.query
            and accepts_subscription_parts(exchange.header(b"accept") or "")
            and await self._pipeline.kind(request, exchange.record) == "subscription"
        )

    async def _in_parts(
        self,
        form: PartsForm,
        request: GraphQLRequest,
        caller: Caller,
        receive: Receive,
        exchange: Exchange,
    ) -> None:
        """In several parts if something is deferred, in one answer otherwise."""
        response = MultipartResponse(
            form, exchange.common_headers(), exchange.send, self._stream_settings.write_timeout
        )
        answer = await response.serve(
            partial(self._pipeline.execute_in_parts, request, caller, exchange.record), receive
        )
        if answer is not None:
            await exchange.answer(200, answer.body)
        else:
            exchange.status = 499 if response.is_left else 200

    async def _request(
        self, scope: Scope, receive: Receive, headers: Mapping[bytes, bytes]
    ) -> GraphQLRequest:
        match scope["method"]:
            case "POST":
                check_content_type(headers)
                body = await read_body(
                    receive,
                    headers,
                    self._settings.limits.max_body_size,
                    self._settings.http.body_timeout,
                )
                return from_body(body)
            case "GET":
                return from_query_string(scope["query_string"])
            case method:
                raise MethodNotAllowed(f"{method} is not used here: send GET or POST.")

    async def _stream(
        self,
        form: StreamForm,
        request: GraphQLRequest,
        caller: Caller,
        scope: Scope,
        receive: Receive,
        exchange: Exchange,
    ) -> None:
        messages = self._pipeline.messages(
            request, caller, exchange.record, exchange.header(b"last-event-id")
        )
        with self._clients.lease() as lease:
            lease.claim(user_of(caller.identity.subject, scope.get("client")))
            exchange.status = 200
            headers = exchange.common_headers()
            response = LiveResponse(form, messages, self._stream_settings, headers)
            await response.serve(receive, exchange.send)

    def _form(self, exchange: Exchange) -> Form:
        accept = exchange.header(b"accept")
        form = negotiate(accept, streams=self._streams)
        if form is None and accept is not None:
            in_parts = self._parts and accepts_subscription_parts(accept)
            if in_parts or _parts_form(exchange) is not None:
                return Form.JSON
        if form is None:
            known = ", ".join(each.value for each in Form)
            raise NotAcceptable(f"The Accept header names none of {known}.")
        return form

    def _record(self, exchange: Exchange) -> None:
        """One line a request: never variables, tokens or answers."""
        seconds = time.perf_counter() - exchange.started
        self._metrics.requests.labels(str(exchange.status)).observe(seconds)
        if _log.isEnabledFor(logging.INFO):
            _log.info(
                "request",
                extra={
                    "status": exchange.status,
                    "ms": round(seconds * 1000, 2),
                    **exchange.record.fields(),
                    "request_id": exchange.trace.request_id,
                },
            )


def _parts_form(exchange: Exchange) -> PartsForm | None:
    accept = exchange.header(b"accept") or ""
    return negotiate_parts(accept) if "multipart/mixed" in accept else None
