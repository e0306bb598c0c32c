"""An operation that is answered in parts: what is deferred is sent when its fetches are done.

Steps and projection are interpreted, not generated: what one part fetches is merged into what
others have fetched. The time that an execution may take is that of all parts together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from graphql import GraphQLObjectType, GraphQLSchema, OperationType

from gateway.errors import RequestError
from gateway.executor.conditions import (
    condition_variables,
    fold_node,
    fold_selections,
    null_condition,
)
from gateway.executor.context import ExecutionContext
from gateway.executor.delivery import Delivery, PartShape, Tell
from gateway.executor.interpreter import interpreted_step
from gateway.executor.introspection import Introspection
from gateway.executor.parts import First, Payload
from gateway.executor.run import Run
from gateway.executor.shape import ObjectShape, operation_shape
from gateway.executor.steps import Step
from gateway.executor.types import Types
from gateway.operation.deferred import Part, split
from gateway.operation.model import Operation
from gateway.plan.cache import LruCache
from gateway.plan.nodes import HIDDEN, Defer, PlanNode, QueryPlan
from gateway.selections.model import Field, SelectionSet

MAX_VARIANTS: Final = 32
_MARK: Final[SelectionSet] = (Field("__schema", f"{HIDDEN}deferred"),)
"""A field that objects of any type may have, so that a shape tells which a fragment is on."""

SendPayload = Callable[[Payload], Awaitable[None]]


class _Fetches(msgspec.Struct, frozen=True):
    """Fetches that `parts` need; they run after those at the indexes `after`."""

    parts: frozenset[int]
    after: frozenset[int]
    step: Step | None


class _Variant(msgspec.Struct, frozen=True):
    """What runs for one combination of values of the condition variables."""

    shape: ObjectShape
    primary: Step | None
    parts: tuple[PartShape, ...]
    fetches: tuple[_Fetches, ...]


class Sending(msgspec.Struct, frozen=True):
    """How one answer is sent: see `Delivery` for `whole` and `tell`."""

    send: SendPayload
    whole: bool = False
    tell: Tell | None = None
    extensions: dict[str, Any] = {}


class CompiledInParts:
    """A plan whose answer comes in parts, ready to run."""

    def __init__(self, plan: QueryPlan, operation: Operation, schema: GraphQLSchema) -> None:
        """`operation` is settled (`operation.deferred.settle`), and so is that of the plan."""
        self._node = plan.node if isinstance(plan.node, Defer) else Defer(plan.node, (), ())
        self._selections = split(operation.selections)
        self._root = _root(schema, operation)
        self._schema = schema
        self._types = Types(schema)
        self._conditions = condition_variables(plan, operation.selections)
        self._variants: LruCache[tuple[bool, ...], _Variant] = LruCache(MAX_VARIANTS)
        self._introspection = Introspection(operation, schema)

    async def execute(
        self, variables: Mapping[str, Any], context: ExecutionContext, sending: Sending
    ) -> None:
        """Run the plan, and send each payload as soon as it is there.

        `variables` are coerced ones. Whoever cancels this, or raises in `send`, ends its fetches.
        """
        try:
            variant = self._variant(variables)
            fixed = self._introspection.answer(variables, context.introspection)
        except RequestError as error:
            refused = First(None, [error.formatted()], sending.extensions)
            await sending.send(Payload(refused, (), (), has_next=False))
            return
        run = Run(self._types, variables, context, {})
        delivery = Delivery(run, fixed, variant.parts, whole=sending.whole, tell=sending.tell)
        with run.limited():
            if variant.primary is not None:
                await run.perform(variant.primary)
            await sending.send(delivery.first(variant.shape, sending.extensions))
            if delivery.has_next:
                await _Later(run, variant.fetches, delivery, sending.send).run()

    def _variant(self, variables: Mapping[str, Any]) -> _Variant:
        flags: dict[str, bool] = {}
        for name in self._conditions:
            value = variables.get(name)
            if value is None:
                raise null_condition(name)
            flags[name] = value is True
        key = tuple(flags.values())
        variant = self._variants.get(key)
        if variant is None:
            variant = self._make(flags)
            self._variants.put(key, variant)
        return variant

    def _make(self, flags: Mapping[str, bool]) -> _Variant:
        return _Variant(
            self._shape(self._selections.initial, flags),
            self._step(self._node.primary, flags),
            tuple(self._part(part, flags) for part in self._selections.parts),
            tuple(
                _Fetches(frozenset(one.parts), frozenset(one.after), self._step(one.node, flags))
                for one in self._node.fetches
            ),
        )

    def _part(self, part: Part, flags: Mapping[str, bool]) -> PartShape:
        return PartShape(
            part.number,
            part.label,
            part.parent,
            part.keys,
            self._shape(part.from_root(part.selections), flags),
            self._shape(part.from_root(_MARK), flags),
        )

    def _shape(self, selections: SelectionSet, flags: Mapping[str, bool]) -> ObjectShape:
        return operation_shape(fold_selections(selections, flags), self._root, self._schema)

    def _step(self, node: PlanNode | None, flags: Mapping[str, bool]) -> Step | None:
        folded = fold_node(node, flags)
        return None if folded is None else interpreted_step(folded, self._types)


class _Later:
    """Fetches for what is deferred, each as soon as it can be, and sends what comes of it."""

    def __init__(
        self, run: Run, fetches: tuple[_Fetches, ...], delivery: Delivery, send: SendPayload
    ) -> None:
        self._run = run
        self._fetches = fetches
        self._delivery = delivery
        self._send = send
        self._started: set[int] = set()
        self._done: set[int] = set()
        self._ended: asyncio.Queue[int] = asyncio.Queue()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            tasks: list[asyncio.Task[None]] = []
            while self._delivery.has_next:
                for index in self._possible():
                    self._started.add(index)
                    tasks.append(group.create_task(self._fetch(index)))
                payload = self._delivery.next(self._is_fetched)
                if payload is not None:
                    await self._send(payload)
                else:
                    self._done.add(await self._ended.get())
                while not self._ended.empty():
                    self._done.add(self._ended.get_nowait())
            for task in tasks:
                task.cancel()

    def _possible(self) -> list[int]:
        return [
            index
            for index, fetches in enumerate(self._fetches)
            if index not in self._started and fetches.after <= self._done
        ]

    async def _fetch(self, index: int) -> None:
        step = self._fetches[index].step
        if step is not None:
            await self._run.perform(step)
        self._ended.put_nowait(index)

    def _is_fetched(self, part: int) -> bool:
        return all(
            index in self._done
            for index, fetches in enumerate(self._fetches)
            if part in fetches.parts
        )


def _root(schema: GraphQLSchema, operation: Operation) -> GraphQLObjectType:
    root = schema.get_root_type(OperationType(operation.kind))
    if root is None:
        raise RequestError(f"The schema has no {operation.kind}s.")
    return root
