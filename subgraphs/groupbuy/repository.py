"""Reads offers, groups and members. Each read of many is one statement; `seats` writes.

The database's clock decides about time everywhere: replicas of this process may disagree with it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.groupbuy.models import Group, GroupBuyState, Member, MemberState, Offer
from subgraphs.groupbuy.tables import groups, members, offers
from subgraphs.shared.connections import PageRequest
from subgraphs.shared.money import Money

_CLOCK = func.clock_timestamp()


async def offers_by_ids(session: AsyncSession, ids: Sequence[str]) -> list[Offer]:
    """The offers of these ids."""
    rows = await session.execute(select(offers).where(offers.c.id.in_(ids)))
    return [_offer(row) for row in rows]


async def offers_of_products(session: AsyncSession, product_ids: Sequence[str]) -> list[Offer]:
    """Offers of these products that are open now."""
    query = select(offers).where(offers.c.product_id.in_(product_ids), *_on_offer())
    return [_offer(row) for row in await session.execute(query.order_by(offers.c.id))]


async def offer_page(
    session: AsyncSession, product_id: str | None, request: PageRequest
) -> list[Offer]:
    """Offers that are open now, by id."""
    query = select(offers).where(*_on_offer()).order_by(offers.c.id).limit(request.limit)
    if product_id is not None:
        query = query.where(offers.c.product_id == product_id)
    after = request.after(tuple[str])
    if after is not None:
        query = query.where(offers.c.id > after[0])
    return [_offer(row) for row in await session.execute(query)]


async def insert_offer(session: AsyncSession, offer: Offer) -> None:
    """Write an offer, unless there is one of that id."""
    values = {
        column.name: getattr(offer, column.name)
        for column in offers.columns
        if column.name not in {"currency", "group_price", "solo_price"}
    }
    values["currency"] = offer.group_price.currency
    values["group_price"] = offer.group_price.amount
    values["solo_price"] = offer.solo_price.amount
    await session.execute(upsert(offers).values(values).on_conflict_do_nothing())


async def groups_by_ids(session: AsyncSession, ids: Sequence[str]) -> list[Group]:
    """The groups of these ids."""
    rows = await session.execute(select(groups).where(groups.c.id.in_(ids)))
    return [group_of(row) for row in rows]


async def seconds_left(session: AsyncSession, ids: Sequence[str]) -> dict[str, int]:
    """Whole seconds until the time of each group is up, zero afterwards."""
    left = func.floor(func.extract("epoch", groups.c.expires_at - _CLOCK))
    rows = await session.execute(
        select(groups.c.id, func.greatest(left, 0)).where(groups.c.id.in_(ids))
    )
    return {id_: int(seconds) for id_, seconds in rows}


async def group_by_share_code(session: AsyncSession, share_code: str) -> Group | None:
    """The group that the code invites to."""
    query = select(groups).where(groups.c.share_code == share_code)
    row = (await session.execute(query)).one_or_none()
    return group_of(row) if row else None


async def group_page(
    session: AsyncSession, state: GroupBuyState | None, request: PageRequest
) -> list[Group]:
    """Groups in a state (None: any), by when their time is up."""
    query = select(groups).order_by(groups.c.expires_at, groups.c.id).limit(request.limit)
    if state is not None:
        query = query.where(groups.c.state == state)
    if state is GroupBuyState.OPEN:
        query = query.where(groups.c.expires_at > _CLOCK)
    after = request.after(tuple[datetime, str])
    if after is not None:
        query = query.where(tuple_(groups.c.expires_at, groups.c.id) > after)
    return [group_of(row) for row in await session.execute(query)]


async def open_groups(
    session: AsyncSession, product_ids: Sequence[str], first: int
) -> dict[str, list[Group]]:
    """The first groups of each product that can be joined, fewest seats left first."""
    query = text("""
        select asked.id as product_id, g.*
        from unnest(cast(:ids as text[])) as asked (id)
        cross join lateral (
            select b.* from groupbuy.group_buy as b
            join groupbuy.offer as o on o.id = b.offer_id
            where o.product_id = asked.id and b.state = 'OPEN'
              and b.expires_at > clock_timestamp()
            order by b.size - b.paid_count - b.held_count, b.expires_at, b.id
            limit :first
        ) as g""")
    found: dict[str, list[Group]] = {id_: [] for id_ in product_ids}
    for row in await session.execute(query, {"ids": list(product_ids), "first": first}):
        found[row.product_id].append(group_of(row))
    return found


async def groups_of_customer(
    session: AsyncSession, customer_id: str, request: PageRequest
) -> list[tuple[Member, Group]]:
    """The groups in which a customer has or had a seat, newest first."""
    query = (
        select(members)
        .where(members.c.customer_id == customer_id, members.c.state != MemberState.RELEASED)
        .order_by(members.c.joined_at.desc(), members.c.id.desc())
        .limit(request.limit)
    )
    after = request.after(tuple[datetime, str])
    if after is not None:
        query = query.where(tuple_(members.c.joined_at, members.c.id) < after)
    rows = (await session.execute(query)).all()
    found = {group.id: group for group in await groups_by_ids(session, [r.group_id for r in rows])}
    return [(member_of(row), found[row.group_id]) for row in rows]


async def members_of(session: AsyncSession, group_ids: Sequence[str]) -> list[Member]:
    """Who has a seat in these groups, by seat."""
    query = select(members).where(
        members.c.group_id.in_(group_ids), members.c.state != MemberState.RELEASED
    )
    rows = await session.execute(query.order_by(members.c.group_id, members.c.seat))
    return [member_of(row) for row in rows]


async def memberships(
    session: AsyncSession, customer_id: str, group_ids: Sequence[str]
) -> list[Member]:
    """A customer's seats in these groups."""
    query = select(members).where(
        members.c.customer_id == customer_id,
        members.c.group_id.in_(group_ids),
        members.c.state != MemberState.RELEASED,
    )
    return [member_of(row) for row in await session.execute(query)]


async def last_memberships(
    session: AsyncSession, customer_id: str, group_ids: Sequence[str]
) -> list[Member]:
    """A customer's seats in these groups; the last that was not paid where there is none."""
    query = text("""
        select distinct on (group_id) * from groupbuy.member
        where customer_id = :customer and group_id = any(:groups)
        order by group_id, joined_at desc, id desc""")
    values = {"customer": customer_id, "groups": list(group_ids)}
    found = [member_of(row) for row in await session.execute(query, values)]
    return [m for m in found if m.state is not MemberState.RELEASED or m.refusal is not None]


async def has_left(session: AsyncSession, customer_id: str, group_id: str) -> bool:
    """Whether the customer ever gave up a seat in the group."""
    query = select(members.c.id).where(
        members.c.customer_id == customer_id,
        members.c.group_id == group_id,
        members.c.state == MemberState.RELEASED,
    )
    return (await session.execute(query.limit(1))).first() is not None


def group_of(row: Any) -> Group:
    """A row of `group_buy` as the value."""
    return Group(
        id=row.id,
        offer_id=row.offer_id,
        state=GroupBuyState(row.state),
        leader_id=row.leader_id,
        share_code=row.share_code,
        size=row.size,
        paid_count=row.paid_count,
        held_count=row.held_count,
        opens_at=row.opens_at,
        expires_at=row.expires_at,
        filled_at=row.filled_at,
        version=row.version,
    )


def member_of(row: Any) -> Member:
    """A row of `member` as the value."""
    return Member(
        id=row.id,
        group_id=row.group_id,
        customer_id=row.customer_id,
        seat=row.seat,
        quantity=row.quantity,
        state=MemberState(row.state),
        joined_at=row.joined_at,
        wallet_id=row.wallet_id,
        refusal=row.refusal,
    )


def _offer(row: Any) -> Offer:
    return Offer(
        id=row.id,
        product_id=row.product_id,
        variant_id=row.variant_id,
        size=row.size,
        group_price=Money(row.group_price, row.currency),
        solo_price=Money(row.solo_price, row.currency),
        window_seconds=row.window_seconds,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        quota=row.quota,
        active_groups=row.active_groups,
        sold_groups=row.sold_groups,
        per_customer_limit=row.per_customer_limit,
    )


def _on_offer() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return offers.c.starts_at <= _CLOCK, offers.c.ends_at > _CLOCK
