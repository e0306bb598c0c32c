"""The types of `streamEvents`: declared here, made from events by the gateway."""

from datetime import datetime

import strawberry

from subgraphs.livestream.events import StreamEventType
from subgraphs.livestream.gift_types import GiftType
from subgraphs.livestream.models import StreamState
from subgraphs.livestream.types import ChatMessageType, Customer, StreamPin, StreamType
from subgraphs.shared.scalars import EventCursor


@strawberry.interface(description="Something that happened in a stream.")
class StreamEvent:
    """One event of topic `fc.livestream.event.v1`."""

    event_id: strawberry.ID = strawberry.field(description="Unique: drop what you have seen.")
    type: StreamEventType = strawberry.field(description="What happened.")
    sequence: int = strawberry.field(description="Place in the stream's events, from 1, no gaps.")
    at: datetime = strawberry.field(description="When it happened.")
    stream_id: strawberry.ID = strawberry.field(description="In which stream.")
    cursor: EventCursor = strawberry.field(description="Give it as `after` to go on from here.")


@strawberry.type(description="A stream was announced, went on air or off air.")
class StreamLifecycleEvent(StreamEvent):
    """SCHEDULED, STARTED, ENDED."""

    state: StreamState = strawberry.field(description="The state it came into.")


@strawberry.type(description="Other products are on the shelf.")
class ShelfChangedEvent(StreamEvent):
    """SHELF_CHANGED."""

    stream: StreamType = strawberry.field(description="The stream, to read its shelf.")


@strawberry.type(description="A product is held up, in place of the one before.")
class ProductPinnedEvent(StreamEvent):
    """PINNED."""

    pin: StreamPin = strawberry.field(description="What, and at which price.")


@strawberry.type(description="The product was taken down.")
class ProductUnpinnedEvent(StreamEvent):
    """UNPINNED."""

    pin_id: strawberry.ID = strawberry.field(description="The pin that no longer stands.")


@strawberry.type(description="A line was said, or removed.")
class ChatEvent(StreamEvent):
    """CHAT, CHAT_REMOVED."""

    message: ChatMessageType = strawberry.field(description="The line.")


@strawberry.type(description="Someone may not write for a while.")
class ChatMutedEvent(StreamEvent):
    """CHAT_MUTED."""

    customer: Customer = strawberry.field(description="Who.")
    until: datetime = strawberry.field(description="Until when.")


@strawberry.type(description="Coupons can be claimed, first come, first served.")
class CouponDropEvent(StreamEvent):
    """COUPON_DROP."""

    drop_id: strawberry.ID = strawberry.field(description="Claim with `streamCouponClaim`.")
    title: str = strawberry.field(description="What they are.")
    percent: int = strawberry.field(description="How much they take off.")
    quantity: int = strawberry.field(description="How many there are.")
    ends_at: datetime = strawberry.field(description="Until when they can be claimed.")


@strawberry.type(description="A viewer gave the host something, and paid for it.")
class GiftEvent(StreamEvent):
    """GIFT."""

    from_: Customer = strawberry.field(name="from", description="Who gave it.")
    gift: GiftType = strawberry.field(description="What it is.")
    count: int = strawberry.field(description="How many of it.")


@strawberry.type(description="The numbers of a stream, as they changed.")
class StreamStateUpdate:
    """Of topic `fc.livestream.presence.v1`."""

    stream: StreamType = strawberry.field(description="The stream as it is now.")
    viewer_count: int = strawberry.field(description="How many watch it, each counted once.")
    like_count: int = strawberry.field(description="How often it was liked.")
    version: int = strawberry.field(description="The higher, the newer.")


EVENT_TYPES = (
    GiftEvent,
    StreamLifecycleEvent,
    ShelfChangedEvent,
    ProductPinnedEvent,
    ProductUnpinnedEvent,
    ChatEvent,
    ChatMutedEvent,
    CouponDropEvent,
)
