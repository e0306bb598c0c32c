"""What one supergraph is made into, and what is remembered of the operations over it.

Two caches: from a text to its operation, and from a normalised operation to its compiled plan, so
that texts which differ only in layout or names share a plan. Faults of a text are remembered too.

What the caches miss runs in one thread beside the event loop: a flood of new operations slows new
operations down, and nothing else.
"""

import asyncio
import hashlib
import heapq
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
from graphql import parse

from gateway.config.settings import Settings
from gateway.errors import RequestError, RequestErrors
from gateway.executor.answer import Answer
from gateway.executor.compile import CompiledOperation, compile_operation
from gateway.executor.context import ExecutionContext
from gateway.observability.metrics import GatewayMetrics
from gateway.operation.model import Operation
from gateway.operation.parse import resolve_operation
from gateway.pipeline.answers import with_denials
from gateway.pipeline.deferrals import Deferrals, text_hash
from gateway.pipeline.errors import PlanningTimeout
from gateway.pipeline.heap import uncollected
from gateway.pipeline.override_labels import Labels, OverrideLabels, labels_of
from gateway.plan.cache import LruCache
from gateway.plan.nodes import EventStream, Fetch, QueryPlan, Subscription
from gateway.planner.budget import Budget
from gateway.planner.planner import Planner
from gateway.security.access_rules import AccessRules, Requirement, read_access_rules
from gateway.security.authorization import Authorization, KeyPath
from gateway.security.identity import Identity
from gateway.security.limits import parse_within_limits
from gateway.subscriptions.live_query import LiveQuery
from gateway.subscriptions.upstream.subscription import SubgraphQuery
from gateway.supergraph.parse import parse_supergraph

_REMEMBERED_LENGTH = 32_768
_REMEMBERED_VARIANTS = 64

T = TypeVar("T")

Variant = tuple[frozenset[Requirement], Labels]
"""What a plan is for: clients that lack these permissions, while these labels are active."""


class Runnable(msgspec.Struct, frozen=True):
    """An operation ready to run, for one variant."""

    plan: QueryPlan
    compiled: CompiledOperation
    denied: tuple[KeyPath, ...] = ()
    live: LiveQuery | SubgraphQuery | None = None


class Prepared(msgspec.Struct):
    """What is remembered of a text: its operation, what to run for whom, and how often it came."""

    operation: Operation
    hash: str
    authorization: Authorization | None
    variants: dict[Variant, Runnable]
    uses: int = 0


class Used(msgspec.Struct, frozen=True):
    """A text that came `uses` times, and the variants it was planned for."""

    text: str
    operation_name: str | None
    uses: int
    variants: tuple[Variant, ...]


class Engine:
    """Everything that is made from one supergraph."""

    def __init__(self, supergraph_sdl: str, settings: Settings, metrics: GatewayMetrics) -> None:
        """Read the supergraph.

        Raises:
            ConfigurationError: It is not a supergraph.
        """
        self.supergraph = parse_supergraph(supergraph_sdl)
        self.supergraph_hash = hashlib.sha256(supergraph_sdl.encode()).hexdigest()
        self._settings = settings
        self._metrics = metrics
        self._rules = _access_rules(supergraph_sdl)
        self._planner = Planner(self.supergraph)
        self._labels = OverrideLabels(labels_of(self.supergraph), settings.override_labels)
        cache = settings.query_planner.cache
        self._prepared: LruCache[tuple[str, str | None], Prepared | RequestErrors] = LruCache(
            cache.documents
        )
        self._runnables: LruCache[tuple[object, ...], Runnable] = LruCache(cache.plans)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="planning")
        self._pending: dict[object, asyncio.Future[Any]] = {}
        self.deferrals = Deferrals(self, cache.plans)

    async def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """The operation of a text, from memory or made now: once, however many clients wait.

        Raises:
            RequestErrors: The text is over a limit, or holds no valid operation of that name.
            PlanningTimeout: It takes too long.
        """
        key = (text, operation_name)
        found = self._prepared.get(key)
        self._metrics.remembered.labels("miss" if found is None else "hit").inc()
        if found is None:
            found = await self._in_thread(key, lambda: self._prepare(text, operation_name))
            if len(text) <= _REMEMBERED_LENGTH:
                self._prepared.put(key, found)
        prepared = _value(found)
        prepared.uses += 1
        return prepared

    async def runnable(self, prepared: Prepared, identity: Identity) -> Runnable:
        """What to run for this client.

        Raises:
            RequestErrors: Planning exceeds its budget.
            PlanningTimeout: It takes too long.
        """
        authorization = prepared.authorization
        unmet = frozenset[Requirement]() if authorization is None else authorization.unmet(identity)
        variant = (unmet, self.active_labels(identity))
        found = prepared.variants.get(variant)
        return await self._make(prepared, variant) if found is None else found

    def active_labels(self, identity: Identity) -> Labels:
        """The labels of progressive `@override` that are active for a request."""
        return self._labels.active(identity.subject)

    def most_used(self, count: int) -> list[Used]:
        """The operations that came most often, of those that are remembered."""
        used = (
            Used(text, name, entry.uses, tuple(entry.variants))
            for (text, name), entry in self._prepared.items()
            if isinstance(entry, Prepared)
        )
        return heapq.nlargest(count, used, key=lambda each: each.uses)

    async def warm(self, used: Used) -> None:
        """Remember an operation before a client asks for it; its uses count half from now on.

        Raises:
            RequestErrors: It is no valid operation of this supergraph, or exceeds a limit.
            PlanningTimeout: It takes too long.
        """
        key = (used.text, used.operation_name)
        prepared = _value(await self._in_thread(key, lambda: self._prepare(*key)))
        prepared.uses = used.uses // 2
        self._prepared.put(key, prepared)
        needed = frozenset(prepared.authorization.requirements if prepared.authorization else ())
        for variant in dict.fromkeys(
            (lacking & needed, self._labels.possible(labels)) for lacking, labels in used.variants
        ):
            await self._make(prepared, variant)

    async def once(self, key: object, work: Callable[[], T]) -> T:
        """Do `work` beside the event loop, once for all that ask for the same meanwhile.

        Raises:
            RequestErrors: As the work does.
            PlanningTimeout: It takes too long.
        """
        return _value(await self._in_thread(key, work))

    def close(self) -> None:
        """Plan nothing more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _make(self, prepared: Prepared, variant: Variant) -> Runnable:
        key = (id(prepared), variant)
        made = _value(await self._in_thread(key, lambda: self._runnable(prepared, *variant)))
        if len(prepared.variants) >= _REMEMBERED_VARIANTS:
            prepared.variants.clear()
        prepared.variants[variant] = made
        return made

    async def _in_thread(self, key: object, work: Callable[[], T]) -> T | RequestErrors:
        """Do `work` in the worker thread; who asks for the same meanwhile waits for the same."""
        pending = self._pending.get(key)
        if pending is None:
            loop = asyncio.get_running_loop()
            pending = loop.run_in_executor(self._worker, self._timed, work)
            self._pending[key] = pending
            pending.add_done_callback(lambda _: self._pending.pop(key, None))
        try:
            async with asyncio.timeout(self._settings.query_planner.timeout):
                outcome: T | RequestErrors = await asyncio.shield(pending)
        except TimeoutError as error:
            raise PlanningTimeout("The operation could not be planned in time.") from error
        return outcome

    def _timed(self, work: Callable[[], T]) -> T | RequestErrors:
        started = time.perf_counter()
        try:
            with uncollected():
                return _outcome(work)
        finally:
            self._metrics.planning.observe(time.perf_counter() - started)

    def _prepare(self, text: str, operation_name: str | None) -> Prepared:
        operation = self.resolve(text, operation_name)
        return Prepared(operation, text_hash(text), self.authorization(operation), {})

    def resolve(self, text: str, operation_name: str | None, *, defers: bool = False) -> Operation:
        """The operation of a text; deferred fragments are kept as such if it `defers`."""
        return resolve_operation(
            parse_within_limits(text, self._settings.limits),
            operation_name,
            self.supergraph.api_schema,
            hide_suggestions=not self._settings.introspection,
            defers=defers,
        )

    def authorization(self, operation: Operation) -> Authorization | None:
        """What clients need for an operation; None where that is nothing."""
        if not self._rules:
            return None
        return Authorization(operation, self.supergraph.api_schema, self._rules)

    def plan(self, operation: Operation, labels: Labels) -> QueryPlan:
        """The plan while these labels are active, within the budget of the settings."""
        budget = Budget(self._settings.query_planner.max_steps)
        return self._planner.plan(operation, budget, labels)

    def _runnable(
        self, prepared: Prepared, unmet: frozenset[Requirement], labels: Labels
    ) -> Runnable:
        operation = prepared.operation
        if unmet and prepared.authorization is not None:
            permitted = prepared.authorization.permit(unmet)
            return self._compile(permitted.operation, operation, labels, permitted.denied)
        key = (*operation.cache_key, labels)
        known = self._runnables.get(key)
        if known is None:
            known = self._compile(operation, operation, labels, ())
            self._runnables.put(key, known)
        return known

    def _compile(
        self,
        permitted: Operation,
        asked: Operation,
        labels: Labels,
        denied: tuple[KeyPath, ...],
    ) -> Runnable:
        """Plan what is permitted; the answer has the shape of what was asked."""
        plan = self.plan(permitted, labels)
        compiled = compile_operation(plan, asked, self.supergraph)
        live: LiveQuery | SubgraphQuery | None = None
        execution = EventsWithDenials(compiled, denied) if denied else compiled
        match plan.node:
            case Subscription(primary=EventStream() as stream):
                live = LiveQuery(stream, asked.selections, execution)
            case Subscription(primary=Fetch()):
                live = SubgraphQuery(execution)
            case _:
                pass
        return Runnable(plan, compiled, denied, live)


class EventsWithDenials:
    """Executes events of a live query from which something was taken out."""

    def __init__(self, compiled: CompiledOperation, denied: tuple[KeyPath, ...]) -> None:
        self._compiled = compiled
        self._denied = denied

    async def execute_event(
        self,
        payload: dict[str, Any],
        variables: Mapping[str, Any],
        context: ExecutionContext,
        extensions: Mapping[str, Any] | None,
    ) -> Answer:
        answer = await self._compiled.execute_event(payload, variables, context, extensions)
        return with_denials(answer, self._denied)

    async def execute_answer(
        self, answer: bytes, variables: Mapping[str, Any], context: ExecutionContext
    ) -> Answer:
        executed = await self._compiled.execute_answer(answer, variables, context)
        return with_denials(executed, self._denied)


def _outcome(work: Callable[[], T]) -> T | RequestErrors:
    """What the work comes to; its faults as values, without the frames that they came through."""
    try:
        return work()
    except RequestErrors as errors:
        return errors.with_traceback(None)
    except RequestError as error:
        return RequestErrors((error.with_traceback(None),))


def _value(outcome: T | RequestErrors) -> T:
    """What was made; remembered faults are raised as new ones, as those collect tracebacks."""
    if isinstance(outcome, RequestErrors):
        raise RequestErrors(outcome.errors)
    return outcome


def _access_rules(supergraph_sdl: str) -> AccessRules:
    """Parsed only where a directive of access control is linked."""
    if "specs.apollo.dev/authenticated" in supergraph_sdl or (
        "specs.apollo.dev/requiresScopes" in supergraph_sdl
    ):
        return read_access_rules(parse(supergraph_sdl, no_location=True))
    return AccessRules({}, {})
