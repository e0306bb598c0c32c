"""Ends what is overdue by the database's clock: seats held too long, groups whose time is up.

Safe to run in many processes, and to be killed anywhere: what is left, the next sweep finds.
"""

from subgraphs.groupbuy import held_seats, seats
from subgraphs.groupbuy.events import (
    EXPIRED,
    REFUNDED,
    REFUNDING,
    Settlement,
    group_changed,
    released,
)
from subgraphs.groupbuy.models import GroupBuyState, MemberState
from subgraphs.groupbuy.settling import give_up
from subgraphs.shared.database import Database
from subgraphs.shared.unit_of_work import UnitOfWork, transact

PAYMENT_TIMEOUT = "PAYMENT_TIMEOUT"


async def sweep(database: Database, limit: int = 50) -> int:
    """Free unpaid seats, close the groups whose time is up, and pay their members back.

    Gives how many groups were closed.
    """

    async def expire(unit: UnitOfWork) -> int:
        expired = await held_seats.expire_due(unit.session, limit)
        await seats.give_groups_back(unit.session, [found.group.offer_id for found in expired])
        for found in expired:
            unit.record(group_changed(EXPIRED, found.group, found.at))
        return len(expired)

    while await transact(database, _free_seat):
        pass
    closed = await transact(database, expire)
    while await transact(database, _refund):
        pass
    return closed


async def _free_seat(unit: UnitOfWork) -> bool:
    seat = await held_seats.lock_overdue(unit.session)
    if seat is None:
        return False
    if seat.member.state is MemberState.HELD:
        await give_up(unit, seat, PAYMENT_TIMEOUT, released(seat.member))
    return True


async def _refund(unit: UnitOfWork) -> bool:
    group_id = await held_seats.lock_closed(unit.session)
    if group_id is None:
        return False
    wallets = await held_seats.refund_cards(unit.session, group_id)
    state = GroupBuyState.REFUNDING if wallets else GroupBuyState.REFUNDED
    changed = await held_seats.change_group(unit.session, group_id, state)
    settlement = Settlement(release=tuple(wallets)) if wallets else None
    type_ = REFUNDING if wallets else REFUNDED
    unit.record(group_changed(type_, changed.group, changed.at, settlement=settlement))
    return True
