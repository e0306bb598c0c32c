"""What livestream says on its topic: the types, and `data` in the shape of `StreamEvent`.

The topic backs `Subscription.streamEvents`, so every event on it is one of that interface's types:
the gateway serves `data` as it stands and fetches entities (`{"id"}`) by ordinary means.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from subgraphs.livestream.models import (
    ChatMessage,
    CouponDrop,
    Gift,
    GiftSending,
    Pin,
    Presence,
    StreamState,
)
from subgraphs.shared.instants import instant_text
from subgraphs.shared.topics import Topic

TOPIC = "fc.livestream.event.v1"

SCHEDULED = "fc.livestream.stream.scheduled.v1"
STARTED = "fc.livestream.stream.started.v1"
ENDED = "fc.livestream.stream.ended.v1"
SHELF_CHANGED = "fc.livestream.shelf.changed.v1"
PIN_SET = "fc.livestream.pin.set.v1"
PIN_CLEARED = "fc.livestream.pin.cleared.v1"
CHAT_POSTED = "fc.livestream.chat.posted.v1"
CHAT_REMOVED = "fc.livestream.chat.removed.v1"
CHAT_MUTED = "fc.livestream.chat.muted.v1"
COUPON_DROPPED = "fc.livestream.coupon.dropped.v1"

# Keyed by the drop's id, for other subgraphs: who claimed is not for all viewers.
COUPON_TOPIC = "fc.livestream.coupon.v1"
COUPON_CLAIMED = "fc.livestream.coupon.claimed.v1"

# States, keyed by the stream's id: the numbers under its picture.
PRESENCE_TOPIC = "fc.livestream.presence.v1"
VIEWERS_COUNTED = "fc.livestream.viewers.counted.v1"

GIFT_SENT = "fc.livestream.gift.sent.v1"
# Keyed by the sending's id, for the wallet and for who sends: the stream shows what is paid.
GIFT_TOPIC = "fc.livestream.gift.v1"
GIFT_ASKED = "fc.livestream.gift.asked.v1"
GIFT_PAID = "fc.livestream.gift.paid.v1"
GIFT_REFUSED = "fc.livestream.gift.refused.v1"

TOPICS = (
    Topic(
        name=TOPIC,
        key="the stream's id",
        types=(
            SCHEDULED,
            STARTED,
            ENDED,
            SHELF_CHANGED,
            PIN_SET,
            PIN_CLEARED,
            CHAT_POSTED,
            CHAT_REMOVED,
            CHAT_MUTED,
            COUPON_DROPPED,
            GIFT_SENT,
        ),
        retention=timedelta(days=7),
    ),
    Topic(
        name=COUPON_TOPIC,
        key="the drop's id",
        types=(COUPON_CLAIMED,),
        retention=timedelta(days=7),
    ),
    Topic(
        name=PRESENCE_TOPIC,
        key="the stream's id",
        types=(VIEWERS_COUNTED,),
        retention=timedelta(hours=1),
        compact=True,
    ),
    Topic(
        name=GIFT_TOPIC,
        key="the sending's id",
        types=(GIFT_ASKED, GIFT_PAID, GIFT_REFUSED),
        retention=timedelta(days=90),
    ),
)


class StreamEventType(StrEnum):
    """The kind of an event, as viewers filter by it."""

    SCHEDULED = "SCHEDULED"
    STARTED = "STARTED"
    ENDED = "ENDED"
    PINNED = "PINNED"
    UNPINNED = "UNPINNED"
    CHAT = "CHAT"
    CHAT_REMOVED = "CHAT_REMOVED"
    CHAT_MUTED = "CHAT_MUTED"
    SHELF_CHANGED = "SHELF_CHANGED"
    COUPON_DROP = "COUPON_DROP"
    GIFT = "GIFT"


_LIFECYCLE = {
    SCHEDULED: StreamEventType.SCHEDULED,
    STARTED: StreamEventType.STARTED,
    ENDED: StreamEventType.ENDED,
}


def lifecycle(type_: str, stream_id: str, state: StreamState) -> dict[str, Any]:
    """The stream has come into `state`; `type_` is SCHEDULED, STARTED or ENDED."""
    return {
        "__typename": "StreamLifecycleEvent",
        "type": _LIFECYCLE[type_],
        "streamId": stream_id,
        "state": state,
    }


def shelf_changed(stream_id: str) -> dict[str, Any]:
    """Other products are on offer: whoever shows the shelf reads it again."""
    return {
        "__typename": "ShelfChangedEvent",
        "type": StreamEventType.SHELF_CHANGED,
        "streamId": stream_id,
        "stream": {"id": stream_id},
    }


def pinned(pin: Pin) -> dict[str, Any]:
    """A product is up, in place of the one before it."""
    return {
        "__typename": "ProductPinnedEvent",
        "type": StreamEventType.PINNED,
        "streamId": pin.stream_id,
        "pin": {
            "id": pin.id,
            "sequence": pin.sequence,
            "product": {"id": pin.product_id},
            "variant": None if pin.variant_id is None else {"id": pin.variant_id},
            "offerPrice": None if pin.offer_price is None else pin.offer_price.payload(),
            "pinnedAt": instant_text(pin.pinned_at),
            "endsAt": None if pin.ends_at is None else instant_text(pin.ends_at),
        },
    }


def unpinned(stream_id: str, pin_id: str) -> dict[str, Any]:
    """The host took the product down."""
    return {
        "__typename": "ProductUnpinnedEvent",
        "type": StreamEventType.UNPINNED,
        "streamId": stream_id,
        "pinId": pin_id,
    }


def chat_posted(message: ChatMessage) -> dict[str, Any]:
    """A line was said."""
    return {
        "__typename": "ChatEvent",
        "type": StreamEventType.CHAT,
        "streamId": message.stream_id,
        "message": _message(message),
    }


def chat_removed(message: ChatMessage) -> dict[str, Any]:
    """A line lost its text; its sequence is still that of when it was said."""
    return {
        "__typename": "ChatEvent",
        "type": StreamEventType.CHAT_REMOVED,
        "streamId": message.stream_id,
        "message": _message(message),
    }


def chat_muted(stream_id: str, customer_id: str, until: datetime) -> dict[str, Any]:
    """Someone may not write until then."""
    return {
        "__typename": "ChatMutedEvent",
        "type": StreamEventType.CHAT_MUTED,
        "streamId": stream_id,
        "customer": {"id": customer_id},
        "until": instant_text(until),
    }


def coupon_dropped(drop: CouponDrop) -> dict[str, Any]:
    """Coupons can be claimed."""
    return {
        "__typename": "CouponDropEvent",
        "type": StreamEventType.COUPON_DROP,
        "streamId": drop.stream_id,
        "dropId": drop.id,
        "title": drop.title,
        "percent": drop.percent,
        "quantity": drop.quantity,
        "endsAt": instant_text(drop.ends_at),
    }


def coupon_claimed(drop: CouponDrop, customer_id: str) -> dict[str, Any]:
    """A customer has one of the coupons."""
    return {
        "dropId": drop.id,
        "streamId": drop.stream_id,
        "customerId": customer_id,
        "claimed": drop.claimed,
        "quantity": drop.quantity,
    }


def gift_sent(sending: GiftSending, gift: Gift) -> dict[str, Any]:
    """A gift was given to the host, and paid."""
    return {
        "__typename": "GiftEvent",
        "type": StreamEventType.GIFT,
        "streamId": sending.stream_id,
        "from": {"id": sending.customer_id},
        "gift": {
            "id": gift.id,
            "name": gift.name,
            "price": gift.price.payload(),
            "iconUrl": gift.icon_url,
        },
        "count": sending.count,
    }


def gift_asked(sending: GiftSending, host_id: str) -> dict[str, Any]:
    """A viewer wants to give a gift; `settlement` is what the wallet is to do."""
    payment = {
        "refId": sending.id,
        "walletId": sending.wallet_id,
        "ownerId": sending.customer_id,
        "recipientId": host_id,
        "amount": sending.total.payload(),
    }
    return gift_settled(sending, host_id) | {"settlement": {"pay": payment}}


def gift_settled(sending: GiftSending, host_id: str) -> dict[str, Any]:
    """Where a gift is now. Whoever follows it reads `giftSending` as who they are."""
    return {
        "giftSending": {"id": sending.id},
        "state": sending.state,
        "streamId": sending.stream_id,
        "hostId": host_id,
        "customerId": sending.customer_id,
        "giftId": sending.gift_id,
        "count": sending.count,
        "amount": sending.total.payload(),
        "refusal": sending.refusal,
    }


def viewers_counted(stream_id: str, presence: Presence, version: int) -> dict[str, Any]:
    """How many watch the stream, and how much it is liked; `version` is the event's sequence."""
    return {
        "stream": {"id": stream_id},
        "viewerCount": presence.viewers,
        "likeCount": presence.likes,
        "peakViewers": presence.peak_viewers,
        "version": version,
    }


def _message(message: ChatMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "author": {"id": message.author_id},
        "body": message.body,
        "at": instant_text(message.at),
        "sequence": message.sequence,
        "removed": message.removed,
    }
