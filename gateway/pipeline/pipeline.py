"""Runs one request: what the engine prepared, for the client that asks."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway.config.settings import Settings
from gateway.errors import RequestError, RequestErrors
from gateway.executor.answer import Answer
from gateway.executor.context import ExecutionContext
from gateway.executor.in_parts import Sending
from gateway.observability.metrics import GatewayMetrics
from gateway.operation.model import Operation
from gateway.operation.variables import coerce_variables
from gateway.pipeline.answers import with_denials, with_extensions
from gateway.pipeline.engine import Prepared, Runnable
from gateway.pipeline.errors import StreamNeeded, SubscriptionNotSupported
from gateway.pipeline.in_flight import InFlight, what_it_depends_on
from gateway.pipeline.open_queries import OpenQueries, OpenQuery, schema_changed
from gateway.pipeline.request import Caller, GraphQLRequest, MintsTokens, Parts, Record
from gateway.pipeline.serving import Serving
from gateway.pipeline.subscribing import AnyPlanned, Subscribing, replan, subscribe
from gateway.plan.as_json import plan_as_json
from gateway.plan.nodes import EventStream, QueryPlan, Subscription
from gateway.plan.text import print_plan
from gateway.security.authorization import tell_denials
from gateway.security.csrf import refuse_unpreflighted
from gateway.security.errors import MutationNotAllowed, NotPermitted
from gateway.security.identity import Identity
from gateway.subscriptions.stream import Message
from gateway.subscriptions.subscription import Subscriber


class Admitted(msgspec.Struct, frozen=True):
    """A request that may be run, planned on one supergraph."""

    serving: Serving
    request: GraphQLRequest
    caller: Caller
    record: Record
    prepared: Prepared
    runnable: Runnable


class Pipeline:
    """One gateway's way of answering requests."""

    def __init__(
        self,
        serving: Serving,
        settings: Settings,
        metrics: GatewayMetrics,
        subscribing: Subscribing,
        minter: MintsTokens | None = None,
    ) -> None:
        """Without `minter` subgraphs are not told who asks."""
        self.serving = serving
        self.open_queries = OpenQueries()
        self._settings = settings
        self._metrics = metrics
        self._minter = minter
        self._subscribing = subscribing
        self._queries = InFlight[Answer]()
        self._calls = InFlight[bytes]()
        metrics.live.read_open(self.open_queries.count)

    async def kind(self, request: GraphQLRequest, record: Record) -> str:
        """What kind of operation it is: query, mutation or subscription.

        Raises:
            RequestError, RequestErrors: It is none.
        """
        serving = self.serving
        with self._recorded(record), serving:
            prepared = await serving.engine.prepare(request.query, request.operation_name)
            return prepared.operation.kind

    async def execute(self, request: GraphQLRequest, caller: Caller, record: Record) -> Answer:
        """The answer to a query or mutation.

        Raises:
            RequestError, RequestErrors: Nothing of it was run.
        """
        serving = self.serving
        with self._recorded(record), serving:
            admitted = await self._admitted(serving, request, caller, record)
            if admitted.prepared.operation.kind == "subscription":
                raise StreamNeeded(
                    "Subscriptions need text/event-stream, multipart/mixed with "
                    "subscriptionSpec=1.0, or a WebSocket."
                )
            return await self._answer(admitted)

    async def execute_in_parts(
        self, request: GraphQLRequest, caller: Caller, record: Record, parts: Parts
    ) -> Answer | None:
        """Send the answer in parts, as they come; or give it whole, if nothing is deferred.

        Raises:
            RequestError, RequestErrors: Nothing of it was run.
        """
        serving = self.serving
        with serving:
            with self._recorded(record):
                deferrals = serving.engine.deferrals
                prepared = await deferrals.prepare(request.query, request.operation_name)
                self._admit(prepared.operation, prepared.hash, caller, record)
                variables = self._variables(serving, prepared.operation, request)
                runnable = await deferrals.runnable(prepared, variables, caller.identity)
                if runnable is not None:
                    self._refuse_unpreflighted(runnable.plan, caller)
            if runnable is None:
                return await self.execute(request, caller, record)
            sending = Sending(
                parts.send,
                whole=parts.whole,
                tell=partial(tell_denials, denied=runnable.denied) if runnable.denied else None,
                extensions=self._exposed(runnable.plan, caller),
            )
            context = self._context(serving, caller, record)
            try:
                await runnable.compiled.execute(variables, context, sending)
            finally:
                self._changed()
            return None

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
        with self._recorded(record):
            begun = await self._begin(request, caller, record)
            if isinstance(begun, Answer):
                yield Message(begun.body)
                return
            with self.open_queries.holding(begun), self._metrics.subscriptions.track_inprogress():
                if begun.serving is not self.serving:  # exchanged while this one was planned
                    await self.renew(begun)
                messages = self._subscribing.messages(begun.subscription, resume_after)
                async with aclosing(messages):
                    with self._ending():
                        async for message in messages:
                            self._changed()
                            yield message

    async def renew(self, query: OpenQuery) -> bool:
        """Plan a live query anew on the supergraph that is served now, and let it go on.

        False where that cannot be: it is ended, and its client told why.
        """
        try:
            while query.serving is not self.serving:
                serving = self.serving
                with serving:
                    admitted = await self._admitted(
                        serving, query.request, query.caller, query.record
                    )
                    planned = self._planned(admitted)
                    if serving is self.serving:
                        replan(query.subscription, planned)
                        query.move(serving)
        except (RequestError, RequestErrors) as error:
            query.subscription.end(schema_changed(error))
            return False
        return True

    def close(self) -> None:
        """Plan nothing more."""
        self.serving.engine.close()

    async def _begin(
        self, request: GraphQLRequest, caller: Caller, record: Record
    ) -> "Answer | OpenQuery":
        """Its answer, or a live query. Holds on to no supergraph after that."""
        serving = self.serving
        with serving:
            admitted = await self._admitted(serving, request, caller, record)
            if admitted.prepared.operation.kind != "subscription":
                return await self._answer(admitted)
            planned = self._planned(admitted)
            return OpenQuery(request, caller, record, subscribe(planned), serving)

    def _planned(self, admitted: Admitted) -> AnyPlanned:
        serving, runnable = admitted.serving, admitted.runnable
        variables = self._variables(serving, admitted.prepared.operation, admitted.request)
        if runnable.live is None and runnable.denied:
            place = runnable.denied[0]
            raise NotPermitted("Not allowed to subscribe to this field.", path=place)
        if runnable.live is None:
            raise SubscriptionNotSupported("This subscription has no source of events.")
        context = self._context(serving, admitted.caller, admitted.record)
        subscriber = _subscriber(admitted.caller.identity, context, serving)
        return self._subscribing.plan(
            runnable.live, runnable.compiled, variables, subscriber, serving
        )

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Counts why a live query ends."""
        reason = "closed"
        try:
            yield
        except RequestError as error:
            reason = error.extensions["code"]
            raise
        finally:
            self._metrics.live.ended(reason)

    @contextmanager
    def _recorded(self, record: Record) -> Iterator[None]:
        """Counts and logs why a request is refused, whatever transport it came by."""
        try:
            yield
        except (RequestError, RequestErrors) as error:
            self._metrics.refuse(record.refuse(error))
            raise

    async def _admitted(
        self, serving: Serving, request: GraphQLRequest, caller: Caller, record: Record
    ) -> Admitted:
        engine = serving.engine
        prepared = await engine.prepare(request.query, request.operation_name)
        self._admit(prepared.operation, prepared.hash, caller, record)
        runnable = await engine.runnable(prepared, caller.identity)
        self._refuse_unpreflighted(runnable.plan, caller)
        return Admitted(serving, request, caller, record, prepared, runnable)

    def _admit(self, operation: Operation, text_hash: str, caller: Caller, record: Record) -> None:
        record.operation, record.kind = operation.name, operation.kind
        record.hash = text_hash
        if caller.read_only and operation.kind == "mutation":
            raise MutationNotAllowed(f"A {operation.kind} has to be sent by POST.")

    def _refuse_unpreflighted(self, plan: QueryPlan, caller: Caller) -> None:
        match plan.node:
            case None:
                return
            case Subscription(primary=EventStream()):
                # A browser's EventSource sets no headers. Following a log changes nothing, and
                # events can be read only by pages that CORS allows. A subgraph may do more.
                return
            case _ if not caller.preflighted:
                raise refuse_unpreflighted(self._settings.csrf)
            case _:
                return

    async def _answer(self, admitted: Admitted) -> Answer:
        serving, caller, runnable = admitted.serving, admitted.caller, admitted.runnable
        operation, record = admitted.prepared.operation, admitted.record
        variables = self._variables(serving, operation, admitted.request)
        context = self._context(serving, caller, record)
        if operation.kind == "mutation":
            try:
                answer = await _executed(runnable, variables, context)
            finally:
                self._changed()
        elif self._settings.traffic_shaping.router.dedupe_enabled:
            context = replace(context, share=partial(self._shared_call, caller.identity))
            query = what_it_depends_on(runnable, variables, caller.identity)
            answer, record.shared = await self._queries.get(
                query, partial(_executed, runnable, variables, context)
            )
            if record.shared:
                self._metrics.shared.inc()
        else:
            answer = await _executed(runnable, variables, context)
        if caller.expose_plan:
            exposed = self._exposed(runnable.plan, caller)
            answer = with_extensions(answer, exposed) if exposed else answer
        return answer

    async def _shared_call(
        self, identity: Identity, call: Hashable, send: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        answer, _ = await self._calls.get((identity.subject, identity.scopes, call), send)
        return answer

    def _changed(self) -> None:
        """Who asks from now on may know of a change."""
        self._queries.changed()
        self._calls.changed()

    def _exposed(self, plan: QueryPlan, caller: Caller) -> dict[str, Any]:
        """The plan as `extensions`, for clients that ask for it and may."""
        if not (caller.expose_plan and self._settings.query_planner.allow_expose):
            return {}
        return {"queryPlan": {"node": plan_as_json(plan), "text": print_plan(plan)}}

    def _variables(
        self, serving: Serving, operation: Operation, request: GraphQLRequest
    ) -> dict[str, Any]:
        schema = serving.engine.supergraph.api_schema
        return coerce_variables(operation, request.variables, schema)

    def _context(self, serving: Serving, caller: Caller, record: Record) -> ExecutionContext:
        return ExecutionContext(
            transports=serving.transports,
            headers=self._headers(caller, record),
            timeout=self._settings.traffic_shaping.router.request_timeout,
            introspection=self._settings.introspection,
            mask_errors=self._settings.error_masking,
            request_id=caller.trace.request_id,
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


async def _executed(
    runnable: Runnable, variables: Mapping[str, Any], context: ExecutionContext
) -> Answer:
    answer = await runnable.compiled.execute(variables, context)
    return with_denials(answer, runnable.denied) if runnable.denied else answer


def _subscriber(identity: Identity, context: ExecutionContext, serving: Serving) -> Subscriber:
    """Answers are shared only by clients of one user with the same scopes."""
    return Subscriber(
        context=context,
        identity=(identity.subject, identity.scopes),
        subject=identity.subject,
        expires_at=identity.expires_at,
        claims=identity.claims,
        using=lambda: serving,
    )
