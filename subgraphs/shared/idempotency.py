"""A mutation sent twice happens once: the client's key, what it asked and what it got, in one row.

The row is part of the business transaction. A second request with the key waits for the first on
the row's unique key, and then gets the stored answer. Refusals by a rule are remembered too: a
retry never finds another answer than the first attempt got.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec
from alembic import op
from sqlalchemy import text

from subgraphs.shared.database import Database
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.unit_of_work import UnitOfWork

T = TypeVar("T")
_MAX_KEY = 255


class Once(msgspec.Struct, frozen=True, kw_only=True):
    """A request that must have its effect once. `input` is all that the client asked, JSON-able.

    `actor` is who sent it: the viewer's id, or for the anonymous what they own, such as a cart.
    """

    actor: str
    key: str
    operation: str
    input: Any


class Outcome(msgspec.Struct, Generic[T], frozen=True):
    """What came out, and whether it had come out before."""

    result: T
    replayed: bool


class _Refusal(msgspec.Struct, frozen=True):
    code: str
    message: str
    field: list[str] | None
    details: dict[str, Any]


class RememberedRefusal(BusinessError):
    """The refusal that the first request with the key got."""


def create_idempotency(schema: str) -> None:
    """Make the table; called by the first migration of a subgraph."""
    op.execute(
        f"""
        create table {schema}.idempotency (
            viewer text not null,
            key text not null,
            operation text not null,
            input_hash bytea not null,
            response jsonb,
            refusal jsonb,
            created_at timestamptz not null default now(),
            primary key (viewer, key)
        )"""
    )


async def once(
    unit: UnitOfWork, request: Once, work: Callable[[], Awaitable[T]], kind: type[T]
) -> Outcome[T]:
    """Run `work` in the unit unless the key was used; `kind` is the type of its JSON-able result.

    Raises:
        BusinessError: the rule that refused `work`, now or then; IDEMPOTENCY_KEY_REUSED when the
            key was used for another input; INVALID when it is empty or longer than 255 characters.
    """
    if not 0 < len(request.key) <= _MAX_KEY:
        message = f"idempotencyKey has 1 to {_MAX_KEY} characters."
        raise BusinessError("INVALID", message, ["idempotencyKey"])
    if not await _claim(unit, request):
        return Outcome(await _recall(unit, request, kind), replayed=True)
    mark = unit.mark()
    try:
        async with unit.session.begin_nested():
            result = await work()
    except BusinessError as error:
        unit.forget_after(mark)
        refusal = _Refusal(error.code, error.message, error.field, error.details)
        await _store(unit, request, "refusal", refusal)
        # Committed here, for the exception that tells the caller would roll it back.
        await unit.commit()
        raise
    await _store(unit, request, "response", result)
    return Outcome(result, replayed=False)


async def was_used(database: Database, key: str) -> bool:
    """Whether anybody used the key: how a seed knows that it ran to its end."""
    statement = f"select exists (select from {database.subgraph}.idempotency where key = :key)"  # noqa: S608
    async with database.session() as session:
        return bool((await session.execute(text(statement), {"key": key})).scalar_one())


async def _claim(unit: UnitOfWork, request: Once) -> bool:
    """Whether the key is ours; waits for a transaction that holds it."""
    statement = f"""
        insert into {unit.database.subgraph}.idempotency (viewer, key, operation, input_hash)
        values (:viewer, :key, :operation, :input_hash)
        on conflict (viewer, key) do nothing
        returning 1"""  # noqa: S608 (a schema's name is ours)
    values = {
        "viewer": request.actor,
        "key": request.key,
        "operation": request.operation,
        "input_hash": _hash(request),
    }
    return (await unit.session.execute(text(statement), values)).first() is not None


async def _recall(unit: UnitOfWork, request: Once, kind: type[T]) -> T:
    statement = f"""
        select input_hash, cast(response as text) as response, cast(refusal as text) as refusal
        from {unit.database.subgraph}.idempotency where viewer = :viewer and key = :key"""  # noqa: S608
    values = {"viewer": request.actor, "key": request.key}
    row = (await unit.session.execute(text(statement), values)).one()
    if bytes(row.input_hash) != _hash(request):
        message = "This idempotencyKey was used for another input."
        raise BusinessError("IDEMPOTENCY_KEY_REUSED", message, ["idempotencyKey"])
    if row.refusal is not None:
        refusal = msgspec.json.decode(row.refusal, type=_Refusal)
        raise RememberedRefusal(refusal.code, refusal.message, refusal.field, refusal.details)
    result: T = msgspec.json.decode(row.response, type=kind)
    return result


async def _store(unit: UnitOfWork, request: Once, column: str, value: object) -> None:
    statement = f"""
        update {unit.database.subgraph}.idempotency set {column} = cast(:value as jsonb)
        where viewer = :viewer and key = :key"""  # noqa: S608
    await unit.session.execute(
        text(statement),
        {
            "viewer": request.actor,
            "key": request.key,
            "value": msgspec.json.encode(value).decode(),
        },
    )


def _hash(request: Once) -> bytes:
    # Sorted, so that the order in which a client writes its fields does not matter.
    asked = msgspec.json.encode([request.operation, request.input], order="deterministic")
    return sha256(asked).digest()
