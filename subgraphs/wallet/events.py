"""What the wallet says on its topic, keyed by the wallet's id.

`fc.wallet.entry.v1` backs `Subscription.walletEntries`. For that, its event carries ids only: the
gateway reads entry and wallet as the subscriber, so that only the owner sees them. `posting` is for
other consumers.
"""

from subgraphs.shared.events import Event
from subgraphs.shared.instants import instant_text
from subgraphs.shared.money import Money
from subgraphs.wallet.models import Account, Entry

TOPIC = "fc.wallet.entry.v1"
ENTRY_POSTED = "fc.wallet.entry.posted.v1"


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
