"""Runs one request: what the engine prepared, for the client that asks."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from gateway.config.settings import Settings
from gateway.executor.answer import Answer
from gateway.executor.context import ExecutionContext
from gateway.executor.transport.base import Transport
from gateway.observability.metrics import GatewayMetrics
from gateway.operation.variables import coerce_variables
from gateway.pipeline.answers import with_denials, with_extensions
from gateway.pipeline.engine import Engine, Prepared, Runnable
from gateway.pipeline.errors import StreamNeeded, SubscriptionNotSupported
from gateway.pipeline.request import Caller, GraphQLRequest, MintsTokens, Record
from gateway.plan.as_json import plan_as_json
from gateway.plan.text import print_plan
from gateway.security.csrf import refuse_unpreflighted
from gateway.security.errors import MutationNotAllowed
from gateway.subscriptions.stream import EventStreams, Message, Subscriber


class Pipeline:
    """One gateway's way of answering requests."""

    def __init__(
        self,
        engine: Engine,
        transports: Mapping[str, Transport],
        settings: Settings,
        metrics: GatewayMetrics,
        minter: MintsTokens | None = None,
        streams: EventStreams | None = None,
    ) -> None:
        """`transports` are by subgraph. Without `minter` subgraphs are not told who asks."""
        self.engine = engine
        self._transports = transports
        self._settings = settings
        self._metrics = metrics
        self._minter = minter
        self._streams = streams

    async def execute(self, request: GraphQLRequest, caller: Caller, record: Record) -> Answer:
        """The answer to a query or mutation.

        Raises:
            RequestError, RequestErrors: Nothing of it was run.
        """
        prepared, runnable = await self._runnable(request, caller, record)
        if prepared.operation.kind == "subscription":
            raise StreamNeeded("Subscriptions need text/event-stream or a WebSocket.")
        return await self._answer(prepared, runnable, request, caller, record)

    async def messages(
        self,
        request: GraphQLRequest,
        caller: Caller,
        record: Record,
        resume_after: str | None = None,
    ) -> AsyncGenerator[Message]:
        """The answers to an operation of any kind: one, or for a live query one an event.

        `resume_after` is the cursor of the last message that the client has seen.

        Raises:
            RequestError, RequestErrors: It cannot begin, or cannot go on.
        """
        prepared, runnable = await self._runnable(request, caller, record)
        if prepared.operation.kind != "subscription":
            answer = await self._answer(prepared, runnable, request, caller, record)
            yield Message(answer.body)
            return
        if runnable.live is None or self._streams is None:
            raise SubscriptionNotSupported("This subscription has no event stream.")
        variables = coerce_variables(
            prepared.operation, request.variables, self.engine.supergraph.api_schema
        )
        identity = caller.identity
        subscriber = Subscriber(
            context=self._context(caller, record),
            identity=(identity.subject, identity.scopes),
            subject=identity.subject,
            expires_at=identity.expires_at,
        )
        messages = self._streams.messages(runnable.live, variables, subscriber, resume_after)
        with self._metrics.subscriptions.track_inprogress():
            async with aclosing(messages):
                async for message in messages:
                    yield message

    async def _runnable(
        self, request: GraphQLRequest, caller: Caller, record: Record
    ) -> tuple[Prepared, Runnable]:
        prepared = await self.engine.prepare(request.query, request.operation_name)
        operation = prepared.operation
        record.operation, record.kind = operation.name, operation.kind
        record.hash = prepared.hash
        if caller.read_only and operation.kind == "mutation":
            raise MutationNotAllowed(f"A {operation.kind} has to be sent by POST.")
        runnable = await self.engine.runnable(prepared, caller.identity)
        # A browser's EventSource sets no headers: a subscription changes nothing, and its events
        # can be read only by pages that CORS allows.
        is_harmless = operation.kind == "subscription" or runnable.plan.node is None
        if not caller.preflighted and not is_harmless:
            raise refuse_unpreflighted(self._settings.csrf)
        return prepared, runnable

    async def _answer(
        self,
        prepared: Prepared,
        runnable: Runnable,
        request: GraphQLRequest,
        caller: Caller,
        record: Record,
    ) -> Answer:
        schema = self.engine.supergraph.api_schema
        variables = coerce_variables(prepared.operation, request.variables, schema)
        answer = await runnable.compiled.execute(variables, self._context(caller, record))
        if runnable.denied:
            answer = with_denials(answer, runnable.denied)
        if caller.expose_plan and self._settings.query_planner.allow_expose:
            plan = {"node": plan_as_json(runnable.plan), "text": print_plan(runnable.plan)}
            answer = with_extensions(answer, {"queryPlan": plan})
        return answer

    def _context(self, caller: Caller, record: Record) -> ExecutionContext:
        return ExecutionContext(
            transports=self._transports,
            headers=self._headers(caller, record),
            timeout=self._settings.traffic_shaping.router.request_timeout,
            introspection=self._settings.introspection,
            mask_errors=self._settings.error_masking,
        )

    def _headers(self, caller: Caller, record: Record) -> Callable[[str, bytes], Mapping[str, str]]:
        def headers(subgraph: str, body: bytes) -> dict[str, Any]:
            record.subgraph_calls += 1
            headers = caller.trace.headers()
            if self._minter is not None:
                token = self._minter.mint(subgraph, caller.identity, body)
                headers["authorization"] = f"Bearer {token}"
            return headers

        return headers
