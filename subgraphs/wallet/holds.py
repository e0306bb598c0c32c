"""Holds: money of a wallet is set aside for something, and later captured, released or expired.

The use cases run in the caller's unit of work: other subgraphs ask for them by events, and what the
wallet answers is in one transaction with having read the question. Everyone locks accounts, in the
order of their ids, and then looks at their holds: a hold resolves once (L4).
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from subgraphs.shared.database import Database
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.ids import new_id
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork, transact
from subgraphs.wallet import hold_rows, repository
from subgraphs.wallet.errors import Code, currency_mismatch, insufficient_funds, not_found
from subgraphs.wallet.events import hold_changed, hold_refused
from subgraphs.wallet.ledger import Movement, post
from subgraphs.wallet.models import (
    Account,
    AccountKind,
    EntryReason,
    Hold,
    HoldRefused,
    HoldState,
    Outside,
)


class HoldRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Money to set aside; `ref_id` is what for, and there is one hold for each.

    Without `expires_at` it is held until somebody resolves it.
    """

    ref_id: str
    wallet_id: str
    owner_id: str
    amount: Money
    expires_at: datetime | None


class HoldResolved(Exception):
    """The hold was captured, released or expired before."""


class HoldUnknown(Exception):
    """There is no hold for that."""


class HoldDiffers(Exception):
    """There is a hold for that, of another wallet or amount."""


async def place(unit: UnitOfWork, asked: HoldRequest) -> Hold | HoldRefused:
    """Set the amount aside, if the wallet is the owner's and has it.

    Asking again has no effect and gets the same answer, a refusal too.

    Raises:
        HoldDiffers: a hold for the same was placed for another wallet or amount.
    """
    locked = await repository.lock_accounts(unit.session, [asked.wallet_id])
    known = await _known(unit, asked)
    if known is not None:
        return known
    account = locked.get(asked.wallet_id)
    try:
        _check(account, asked)
    except BusinessError as error:
        refused = HoldRefused(asked.ref_id, error.code, error.message)
        if await hold_rows.remember_refusal(unit.session, refused):
            unit.record(hold_refused(refused, asked.wallet_id, asked.owner_id))
        return refused
    hold = await hold_rows.add(
        unit.session,
        new_id("hold"),
        asked.ref_id,
        asked.wallet_id,
        (asked.amount.amount, asked.amount.currency),
        asked.expires_at,
    )
    unit.record(hold_changed(hold))
    return hold


async def capture(unit: UnitOfWork, ref_id: str, amount: int | None = None) -> Hold:
    """Take the held money, or `amount` minor units of it: the rest is free again.

    Raises:
        HoldResolved, HoldUnknown: there is nothing to capture.
        BusinessError: INVALID for nothing, or more than is held.
    """
    hold = _active(await lock(unit, [ref_id]), ref_id)
    taken = hold.amount if amount is None else amount
    if not 0 < taken <= hold.amount:
        raise BusinessError(Code.INVALID, "Between nothing and what is held is captured.")
    return await _capture(unit, hold, taken)


async def release(unit: UnitOfWork, ref_id: str) -> Hold:
    """Free the held money.

    Raises:
        HoldResolved, HoldUnknown: there is nothing to release.
    """
    return await _free(unit, _active(await lock(unit, [ref_id]), ref_id), HoldState.RELEASED)


async def settle(unit: UnitOfWork, capturing: Sequence[str], releasing: Sequence[str]) -> None:
    """Capture some holds whole and release others; those that are resolved stay as they are."""
    for hold in await lock(unit, [*capturing, *releasing]):
        if hold.state is not HoldState.ACTIVE:
            continue
        if hold.ref_id in capturing:
            await _capture(unit, hold, hold.amount)
        else:
            await _free(unit, hold, HoldState.RELEASED)


async def expire(database: Database, limit: int = 50) -> int:
    """Free the money of holds whose time is up; gives how many.

    Safe to run in many processes, and to be killed anywhere: what is left, the next run finds.
    """

    async def work(unit: UnitOfWork) -> int:
        refs = [hold.ref_id for hold in await hold_rows.due(unit.session, limit)]
        active = [hold for hold in await lock(unit, refs) if hold.state is HoldState.ACTIVE]
        for hold in active:
            await _free(unit, hold, HoldState.EXPIRED)
        return len(active)

    return await transact(database, work)


async def lock(unit: UnitOfWork, refs: Sequence[str]) -> list[Hold]:
    """The holds for these, as they are now that nobody else can change them."""
    if not refs:
        return []
    found = await hold_rows.by_refs(unit.session, refs)
    await repository.lock_accounts(unit.session, [hold.account_id for hold in found])
    return await hold_rows.by_refs(unit.session, refs)


async def _known(unit: UnitOfWork, asked: HoldRequest) -> Hold | HoldRefused | None:
    for hold in await hold_rows.by_refs(unit.session, [asked.ref_id]):
        if (hold.account_id, hold.money) != (asked.wallet_id, asked.amount):
            raise HoldDiffers(asked.ref_id)
        return hold
    return await hold_rows.refusal(unit.session, asked.ref_id)


def _check(account: Account | None, asked: HoldRequest) -> None:
    if account is None or account.owner_id != asked.owner_id:
        raise not_found("walletId")
    if account.currency != asked.amount.currency:
        raise currency_mismatch(account.currency)
    if asked.amount.amount <= 0:
        raise BusinessError(Code.INVALID, "The amount is more than zero.", ["amount"])
    if asked.amount > account.available:
        raise insufficient_funds(account.available)


def _active(found: Sequence[Hold], ref_id: str) -> Hold:
    if not found:
        raise HoldUnknown(ref_id)
    if found[0].state is not HoldState.ACTIVE:
        raise HoldResolved(f"{ref_id} is {found[0].state}")
    return found[0]


async def _capture(unit: UnitOfWork, hold: Hold, amount: int) -> Hold:
    whole = amount == hold.amount
    state = HoldState.CAPTURED if whole else HoldState.PARTIALLY_CAPTURED
    resolved = await hold_rows.resolve(unit.session, hold.id, state, amount)
    system = Outside.SALES.account_id(hold.currency)
    await repository.open_account(unit.session, system, None, AccountKind.SYSTEM, hold.currency)
    # As it is now that the hold is gone.
    account = (await repository.lock_accounts(unit.session, [hold.account_id]))[hold.account_id]
    movement = Movement(
        source=account,
        target=Outside.SALES,
        amount=Money(amount, hold.currency),
        reason=EntryReason.HOLD_CAPTURE,
        ref_id=hold.ref_id,
    )
    await post(unit, movement)
    unit.record(hold_changed(resolved))
    return resolved


async def _free(unit: UnitOfWork, hold: Hold, state: HoldState) -> Hold:
    resolved = await hold_rows.resolve(unit.session, hold.id, state, 0)
    unit.record(hold_changed(resolved))
    return resolved
