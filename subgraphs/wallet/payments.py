"""Payments: money goes from one customer's wallet to another's for something, once.

Other subgraphs ask for them by events, in their customers' names; the wallet answers by an event in
the transaction that moved the money, or that remembers why it did not. See `settlements`.
"""

from datetime import datetime

import msgspec

from subgraphs.shared.errors import BusinessError
from subgraphs.shared.instants import now
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork
from subgraphs.wallet import payment_rows, repository
from subgraphs.wallet.errors import Code, currency_mismatch, not_found
from subgraphs.wallet.events import payment_made, payment_refused
from subgraphs.wallet.ledger import Movement, post
from subgraphs.wallet.limits import limits_of, month_of
from subgraphs.wallet.models import (
    Account,
    EntryReason,
    PaymentMade,
    PaymentRefused,
    WalletKind,
)
from subgraphs.wallet.service import open_wallet


class PaymentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Money to move; `ref_id` is what for, and there is one payment for each.

    `owner_id` is who pays, and must own the wallet. It goes to the recipient's cash wallet in the
    amount's currency, which is opened if there is none.
    """

    ref_id: str
    wallet_id: str
    owner_id: str
    recipient_id: str
    amount: Money


class PaymentDiffers(Exception):
    """There is a payment for that, of another wallet or amount."""


async def pay(
    unit: UnitOfWork, asked: PaymentRequest, at: datetime | None = None
) -> PaymentMade | PaymentRefused:
    """Move the amount, if the wallet is the owner's and has it.

    Asking again has no effect and gets the same answer, a refusal too. `at` decides which month's
    limit counts.

    Raises:
        PaymentDiffers: a payment for the same was made from another wallet or of another amount.
    """
    refused: BusinessError
    try:
        return await _move(unit, asked, at or now())
    except BusinessError as error:
        refused = error
    told = PaymentRefused(asked.ref_id, refused.code, refused.message)
    if await payment_rows.remember_refusal(unit.session, told):
        unit.record(payment_refused(told, asked.wallet_id, asked.owner_id))
    return told


async def _move(
    unit: UnitOfWork, asked: PaymentRequest, at: datetime
) -> PaymentMade | PaymentRefused:
    mine = await repository.accounts_of(unit.session, asked.owner_id, [asked.wallet_id])
    if not mine:
        raise not_found("walletId")
    currency = asked.amount.currency
    if mine[0].currency != currency:
        raise currency_mismatch(mine[0].currency)
    # Opened before anything is locked, so that all lock in the order of ids.
    target_id = await open_wallet(unit, asked.recipient_id, WalletKind.CASH, currency)
    locked = await repository.lock_accounts(unit.session, [asked.wallet_id, target_id])
    known = await _known(unit, asked)
    if known is not None:
        return known
    source, target = locked[asked.wallet_id], locked[target_id]
    await _check(unit, asked, source, target, at)
    movement = Movement(
        source=source,
        target=target,
        amount=asked.amount,
        reason=EntryReason.GIFT,
        ref_id=asked.ref_id,
    )
    posted = await post(unit, movement)
    made = PaymentMade(
        ref_id=asked.ref_id,
        transfer_id=posted.transfer_id,
        wallet_id=source.id,
        recipient_wallet_id=target.id,
        amount=asked.amount,
    )
    unit.record(payment_made(made, asked.owner_id, asked.recipient_id))
    return made


async def _known(unit: UnitOfWork, asked: PaymentRequest) -> PaymentMade | PaymentRefused | None:
    """What came of it when it was asked before; read under the wallet's lock."""
    made = await payment_rows.by_ref(unit.session, asked.ref_id)
    if made is None:
        return await payment_rows.refusal(unit.session, asked.ref_id)
    if (made.wallet_id, made.amount) != (asked.wallet_id, asked.amount):
        raise PaymentDiffers(asked.ref_id)
    return made


async def _check(
    unit: UnitOfWork, asked: PaymentRequest, source: Account, target: Account, at: datetime
) -> None:
    if source.id == target.id:
        raise BusinessError(Code.INVALID, "That is the same wallet.", ["walletId"])
    if asked.amount.amount <= 0:
        raise BusinessError(Code.INVALID, "The amount is more than zero.", ["amount"])
    sent = await repository.sent_since(unit.session, [source.id], month_of(at))
    limits = limits_of(source.currency)
    limits.check_out(Money(sent.get(source.id, 0), source.currency), asked.amount)
