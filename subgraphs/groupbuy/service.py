"""The use cases of group-buying, each one transaction; with a key, safe to send again."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec

from subgraphs.groupbuy import errors, repository, seats
from subgraphs.groupbuy.errors import Code
from subgraphs.groupbuy.events import (
    CANCELLED,
    FILLED,
    OPENED,
    SEAT_HELD,
    SEAT_PAID,
    SEAT_RELEASED,
    HoldWanted,
    Settlement,
    group_changed,
    released,
)
from subgraphs.groupbuy.models import Group, GroupBuyState, Member, Offer
from subgraphs.groupbuy.seats import Clocked, Newcomer
from subgraphs.groupbuy.settling import fill
from subgraphs.shared import cards
from subgraphs.shared.database import Database
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.idempotency import Once, Outcome, once
from subgraphs.shared.identity import Viewer
from subgraphs.shared.ids import is_id, new_id
from subgraphs.shared.money import MAX_AMOUNT, Money
from subgraphs.shared.origin import UNKNOWN, Origin
from subgraphs.shared.unit_of_work import UnitOfWork, transact

MAX_QUANTITY = 10
# A wallet's hold outlives its group: it is resolved long before it expires.
HOLD_OUTLIVES = timedelta(days=7)
# Crockford's base 32: nothing in it is mistaken for something else when read out.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8


class GroupPayment(msgspec.Struct, frozen=True):
    """How a seat is paid: from a wallet or by card."""

    wallet_id: str | None
    card_token: str | None


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A group to open; id and code are made up unless they must be known beforehand."""

    offer_id: str
    quantity: int
    payment: GroupPayment
    group_id: str | None = None
    share_code: str | None = None


class Joining(msgspec.Struct, frozen=True, kw_only=True):
    """A seat to take."""

    group_id: str
    quantity: int
    payment: GroupPayment


class GroupBuying:
    """Use cases on behalf of one viewer; all raise `BusinessError`."""

    def __init__(self, database: Database, viewer: Viewer, origin: Origin = UNKNOWN) -> None:
        self._database = database
        self._viewer = viewer
        self._origin = origin

    async def open(self, asked: Opening, key: str) -> Outcome[Group]:
        """Open a group of an offer, with the viewer as its leader on the first seat."""

        async def work(unit: UnitOfWork) -> Group:
            _authorise(asked.payment, asked.quantity)
            found = await repository.offers_by_ids(unit.session, [asked.offer_id])
            if not found:
                raise errors.no_offer()
            offer = found[0]
            await self._check_limit(unit, offer, asked.quantity)
            if not await seats.take_group(unit.session, offer.id):
                raise await _why_no_group(unit, offer)
            newcomer = self._newcomer(asked)
            opened = await self._open(unit, offer, asked, newcomer)
            member = await self._seat(unit, opened.group.id, newcomer)
            if newcomer.waits:
                self._ask_wallet(unit, opened, offer, member)
            else:
                unit.record(group_changed(OPENED, opened.group, opened.at, member))
            return opened.group

        return await self._once("groupBuyOpen", asked, key, work)

    async def join(self, asked: Joining, key: str) -> Outcome[Group]:
        """Take a seat in a group; the last one that is paid fills it."""

        async def work(unit: UnitOfWork) -> Group:
            _authorise(asked.payment, asked.quantity)
            found = await repository.groups_by_ids(unit.session, [asked.group_id])
            if not found:
                raise errors.no_group()
            mine = await repository.memberships(unit.session, self._viewer.sub, [asked.group_id])
            if mine:
                raise errors.already_member()
            offer = (await repository.offers_by_ids(unit.session, [found[0].offer_id]))[0]
            await self._check_limit(unit, offer, asked.quantity)
            newcomer = self._newcomer(asked)
            take = seats.hold_seat if newcomer.waits else seats.take_seat
            taken = await take(unit.session, asked.group_id)
            if taken is None:
                raise await _why_no_seat(unit, asked.group_id)
            member = await self._seat(unit, asked.group_id, newcomer)
            if newcomer.waits:
                self._ask_wallet(unit, taken, offer, member)
            else:
                await _tell_paid(unit, taken, member)
            return taken.group

        return await self._once("groupBuyJoin", asked, key, work)

    async def leave(self, group_id: str) -> Outcome[Group]:
        """Give up the viewer's seat until the group is closed; the leader's going calls it off.

        Who has left and says so again is told that it is done.
        """

        async def work(unit: UnitOfWork) -> Outcome[Group]:
            # First, so that what the next statement reads of the members cannot be outdated.
            await seats.lock_group(unit.session, group_id)
            left = await seats.leave_seat(unit.session, group_id, self._viewer.sub)
            if left is None:
                return Outcome(await self._left_before(unit, group_id), replayed=True)
            member = await seats.release_member(unit.session, group_id, self._viewer.sub)
            cancelled = left.group.state is GroupBuyState.CANCELLED
            if cancelled:
                await seats.give_groups_back(unit.session, [left.group.offer_id])
            type_ = CANCELLED if cancelled else SEAT_RELEASED
            unit.record(group_changed(type_, left.group, left.at, member, released(member)))
            return Outcome(left.group, replayed=False)

        return await transact(self._database, work, self._viewer, self._origin)

    async def _once(
        self,
        operation: str,
        asked: Opening | Joining,
        key: str,
        work: Callable[[UnitOfWork], Awaitable[Group]],
    ) -> Outcome[Group]:
        request = Once(actor=self._viewer.sub, key=key, operation=operation, input=asked)

        async def attempt(unit: UnitOfWork) -> Outcome[Group]:
            return await once(unit, request, lambda: work(unit), Group)

        return await transact(self._database, attempt, self._viewer, self._origin)

    async def _check_limit(self, unit: UnitOfWork, offer: Offer, quantity: int) -> None:
        if offer.group_price.amount * quantity > MAX_AMOUNT:
            raise errors.too_much()
        limit = offer.per_customer_limit
        if limit is None:
            return
        if await seats.bought(unit.session, offer.id, self._viewer.sub) + quantity > limit:
            raise errors.purchase_limit(limit)

    async def _open(
        self, unit: UnitOfWork, offer: Offer, asked: Opening, leader: Newcomer
    ) -> Clocked:
        id_, code = asked.group_id or new_id("grp"), asked.share_code or _new_code()
        while True:
            opened = await seats.open_group(unit.session, id_, offer, leader, code)
            if opened is not None:
                return opened
            code = _new_code()

    def _newcomer(self, asked: Opening | Joining) -> Newcomer:
        return Newcomer(
            id=new_id("memb"),
            customer_id=self._viewer.sub,
            quantity=asked.quantity,
            card_token=asked.payment.card_token,
            wallet_id=asked.payment.wallet_id,
        )

    async def _seat(self, unit: UnitOfWork, group_id: str, newcomer: Newcomer) -> Member:
        member = await seats.seat_member(unit.session, group_id, newcomer)
        if member is None:
            raise errors.already_member()
        return member

    def _ask_wallet(self, unit: UnitOfWork, taken: Clocked, offer: Offer, member: Member) -> None:
        """Have the wallet set the money aside; whether it does, comes as an event."""
        wanted = HoldWanted(
            member=member,
            amount=Money(offer.group_price.amount * member.quantity, offer.group_price.currency),
            expires_at=taken.group.expires_at + HOLD_OUTLIVES,
        )
        settlement = Settlement(hold=wanted)
        unit.record(group_changed(SEAT_HELD, taken.group, taken.at, member, settlement))

    async def _left_before(self, unit: UnitOfWork, group_id: str) -> Group:
        """The group, if the viewer left it before; otherwise says why not."""
        found = await repository.groups_by_ids(unit.session, [group_id])
        if not found:
            raise errors.no_group()
        if await repository.memberships(unit.session, self._viewer.sub, [group_id]):
            raise errors.group_closed()
        if not await repository.has_left(unit.session, self._viewer.sub, group_id):
            raise errors.not_a_member()
        return found[0]


def _authorise(payment: GroupPayment, quantity: int) -> None:
    """Check the quantity and the way of paying, and have a card authorised."""
    if not 1 <= quantity <= MAX_QUANTITY:
        message = f"The quantity is between 1 and {MAX_QUANTITY}."
        raise BusinessError(Code.INVALID, message, ["quantity"])
    if (payment.wallet_id is None) == (payment.card_token is None):
        message = "Pay from a wallet or by card: give a walletId or a cardToken."
        raise BusinessError(Code.INVALID, message, ["payment"])
    if payment.wallet_id is not None and not is_id(payment.wallet_id):
        message = "This is not the id of a wallet."
        raise BusinessError(Code.INVALID, message, ["payment", "walletId"])
    if payment.card_token is not None:
        cards.authorise(payment.card_token)


async def _tell_paid(unit: UnitOfWork, taken: Clocked, member: Member) -> None:
    filled = taken.group.state is GroupBuyState.FILLED
    settlement = await fill(unit, taken) if filled else None
    type_ = FILLED if filled else SEAT_PAID
    unit.record(group_changed(type_, taken.group, taken.at, member, settlement))


async def _why_no_group(unit: UnitOfWork, offer: Offer) -> BusinessError:
    open_now = await repository.offers_of_products(unit.session, [offer.product_id])
    if any(found.id == offer.id for found in open_now):
        return errors.quota_exhausted()
    return errors.offer_closed()


async def _why_no_seat(unit: UnitOfWork, group_id: str) -> BusinessError:
    group = (await repository.groups_by_ids(unit.session, [group_id]))[0]
    return errors.group_full() if group.seats_left == 0 else errors.group_closed()


def _new_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
