"""What becomes of seats that wallets pay, and of groups that are closed.

Whoever calls these has locked the group, and so its members: see `seats.lock_group`.
"""

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.groupbuy.models import Group, GroupBuyState, Member, MemberState
from subgraphs.groupbuy.repository import group_of, groups_by_ids, member_of
from subgraphs.groupbuy.seats import Clocked, clocked, lock_group


class Standing(msgspec.Struct, frozen=True):
    """A seat and its group, as they are while the group is locked."""

    group: Group
    member: Member


async def lock_seat(session: AsyncSession, member_id: str) -> Standing | None:
    """Lock the group of a seat; None if the id is of no seat."""
    query = text("select group_id from groupbuy.member where id = :id")
    group_id = (await session.execute(query, {"id": member_id})).scalar_one_or_none()
    if group_id is None:
        return None
    await lock_group(session, group_id)
    return await _standing(session, group_id, member_id)


async def lock_overdue(session: AsyncSession) -> Standing | None:
    """Lock the group of a seat that was held too long, by the database's clock.

    Groups that another process has locked are left to it.
    """
    query = text("""
        select m.id, m.group_id from groupbuy.member as m
        join groupbuy.group_buy as g on g.id = m.group_id
        where m.state = 'HELD' and m.held_until <= clock_timestamp()
          and g.state in ('PENDING_LEADER', 'OPEN')
        order by m.held_until, m.id limit 1 for no key update of g skip locked""")
    row = (await session.execute(query)).one_or_none()
    return await _standing(session, row.group_id, row.id) if row else None


async def set_member(
    session: AsyncSession, member_id: str, state: MemberState, refusal: str | None = None
) -> Member:
    """The seat goes to another state."""
    statement = """
        update groupbuy.member set state = :state, refusal = :refusal where id = :id returning *"""
    values = {"id": member_id, "state": state, "refusal": refusal}
    return member_of((await session.execute(text(statement), values)).one())


async def lead(session: AsyncSession, group_id: str) -> Clocked:
    """The leader's seat is paid: the group is open, and its time begins."""
    statement = """
        update groupbuy.group_buy as g
        set paid_count = 1, held_count = 0, version = version + 1, state = 'OPEN', opens_at = now(),
            expires_at = now() + make_interval(secs => o.window_seconds)
        from groupbuy.offer as o where g.id = :id and o.id = g.offer_id
        returning g.*, clock_timestamp() as at"""
    return _one(await session.execute(text(statement), {"id": group_id}))


async def pay_seat(session: AsyncSession, group_id: str) -> Clocked | None:
    """A held seat is paid, and the last one fills the group; None if its time is up (G3)."""
    statement = """
        update groupbuy.group_buy
        set paid_count = paid_count + 1,
            held_count = held_count - 1,
            version = version + 1,
            state = case when paid_count + 1 = size then 'FILLED' else state end,
            filled_at = case when paid_count + 1 = size then clock_timestamp() end
        where id = :id and state = 'OPEN' and expires_at > clock_timestamp()
        returning *, clock_timestamp() as at"""
    return clocked((await session.execute(text(statement), {"id": group_id})).one_or_none())


async def change_group(
    session: AsyncSession, group_id: str, state: GroupBuyState, paid: int = 0, held: int = 0
) -> Clocked:
    """Add to the group's counts.

    REFUNDING becomes REFUNDED where no wallet holds money for the group any more.
    """
    statement = """
        update groupbuy.group_buy as g
        set paid_count = paid_count + :paid, held_count = held_count + :held,
            version = version + 1,
            state = case when :state = 'REFUNDING' and not exists (
                        select from groupbuy.member as m
                        where m.group_id = g.id and m.state in ('HELD', 'PAID'))
                    then 'REFUNDED' else :state end
        where id = :id returning *, clock_timestamp() as at"""
    values = {"id": group_id, "paid": paid, "held": held, "state": state}
    return _one(await session.execute(text(statement), values))


async def expire_due(session: AsyncSession, limit: int) -> list[Clocked]:
    """Groups whose time is up; those that another process is expiring are left to it."""
    statement = """
        with due as (
            select id from groupbuy.group_buy
            where state = 'OPEN' and expires_at <= clock_timestamp()
            order by expires_at, id limit :limit for update skip locked
        )
        update groupbuy.group_buy as g set state = 'EXPIRED', version = version + 1
        from due where g.id = due.id
        returning g.*, clock_timestamp() as at"""
    rows = await session.execute(text(statement), {"limit": limit})
    return [found for row in rows if (found := clocked(row))]


async def lock_closed(session: AsyncSession) -> str | None:
    """Lock one group that is to be refunded; None when there is none left."""
    query = text("""
        select id from groupbuy.group_buy where state in ('EXPIRED', 'CANCELLED')
        order by expires_at, id limit 1 for no key update skip locked""")
    id_: str | None = (await session.execute(query)).scalar_one_or_none()
    return id_


async def refund_cards(session: AsyncSession, group_id: str) -> list[str]:
    """Members who paid by card have their money back. Gives those whose wallets hold theirs."""
    statement = """
        update groupbuy.member set state = 'REFUNDED'
        where group_id = :id and state = 'PAID' and card_token is not null"""
    await session.execute(text(statement), {"id": group_id})
    query = """
        select id from groupbuy.member
        where group_id = :id and state in ('HELD', 'PAID') order by id"""
    return list(await session.scalars(text(query), {"id": group_id}))


async def _standing(session: AsyncSession, group_id: str, member_id: str) -> Standing:
    # Statements after the lock: they see what the last holder of it committed.
    query = text("select * from groupbuy.member where id = :id")
    member = member_of((await session.execute(query, {"id": member_id})).one())
    return Standing((await groups_by_ids(session, [group_id]))[0], member)


def _one(result: Any) -> Clocked:
    row = result.one()
    return Clocked(group_of(row), row.at)
