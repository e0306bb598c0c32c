"""Reads and writes holds. Who changes one has locked its account: that is the hold's lock too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.wallet.models import Hold, HoldRefused, HoldState
from subgraphs.wallet.tables import hold_refusals, holds

MOST = 100


async def by_refs(session: AsyncSession, refs: Sequence[str]) -> list[Hold]:
    """The holds for these, by account and id."""
    query = select(holds).where(holds.c.ref_id.in_(refs))
    rows = await session.execute(query.order_by(holds.c.account_id, holds.c.id))
    return [_hold(row) for row in rows]


async def due(session: AsyncSession, limit: int) -> list[Hold]:
    """Active holds whose time is up by the database's clock."""
    query = (
        select(holds)
        .where(holds.c.state == HoldState.ACTIVE, holds.c.expires_at <= func.clock_timestamp())
        .order_by(holds.c.expires_at, holds.c.id)
        .limit(limit)
    )
    return [_hold(row) for row in await session.execute(query)]


async def of_accounts(
    session: AsyncSession, account_ids: Sequence[str], state: HoldState | None
) -> dict[str, list[Hold]]:
    """The newest 100 holds of each account in a state (None: any), newest first."""
    query = text("""
        select h.* from unnest(cast(:ids as text[])) as asked (id)
        cross join lateral (
            select * from wallet.hold
            where account_id = asked.id and (cast(:state as text) is null or state = :state)
            order by created_at desc, id desc limit :most
        ) as h
        order by h.account_id, h.created_at desc, h.id desc""")
    values = {"ids": list(account_ids), "state": state, "most": MOST}
    found: dict[str, list[Hold]] = {id_: [] for id_ in account_ids}
    for row in await session.execute(query, values):
        found[row.account_id].append(_hold(row))
    return found


async def add(
    session: AsyncSession,
    id_: str,
    ref_id: str,
    account_id: str,
    amount: tuple[int, str],
    expires_at: datetime | None,
) -> Hold:
    """Write an active hold; `amount` is in minor units of a currency."""
    statement = insert(holds).values(
        id=id_,
        ref_id=ref_id,
        account_id=account_id,
        amount=amount[0],
        currency=amount[1],
        expires_at=expires_at,
    )
    return _hold((await session.execute(statement.returning(holds))).one())


async def resolve(session: AsyncSession, id_: str, state: HoldState, captured: int) -> Hold:
    """Resolve an active hold; the database frees its amount."""
    statement = (
        holds.update()
        .where(holds.c.id == id_)
        .values(state=state, captured=captured, resolved_at=func.clock_timestamp())
        .returning(holds)
    )
    return _hold((await session.execute(statement)).one())


async def refusal(session: AsyncSession, ref_id: str) -> HoldRefused | None:
    """What was answered when a hold for that was refused."""
    query = select(hold_refusals).where(hold_refusals.c.ref_id == ref_id)
    row = (await session.execute(query)).one_or_none()
    return HoldRefused(row.ref_id, row.code, row.message) if row else None


async def remember_refusal(session: AsyncSession, refused: HoldRefused) -> bool:
    """Keep a refusal; whether it is the first for that."""
    statement = (
        upsert(hold_refusals)
        .values(ref_id=refused.ref_id, code=refused.code, message=refused.message)
        .on_conflict_do_nothing()
        .returning(hold_refusals.c.ref_id)
    )
    return (await session.execute(statement)).first() is not None


def _hold(row: Any) -> Hold:
    return Hold(
        id=row.id,
        ref_id=row.ref_id,
        account_id=row.account_id,
        currency=row.currency,
        amount=row.amount,
        captured=row.captured,
        state=HoldState(row.state),
        expires_at=row.expires_at,
        created_at=row.created_at,
        resolved_at=row.resolved_at,
    )
