"""What mutations take and give back."""

from datetime import datetime

import strawberry

from subgraphs.livestream.types import ChatMessageType, StreamPin, StreamType, UserError
from subgraphs.shared.money_types import MoneyInput

_KEY = "Made by the client, new for each intent: with it, a mutation sent twice happens once."
_ERRORS = "Why nothing was done; empty on success."


@strawberry.input(description="A stream to announce.")
class StreamScheduleInput:
    """See `service.ScheduleStream`."""

    title: str = strawberry.field(description="1 to 120 characters.")
    scheduled_at: datetime = strawberry.field(description="When it is to begin.")
    product_ids: list[strawberry.ID] = strawberry.field(description="The shelf, in order.")
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A product for the shelf.")
class ShelfItemInput:
    """See `service.Offer`."""

    product_id: strawberry.ID = strawberry.field(description="The product.")
    offer_price: MoneyInput | None = strawberry.field(
        default=None, description="What it is pinned at; without it, at the catalog's price."
    )


@strawberry.input(description="The whole shelf of a stream.")
class StreamShelfSetInput:
    """See `service.SetShelf`."""

    stream_id: strawberry.ID = strawberry.field(description="The stream.")
    items: list[ShelfItemInput] = strawberry.field(description="Its shelf from now on, in order.")


@strawberry.input(description="A product of the shelf to hold up.")
class StreamPinInput:
    """See `service.PinProduct`."""

    stream_id: strawberry.ID = strawberry.field(description="The stream, on air.")
    product_id: strawberry.ID = strawberry.field(description="A product on its shelf.")
    variant_id: strawberry.ID | None = strawberry.field(
        default=None, description="One choice of the product."
    )
    offer_price: MoneyInput | None = strawberry.field(
        default=None, description="The price meanwhile; without it, the shelf's."
    )
    seconds: int | None = strawberry.field(
        default=None, description="How long, 5 to 3600; without it, until the next pin."
    )
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A line to say.")
class ChatSendInput:
    """See `chat.SendChat`."""

    stream_id: strawberry.ID = strawberry.field(description="The stream, on air.")
    body: str = strawberry.field(description="1 to 300 characters.")
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A message to remove, or a customer to mute: one of the two.")
class ChatModerateInput:
    """See `chat.RemoveMessage` and `chat.MuteCustomer`."""

    stream_id: strawberry.ID = strawberry.field(description="The host's own stream.")
    message_id: strawberry.ID | None = strawberry.field(
        default=None, description="The message to remove."
    )
    mute_customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who shall not write for `seconds`."
    )
    seconds: int | None = strawberry.field(
        default=None, description="How long to mute, 10 to 86400."
    )


@strawberry.input(description="Coupons to drop.")
class StreamCouponDropInput:
    """See `coupons.DropCoupons`."""

    stream_id: strawberry.ID = strawberry.field(description="The host's own stream, on air.")
    title: str = strawberry.field(description="1 to 120 characters.")
    percent: int = strawberry.field(description="How much a coupon takes off, 1 to 100.")
    quantity: int = strawberry.field(description="How many, 1 to 100000.")
    seconds: int = strawberry.field(description="How long they can be claimed, 5 to 3600.")
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.type(description="A stream after a mutation.")
class StreamPayload:
    """`stream` is null only if the mutation was refused."""

    stream: StreamType | None = strawberry.field(description="The stream as it is now.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="A stream after it went on air.")
class StreamStartPayload:
    """Apart from `StreamPayload`, for what a broadcaster needs besides."""

    stream: StreamType | None = strawberry.field(description="The stream as it is now.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)
    whip_url: str | None = strawberry.field(
        default=None,
        description="Where to publish its picture by WHIP (RFC 9725); null without live video.",
    )
    ingest_token: str | None = strawberry.field(
        default=None,
        description="The bearer token for that: to begin within an hour, for this stream alone.",
    )


@strawberry.type(description="A pin that was set or taken down.")
class PinPayload:
    """Of `streamPinProduct` and `streamUnpin`."""

    stream: StreamType | None = strawberry.field(description="The stream as it is now.")
    pin: StreamPin | None = strawberry.field(description="The pin that was set or taken down.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)
    idempotent_replay: bool = strawberry.field(
        description="Whether this had been done before, so that nothing was done now."
    )


@strawberry.type(description="A message that was sent or removed.")
class ChatPayload:
    """Of `chatSend` and `chatModerate`."""

    message: ChatMessageType | None = strawberry.field(
        description="The message; null after a refusal or a mute."
    )
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="A coupon that was claimed.")
class CouponClaimPayload:
    """Of `streamCouponClaim`."""

    code: str | None = strawberry.field(description="The coupon's code; null after a refusal.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)
    idempotent_replay: bool = strawberry.field(description="Whether the key was used before.")
