"""What other subgraphs ask of wallets by events, and the wallet does in the order of their keys.

An event that concerns a payment has a `settlement`: a hold to place, holds to capture, holds to
release, or an amount to pay to another customer. The answer is told on `fc.wallet.hold.v1` and
`fc.wallet.payment.v1`.
"""

from datetime import datetime

import msgspec

from subgraphs.shared.consumer import Received, Subscription
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork
from subgraphs.wallet.holds import HoldRequest, place, settle
from subgraphs.wallet.payments import PaymentRequest, pay


class _Amount(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class _Hold(msgspec.Struct, frozen=True, rename="camel"):
    ref_id: str
    wallet_id: str
    owner_id: str
    amount: _Amount
    expires_at: datetime | None


class _Payment(msgspec.Struct, frozen=True, rename="camel"):
    ref_id: str
    wallet_id: str
    owner_id: str
    recipient_id: str
    amount: _Amount


class _Settlement(msgspec.Struct, frozen=True):
    hold: _Hold | None = None
    pay: _Payment | None = None
    capture: list[str] = []
    release: list[str] = []


class _Asked(msgspec.Struct, frozen=True):
    settlement: _Settlement | None = None


async def settle_asked(unit: UnitOfWork, event: Received) -> None:
    """Do what the event asks of wallets, if anything.

    Doing it again has no effect: a hold is placed once for its reference, and resolves once; a
    payment is made once for its own.
    """
    asked = msgspec.convert(event.data, _Asked).settlement
    if asked is None:
        return
    if asked.hold is not None:
        await place(unit, _request(asked.hold))
    if asked.pay is not None:
        await pay(unit, _payment(asked.pay))
    await settle(unit, asked.capture, asked.release)


SETTLEMENTS = Subscription(
    name="settlements",
    topics={
        "groupbuy": ("fc.groupbuy.event.v1",),
        "livestream": ("fc.livestream.gift.v1",),
    },
    handler=settle_asked,
)


def _request(hold: _Hold) -> HoldRequest:
    return HoldRequest(
        ref_id=hold.ref_id,
        wallet_id=hold.wallet_id,
        owner_id=hold.owner_id,
        amount=Money(hold.amount.amount, hold.amount.currency),
        expires_at=hold.expires_at,
    )


def _payment(asked: _Payment) -> PaymentRequest:
    return PaymentRequest(
        ref_id=asked.ref_id,
        wallet_id=asked.wallet_id,
        owner_id=asked.owner_id,
        recipient_id=asked.recipient_id,
        amount=Money(asked.amount.amount, asked.amount.currency),
    )
