"""The GraphQL endpoint over HTTP: https://graphql.github.io/graphql-over-http/draft/.

An ASGI application without a framework in between, as every request passes here. Errors found
before anything is run are answered with their status; clients that take `application/json` alone
get 200 for faults of the GraphQL document itself, as that form has always had it.
"""

import logging
import time
from collections.abc import Mapping
from functools import partial

import orjson
from starlette.types import Receive, Scope, Send

from gateway.config.settings import Settings
from gateway.errors import RequestError, RequestErrors
from gateway.observability.metrics import GatewayMetrics
from gateway.observability.tracing import Trace
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.request import Caller, GraphQLRequest, Record
from gateway.security.csrf import is_preflighted
from gateway.security.errors import PreflightRequired, Unauthenticated
from gateway.server.body import Disconnected, read_body
from gateway.server.callers import Authenticates, caller_of, trace_of
from gateway.server.errors import MethodNotAllowed, NotAcceptable
from gateway.server.live import INTERNAL, told
from gateway.server.live_clients import LiveClients, user_of
from gateway.server.multipart import MultipartResponse, PartsForm
from gateway.server.negotiate import Form, negotiate, negotiate_parts
from gateway.server.parameters import check_content_type, from_body, from_query_string
from gateway.server.sse import EventStreamResponse, SseSettings

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
    ) -> None:
        self._pipeline = pipeline
        self._authentication = authentication
        self._settings = settings
        self._metrics = metrics
        self._clients = clients
        self._sse = SseSettings(
            heartbeat_interval=settings.subscriptions.heartbeat_interval,
            write_timeout=settings.subscriptions.write_timeout,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        exchange = _Exchange(headers, send)
        try:
            await self._serve(scope, receive, exchange)
        except Disconnected:
            exchange.status = 499
        except (RequestError, RequestErrors) as error:
            if exchange.record.refused is None:
                self._metrics.refuse(exchange.record.refuse(error))
            await exchange.refuse(error)
        except Exception:
            _log.exception("request failed", extra={"request_id": exchange.trace.request_id})
            await exchange.answer(500, _INTERNAL_BODY)
        self._record(exchange)

    async def _serve(self, scope: Scope, receive: Receive, exchange: "_Exchange") -> None:
        headers, method = exchange.headers, scope["method"]
        exchange.form = _form(headers)
        request = await self._request(scope, receive, headers)
        caller = await caller_of(
            headers,
            exchange.trace,
            self._authentication,
            read_only=method == "GET",
            preflighted=is_preflighted(headers, self._settings.csrf, self._settings.cors.origins),
        )
        if exchange.form is Form.EVENT_STREAM:
            await self._stream(request, caller, scope, receive, exchange)
            return
        exchange.is_running = True
        parts = _parts_form(headers)
        if parts is not None and "@defer" in request.query:
            await self._in_parts(parts, request, caller, receive, exchange)
            return
        answer = await self._pipeline.execute(request, caller, exchange.record)
        await exchange.answer(200, answer.body)

    async def _in_parts(
        self,
        form: PartsForm,
        request: GraphQLRequest,
        caller: Caller,
        receive: Receive,
        exchange: "_Exchange",
    ) -> None:
        """In several parts if something is deferred, in one answer otherwise."""
        response = MultipartResponse(
            form, exchange.common_headers(), exchange.send, self._sse.write_timeout
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
        request: GraphQLRequest,
        caller: Caller,
        scope: Scope,
        receive: Receive,
        exchange: "_Exchange",
    ) -> None:
        last_event_id = exchange.headers.get(b"last-event-id")
        messages = self._pipeline.messages(
            request,
            caller,
            exchange.record,
            None if last_event_id is None else last_event_id.decode("latin-1"),
        )
        with self._clients.lease() as lease:
            lease.claim(user_of(caller.identity.subject, scope.get("client")))
            exchange.status = 200
            response = EventStreamResponse(messages, self._sse, exchange.common_headers())
            await response(scope, receive, exchange.send)

    def _record(self, exchange: "_Exchange") -> None:
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


class _Exchange:
    """One request and what becomes of it."""

    def __init__(self, headers: dict[bytes, bytes], send: Send) -> None:
        self.started = time.perf_counter()
        self.headers = headers
        self.send = send
        self.trace: Trace = trace_of(headers)
        self.record = Record()
        self.form = Form.JSON
        self.status = 0
        self.is_running = False

    def common_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        return ((b"x-request-id", self.trace.request_id.encode()),)

    async def refuse(self, error: RequestError | RequestErrors) -> None:
        """Answer with errors alone: nothing was run, so there is no `data`."""
        status = error.http_status
        is_document_fault = self.is_running and not isinstance(error, PreflightRequired)
        if status == 400 and is_document_fault and self.form is Form.JSON:
            status = 200
        extra: list[tuple[bytes, bytes]] = []
        if status == 405:
            extra.append((b"allow", b"POST" if self.is_running else b"GET, POST"))
        if isinstance(error, Unauthenticated):
            challenge = b"" if error.reason == "missing" else b' error="invalid_token"'
            extra.append((b"www-authenticate", b"Bearer" + challenge))
        if status in (408, 413):
            extra.append((b"connection", b"close"))
        await self.answer(status, orjson.dumps({"errors": told(error)}), extra)

    async def answer(
        self, status: int, body: bytes, extra: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        self.status = status
        form = Form.JSON if self.form is Form.EVENT_STREAM else self.form
        await self.send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", form.content_type),
                    (b"content-length", str(len(body)).encode()),
                    (b"cache-control", b"no-store"),
                    (b"x-content-type-options", b"nosniff"),
                    (b"vary", b"accept"),
                    *self.common_headers(),
                    *(extra or ()),
                ],
            }
        )
        await self.send({"type": "http.response.body", "body": body})


def _parts_form(headers: Mapping[bytes, bytes]) -> PartsForm | None:
    accept = headers.get(b"accept", b"")
    return negotiate_parts(accept.decode("latin-1")) if b"multipart/mixed" in accept else None


def _form(headers: Mapping[bytes, bytes]) -> Form:
    accept = headers.get(b"accept")
    form = negotiate(None if accept is None else accept.decode("latin-1"))
    if form is None and _parts_form(headers) is not None:
        return Form.JSON
    if form is None:
        known = ", ".join(each.value for each in Form)
        raise NotAcceptable(f"The Accept header names none of {known}.")
    return form
