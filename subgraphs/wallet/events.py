"""What the wallet says.

`fc.wallet.entry.v1`, keyed by the wallet's id, backs `Subscription.walletEntries`. For that, its
event carries ids only: the gateway reads entry and wallet as the subscriber, so that only the owner
sees them. `posting` is for other consumers.

`fc.wallet.hold.v1` is for the subgraphs that asked for holds, keyed by what a hold is for: they
hear of each from its placing to its end in order. `fc.wallet.payment.v1` is the same for payments.
"""

from typing import assert_never

from subgraphs.shared.events import Event
from subgraphs.shared.instants import instant_text
from subgraphs.shared.money import Money
from subgraphs.shared.topics import FOR_EVER, Topic
from subgraphs.wallet.models import (
    Account,
    Entry,
    Hold,
    HoldRefused,
    HoldState,
    PaymentMade,
    PaymentRefused,
)

TOPIC = "fc.wallet.entry.v1"
ENTRY_POSTED = "fc.wallet.entry.posted.v1"
HOLD_TOPIC = "fc.wallet.hold.v1"
HOLD_PLACED = "fc.wallet.hold.placed.v1"
HOLD_REFUSED = "fc.wallet.hold.refused.v1"
HOLD_CAPTURED = "fc.wallet.hold.captured.v1"
HOLD_RELEASED = "fc.wallet.hold.released.v1"
HOLD_EXPIRED = "fc.wallet.hold.expired.v1"
PAYMENT_TOPIC = "fc.wallet.payment.v1"
PAYMENT_MADE = "fc.wallet.payment.made.v1"
PAYMENT_REFUSED = "fc.wallet.payment.refused.v1"

TOPICS = (
    Topic(
        name=TOPIC,
        key="the wallet's id",
        types=(ENTRY_POSTED,),
        retention=FOR_EVER,
    ),
    Topic(
        name=HOLD_TOPIC,
        key="what the hold is for",
        types=(
            HOLD_PLACED,
            HOLD_REFUSED,
            HOLD_CAPTURED,
            HOLD_RELEASED,
            HOLD_EXPIRED,
        ),
        retention=FOR_EVER,
    ),
    Topic(
        name=PAYMENT_TOPIC,
        key="what is paid for",
        types=(PAYMENT_MADE, PAYMENT_REFUSED),
        retention=FOR_EVER,
    ),
)


def entry_posted(account: Account, entry: Entry) -> Event:
    """An entry on a customer's account."""
    return Event(
        type=ENTRY_POSTED,
        topic=TOPIC,
        key=account.id,
        data={
            "entry": {"id": entry.id},
            "wallet": {"id": account.id},
            "posting": {
                "ownerId": account.owner_id,
                "kind": account.kind.value,
                "transferId": entry.transfer_id,
                "amount": Money(entry.amount, entry.currency).payload(),
                "balanceAfter": Money(entry.balance_after, entry.currency).payload(),
                "reason": entry.reason.value,
                "refId": entry.ref_id,
                "postedAt": instant_text(entry.posted_at),
            },
        },
    )


def hold_changed(hold: Hold) -> Event:
    """A hold was placed or resolved."""
    data = {
        "holdId": hold.id,
        "refId": hold.ref_id,
        "walletId": hold.account_id,
        "state": hold.state.value,
        "amount": hold.money.payload(),
        "captured": Money(hold.captured, hold.currency).payload(),
        "expiresAt": instant_text(hold.expires_at) if hold.expires_at else None,
    }
    return Event(type=_type_of(hold.state), topic=HOLD_TOPIC, key=hold.ref_id, data=data)


def hold_refused(refused: HoldRefused, wallet_id: str, owner_id: str) -> Event:
    """No hold was placed, and none will be for the same."""
    data = {
        "refId": refused.ref_id,
        "walletId": wallet_id,
        "ownerId": owner_id,
        "code": refused.code,
        "message": refused.message,
    }
    return Event(type=HOLD_REFUSED, topic=HOLD_TOPIC, key=refused.ref_id, data=data)


def payment_made(made: PaymentMade, payer_id: str, recipient_id: str) -> Event:
    """Money went from one wallet to another."""
    data = {
        "refId": made.ref_id,
        "transferId": made.transfer_id,
        "walletId": made.wallet_id,
        "ownerId": payer_id,
        "recipientWalletId": made.recipient_wallet_id,
        "recipientId": recipient_id,
        "amount": made.amount.payload(),
    }
    return Event(type=PAYMENT_MADE, topic=PAYMENT_TOPIC, key=made.ref_id, data=data)


def payment_refused(refused: PaymentRefused, wallet_id: str, owner_id: str) -> Event:
    """Nothing was paid, and nothing will be for the same."""
    data = {
        "refId": refused.ref_id,
        "walletId": wallet_id,
        "ownerId": owner_id,
        "code": refused.code,
        "message": refused.message,
    }
    return Event(type=PAYMENT_REFUSED, topic=PAYMENT_TOPIC, key=refused.ref_id, data=data)


def _type_of(state: HoldState) -> str:
    match state:
        case HoldState.ACTIVE:
            return HOLD_PLACED
        case HoldState.CAPTURED | HoldState.PARTIALLY_CAPTURED:
            return HOLD_CAPTURED
        case HoldState.RELEASED:
            return HOLD_RELEASED
        case HoldState.EXPIRED:
            return HOLD_EXPIRED
        case _:
            assert_never(state)
