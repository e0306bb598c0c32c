"""Posting: moves money between two accounts, both sides at once, under locks.

What must hold is also held by the database: a transfer adds up to zero, a customer's account is
never overdrawn, entries never change.
"""

import msgspec

from subgraphs.shared.ids import new_id
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork
from subgraphs.wallet import repository
from subgraphs.wallet.errors import insufficient_funds
from subgraphs.wallet.events import entry_posted
from subgraphs.wallet.limits import limits_of
from subgraphs.wallet.models import Account, Entry, EntryReason, Outside


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be posted: a positive amount out of one account into another.

    Each side is a customer's account, locked in this unit of work, or the world outside.
    """

    source: Account | Outside
    target: Account | Outside
    amount: Money
    reason: EntryReason
    ref_id: str | None = None
    memo: str | None = None


class Posted(msgspec.Struct, frozen=True):
    """A transfer's id, and its entries on customers' accounts by the account's id."""

    transfer_id: str
    entries: dict[str, Entry]


async def post(unit: UnitOfWork, movement: Movement) -> Posted:
    """Write the transfer, move the balances, record an event for each customer's entry.

    Raises:
        BusinessError: INSUFFICIENT_FUNDS or LIMIT_EXCEEDED; nothing was written.
    """
    _check(movement)
    transfer_id = new_id("trf")
    currency, amount = movement.amount.currency, movement.amount.amount
    await repository.insert_transfer(
        unit.session, transfer_id, movement.reason, movement.ref_id, movement.memo
    )
    legs = [
        (new_id("went"), _account_id(movement.source, currency), currency, -amount),
        (new_id("went"), _account_id(movement.target, currency), currency, amount),
    ]
    await repository.insert_entries(unit.session, transfer_id, legs)
    found = await repository.entries_of_transfer(unit.session, transfer_id)
    entries = {entry.account_id: entry for entry in found}
    for side in (movement.source, movement.target):
        if isinstance(side, Account):
            unit.record(entry_posted(side, entries[side.id]))
    return Posted(transfer_id, entries)


def after(account: Account, entry: Entry) -> Account:
    """The account as the entry left it."""
    return msgspec.structs.replace(account, posted=entry.balance_after, version=entry.sequence)


def _check(movement: Movement) -> None:
    if isinstance(movement.source, Account) and movement.amount > movement.source.available:
        raise insufficient_funds(movement.source.available)
    if isinstance(movement.target, Account):
        limits = limits_of(movement.target.currency)
        limits.check_in(movement.target.posted_money, movement.amount)


def _account_id(side: Account | Outside, currency: str) -> str:
    match side:
        case Account():
            return side.id
        case Outside():
            return side.account_id(currency)
