"""Takes and gives up seats. Each step is one conditional UPDATE, never a read and then a write.

Rows are locked in one order: the group, its members, then the offer. The database's clock decides
whether a group's time is up, in the same statement that takes the seat.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.groupbuy.models import Group, GroupBuyState, Member, MemberState, Offer
from subgraphs.groupbuy.repository import group_of, member_of

HELD_SECONDS = 120


class Clocked(msgspec.Struct, frozen=True):
    """A group as a statement left it, and the database's time of that."""

    group: Group
    at: datetime


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes a seat, and how they pay: by card at once, or from a wallet within two minutes."""

    id: str
    customer_id: str
    quantity: int
    card_token: str | None
    wallet_id: str | None

    @property
    def waits(self) -> bool:
        """Whether the seat is held until the payment is there."""
        return self.wallet_id is not None


async def take_group(session: AsyncSession, offer_id: str) -> bool:
    """Count one group more against the quota of an offer that is open now; whether that worked."""
    statement = """
        update groupbuy.offer set active_groups = active_groups + 1
        where id = :id and active_groups < quota
          and starts_at <= clock_timestamp() and clock_timestamp() < ends_at
        returning id"""
    return (await session.execute(text(statement), {"id": offer_id})).first() is not None


async def give_groups_back(session: AsyncSession, offer_ids: Sequence[str]) -> None:
    """Groups did not come about: as many others may be opened. One id for each group."""
    statement = text(
        "update groupbuy.offer set active_groups = active_groups - :count where id = :id"
    )
    for id_ in sorted(set(offer_ids)):
        await session.execute(statement, {"id": id_, "count": offer_ids.count(id_)})


async def count_sold(session: AsyncSession, offer_id: str) -> None:
    """A group was filled."""
    statement = "update groupbuy.offer set sold_groups = sold_groups + 1 where id = :id"
    await session.execute(text(statement), {"id": offer_id})


async def open_group(
    session: AsyncSession, id_: str, offer: Offer, leader: Newcomer, share_code: str
) -> Clocked | None:
    """Open a group with one seat paid, or held until its leader has paid.

    None if the share code is taken.
    """
    statement = """
        insert into groupbuy.group_buy (id, offer_id, state, leader_id, share_code, size,
            paid_count, held_count, opens_at, expires_at)
        values (:id, :offer, :state, :leader, :share_code, :size, 1 - :held, :held,
                case when :held = 0 then now() end, now() + make_interval(secs => :seconds))
        on conflict (share_code) do nothing
        returning *, clock_timestamp() as at"""
    values = {
        "id": id_,
        "offer": offer.id,
        "leader": leader.customer_id,
        "state": GroupBuyState.PENDING_LEADER if leader.waits else GroupBuyState.OPEN,
        "held": int(leader.waits),
        "share_code": share_code,
        "size": offer.size,
        "seconds": offer.window_seconds,
    }
    return clocked((await session.execute(text(statement), values)).one_or_none())


async def take_seat(session: AsyncSession, group_id: str) -> Clocked | None:
    """One seat more is paid, and the last one fills the group; None if there is none to take."""
    statement = """
        update groupbuy.group_buy
        set paid_count = paid_count + 1,
            version = version + 1,
            state = case when paid_count + 1 = size then 'FILLED' else state end,
            filled_at = case when paid_count + 1 = size then clock_timestamp() end
        where id = :id and state = 'OPEN' and paid_count + held_count < size
          and expires_at > clock_timestamp()
        returning *, clock_timestamp() as at"""
    return clocked((await session.execute(text(statement), {"id": group_id})).one_or_none())


async def hold_seat(session: AsyncSession, group_id: str) -> Clocked | None:
    """One seat more awaits its payment; None if there is none to take."""
    statement = """
        update groupbuy.group_buy set held_count = held_count + 1, version = version + 1
        where id = :id and state = 'OPEN' and paid_count + held_count < size
          and expires_at > clock_timestamp()
        returning *, clock_timestamp() as at"""
    return clocked((await session.execute(text(statement), {"id": group_id})).one_or_none())


async def seat_member(session: AsyncSession, group_id: str, newcomer: Newcomer) -> Member | None:
    """Give the newcomer the lowest free seat of a group that is locked; None if they have one."""
    statement = """
        insert into groupbuy.member
            (id, group_id, customer_id, seat, quantity, state, card_token, wallet_id,
             joined_at, held_until)
        select :id, g.id, :customer,
               (select min(seat) from generate_series(1, g.size) as free (seat)
                where not exists (select from groupbuy.member as m
                                  where m.group_id = g.id and m.seat = free.seat
                                    and m.state <> 'RELEASED')),
               :quantity, :state, cast(:card as text), cast(:wallet as text), clock_timestamp(),
               case when :state = 'HELD' then clock_timestamp() + make_interval(secs => :seconds)
               end
        from groupbuy.group_buy as g where g.id = :group
        on conflict (group_id, customer_id) where state <> 'RELEASED' do nothing
        returning *"""
    values = {
        "id": newcomer.id,
        "group": group_id,
        "customer": newcomer.customer_id,
        "quantity": newcomer.quantity,
        "card": newcomer.card_token,
        "wallet": newcomer.wallet_id,
        "state": MemberState.HELD if newcomer.waits else MemberState.PAID,
        "seconds": HELD_SECONDS,
    }
    row = (await session.execute(text(statement), values)).one_or_none()
    return member_of(row) if row else None


async def capture_members(session: AsyncSession, group_id: str) -> list[str]:
    """The group is full: cards pay. Gives the members whose wallets must."""
    statement = """
        update groupbuy.member set state = 'CAPTURED'
        where group_id = :id and state = 'PAID' and card_token is not null"""
    await session.execute(text(statement), {"id": group_id})
    statement = """
        select id from groupbuy.member
        where group_id = :id and state = 'PAID' and wallet_id is not null order by id"""
    return list(await session.scalars(text(statement), {"id": group_id}))


async def lock_group(session: AsyncSession, group_id: str) -> None:
    """Let nobody else change the group until the commit."""
    statement = "select from groupbuy.group_buy where id = :id for no key update"
    await session.execute(text(statement), {"id": group_id})


async def leave_seat(session: AsyncSession, group_id: str, customer: str) -> Clocked | None:
    """Free a member's seat before the group is closed; the leader's going calls the group off."""
    statement = """
        update groupbuy.group_buy as g
        set paid_count = paid_count - cast(m.state = 'PAID' as integer),
            held_count = held_count - cast(m.state = 'HELD' as integer),
            version = version + 1,
            state = case when leader_id = :customer then 'CANCELLED' else g.state end
        from groupbuy.member as m
        where g.id = :id and m.group_id = g.id and m.customer_id = :customer
          and m.state in ('PAID', 'HELD')
          and (g.state = 'PENDING_LEADER'
               or (g.state = 'OPEN' and g.expires_at > clock_timestamp()))
        returning g.*, clock_timestamp() as at"""
    values = {"id": group_id, "customer": customer}
    return clocked((await session.execute(text(statement), values)).one_or_none())


async def release_member(session: AsyncSession, group_id: str, customer: str) -> Member:
    """The member of a group that is locked gives up the seat."""
    statement = """
        update groupbuy.member set state = 'RELEASED'
        where group_id = :id and customer_id = :customer and state in ('PAID', 'HELD')
        returning *"""
    values = {"id": group_id, "customer": customer}
    return member_of((await session.execute(text(statement), values)).one())


async def bought(session: AsyncSession, offer_id: str, customer: str) -> int:
    """How many of an offer a customer has in groups, locked against buying more meanwhile."""
    lock = "select pg_advisory_xact_lock(hashtextextended(:name, 0))"
    await session.execute(text(lock), {"name": f"groupbuy:{offer_id}:{customer}"})
    statement = """
        select coalesce(sum(m.quantity), 0) from groupbuy.member as m
        join groupbuy.group_buy as g on g.id = m.group_id
        where g.offer_id = :offer and m.customer_id = :customer
          and m.state in ('HELD', 'PAID', 'CAPTURED')"""
    values = {"offer": offer_id, "customer": customer}
    return int((await session.execute(text(statement), values)).scalar_one())


def clocked(row: Any) -> Clocked | None:
    """A row of a statement that also gives the time, as the value."""
    return Clocked(group_of(row), row.at) if row is not None else None
