"""What wallets tell of holds, and what it means for the seats they pay.

A seat is HELD until its hold is placed. Events may come late, when the seat was given up or the
group is closed: by then the release of the hold has been asked for, or will be when the group is
refunded, so there is nothing left to do (G6).
"""

import logging
from typing import assert_never

import msgspec

from subgraphs.groupbuy import held_seats, seats
from subgraphs.groupbuy.events import (
    CANCELLED,
    FILLED,
    OPENED,
    REFUNDED,
    SEAT_PAID,
    SEAT_REFUNDED,
    SEAT_RELEASED,
    Settlement,
    group_changed,
)
from subgraphs.groupbuy.held_seats import Standing
from subgraphs.groupbuy.models import GroupBuyState, MemberState
from subgraphs.groupbuy.seats import Clocked
from subgraphs.shared.consumer import Received, Subscription
from subgraphs.shared.unit_of_work import UnitOfWork

_log = logging.getLogger(__name__)


class HoldLost(Exception):
    """The money of a filled group's member is free again: somebody has to look into it."""


class _Refused(msgspec.Struct, frozen=True):
    code: str


async def hold_told(unit: UnitOfWork, event: Received) -> None:
    """Take over what became of a hold; holds for anything but a seat are passed over.

    Raises:
        HoldLost: a member of a filled group has not paid and will not.
    """
    seat = await held_seats.lock_seat(unit.session, event.key)
    if seat is None:
        return
    match event.type:
        case "fc.wallet.hold.placed.v1":
            await _placed(unit, seat)
        case "fc.wallet.hold.refused.v1":
            refusal = msgspec.convert(event.data, _Refused)
            await _gone(unit, seat, refusal.code)
        case "fc.wallet.hold.released.v1" | "fc.wallet.hold.expired.v1":
            await _gone(unit, seat, None)
        case "fc.wallet.hold.captured.v1":
            # The group is final; of the money, the wallet has told.
            if seat.member.state is MemberState.PAID:
                await held_seats.set_member(unit.session, seat.member.id, MemberState.CAPTURED)
        case _:
            _log.warning("What %s means for a seat is not known.", event.type)


HOLDS = Subscription(name="holds", topics={"wallet": ("fc.wallet.hold.v1",)}, handler=hold_told)


async def give_up(
    unit: UnitOfWork, seat: Standing, refusal: str | None, settlement: Settlement | None
) -> None:
    """A held seat is free again, unpaid; without a leader there is no group."""
    member = await held_seats.set_member(
        unit.session, seat.member.id, MemberState.RELEASED, refusal
    )
    pending = seat.group.state is GroupBuyState.PENDING_LEADER
    state = GroupBuyState.CANCELLED if pending else seat.group.state
    changed = await held_seats.change_group(unit.session, seat.group.id, state, held=-1)
    if pending:
        await seats.give_groups_back(unit.session, [seat.group.offer_id])
    type_ = CANCELLED if pending else _or_refunded(SEAT_RELEASED, changed)
    unit.record(group_changed(type_, changed.group, changed.at, member, settlement))


async def fill(unit: UnitOfWork, filled: Clocked) -> Settlement:
    """Every seat of a group is paid: cards pay at once; gives what wallets shall do."""
    wallets = await seats.capture_members(unit.session, filled.group.id)
    await seats.count_sold(unit.session, filled.group.offer_id)
    return Settlement(capture=tuple(wallets))


async def _placed(unit: UnitOfWork, seat: Standing) -> None:
    if seat.member.state is not MemberState.HELD:
        return
    if seat.group.state is GroupBuyState.PENDING_LEADER:
        changed, type_ = await held_seats.lead(unit.session, seat.group.id), OPENED
    else:
        paid = await held_seats.pay_seat(unit.session, seat.group.id)
        if paid is None:
            return
        changed, type_ = paid, SEAT_PAID
    member = await held_seats.set_member(unit.session, seat.member.id, MemberState.PAID)
    settlement = None
    if changed.group.state is GroupBuyState.FILLED:
        settlement, type_ = await fill(unit, changed), FILLED
    unit.record(group_changed(type_, changed.group, changed.at, member, settlement))


async def _gone(unit: UnitOfWork, seat: Standing, refusal: str | None) -> None:
    """There is no hold, or no more."""
    match seat.member.state:
        case MemberState.HELD:
            await give_up(unit, seat, refusal, None)
        case MemberState.PAID:
            await _refunded(unit, seat)
        case MemberState.RELEASED | MemberState.REFUNDED | MemberState.CAPTURED:
            pass
        case _:
            assert_never(seat.member.state)


async def _refunded(unit: UnitOfWork, seat: Standing) -> None:
    state = seat.group.state
    if state not in {GroupBuyState.EXPIRED, GroupBuyState.CANCELLED, GroupBuyState.REFUNDING}:
        raise HoldLost(f"{seat.member.id} of {seat.group.id}, which is {state}")
    member = await held_seats.set_member(unit.session, seat.member.id, MemberState.REFUNDED)
    changed = await held_seats.change_group(unit.session, seat.group.id, state)
    type_ = _or_refunded(SEAT_REFUNDED, changed)
    unit.record(group_changed(type_, changed.group, changed.at, member))


def _or_refunded(type_: str, changed: Clocked) -> str:
    return REFUNDED if changed.group.state is GroupBuyState.REFUNDED else type_
