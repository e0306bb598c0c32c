"""What is remembered of operations that are answered in parts.

Which fragments are deferred may be up to variables: such an operation is settled, and planned, once
for each combination of their values that really comes. Where nothing is left to be deferred, it is
an ordinary operation.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import msgspec

from gateway.executor.in_parts import CompiledInParts
from gateway.operation.deferred import deferred, settle
from gateway.operation.model import Operation
from gateway.pipeline.override_labels import Labels
from gateway.plan.cache import LruCache
from gateway.plan.nodes import QueryPlan
from gateway.security.access_rules import Requirement
from gateway.security.authorization import Authorization, KeyPath
from gateway.security.identity import Identity
from gateway.supergraph.model import Supergraph

_REMEMBERED_LENGTH = 32_768

T = TypeVar("T")


class Plans(Protocol):
    """What is needed of the engine."""

    supergraph: Supergraph

    async def once(self, key: object, work: Callable[[], T]) -> T:
        """See `Engine.once`."""
        ...

    def resolve(self, text: str, operation_name: str | None, *, defers: bool = False) -> Operation:
        """See `Engine.resolve`."""
        ...

    def authorization(self, operation: Operation) -> Authorization | None:
        """See `Engine.authorization`."""
        ...

    def active_labels(self, identity: Identity) -> Labels:
        """See `Engine.active_labels`."""
        ...

    def plan(self, operation: Operation, labels: Labels) -> QueryPlan:
        """See `Engine.plan`."""
        ...


class Deferrable(msgspec.Struct, frozen=True):
    """The operation of a text, not settled; `variables` decide what of it is deferred."""

    operation: Operation
    hash: str
    authorization: Authorization | None
    variables: frozenset[str]


class InParts(msgspec.Struct, frozen=True):
    """An operation ready to run in parts, for all clients that lack the same permissions."""

    plan: QueryPlan
    compiled: CompiledInParts
    denied: tuple[KeyPath, ...] = ()


class Deferrals:
    """The operations over one supergraph that are answered in parts."""

    def __init__(self, engine: Plans, capacity: int) -> None:
        self._engine = engine
        self._prepared: LruCache[tuple[str, str | None], Deferrable] = LruCache(capacity)
        self._runnables: LruCache[tuple[object, ...], InParts] = LruCache(capacity)

    async def prepare(self, text: str, operation_name: str | None) -> Deferrable:
        """As `Engine.prepare`, with deferred fragments."""
        key = (text, operation_name)
        found = self._prepared.get(key)
        if found is None:
            found = await self._engine.once(
                ("deferrable", *key), lambda: self._prepare(text, operation_name)
            )
            if len(text) <= _REMEMBERED_LENGTH:
                self._prepared.put(key, found)
        return found

    async def runnable(
        self, prepared: Deferrable, variables: Mapping[str, Any], identity: Identity
    ) -> InParts | None:
        """What to run for this client; None where nothing is deferred."""
        operation = prepared.operation
        off = frozenset(name for name in prepared.variables if not variables.get(name, True))
        if operation.kind == "subscription" or all(
            defer.variable in off for defer in deferred(operation.selections)
        ):
            return None
        authorization = prepared.authorization
        unmet = frozenset[Requirement]() if authorization is None else authorization.unmet(identity)
        labels = self._engine.active_labels(identity)
        key = (*operation.cache_key, off, unmet, labels)
        found = self._runnables.get(key)
        if found is None:
            found = await self._engine.once(
                ("in parts", *key), lambda: self._compile(settle(operation, off), unmet, labels)
            )
            self._runnables.put(key, found)
        return found

    def _prepare(self, text: str, operation_name: str | None) -> Deferrable:
        operation = self._engine.resolve(text, operation_name, defers=True)
        variables = (defer.variable for defer in deferred(operation.selections))
        return Deferrable(
            operation,
            text_hash(text),
            self._engine.authorization(operation),
            frozenset(name for name in variables if name is not None),
        )

    def _compile(
        self, operation: Operation, unmet: frozenset[Requirement], labels: Labels
    ) -> InParts:
        permitted, denied = operation, tuple[KeyPath, ...]()
        authorization = self._engine.authorization(operation) if unmet else None
        if authorization is not None:
            outcome = authorization.permit(unmet)
            permitted, denied = outcome.operation, outcome.denied
        plan = self._engine.plan(permitted, labels)
        compiled = CompiledInParts(plan, operation, self._engine.supergraph.api_schema)
        return InParts(plan, compiled, denied)


def text_hash(text: str) -> str:
    """What the log calls a document by."""
    return sha256(text.encode()).hexdigest()
