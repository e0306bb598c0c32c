"""The types of gifts, made from the models."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.livestream.models import Gift, GiftSending, GiftState
from subgraphs.livestream.types import Info, UserError
from subgraphs.shared.fields import resolved
from subgraphs.shared.money_types import MoneyType

strawberry.enum(GiftState, description="Where a gift is.")


@strawberry.type(name="Gift", description="Something that viewers give hosts.")
class GiftType:
    """A gift of the catalogue."""

    id: strawberry.ID = strawberry.field(description="The gift's id.")
    name: str = strawberry.field(description="What it is called.")
    price: MoneyType = strawberry.field(description="What one costs.")
    icon_url: str | None = strawberry.field(description="A picture of it.")

    @classmethod
    def of(cls, gift: Gift) -> Self:
        return cls(
            id=strawberry.ID(gift.id),
            name=gift.name,
            price=MoneyType.of(gift.price),
            icon_url=gift.icon_url,
        )


@strawberry.federation.type(
    name="GiftSending",
    keys=["id"],
    description="A gift on its way to a host. Only who sends it sees it.",
)
class GiftSendingType:
    """A gift that the viewer has sent; whoever else asks for it finds nothing."""

    gift_id: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="The sending's id.")
    count: int = strawberry.field(description="How many of the gift.")
    total: MoneyType = strawberry.field(description="What they cost together.")
    state: GiftState = strawberry.field(
        description="PENDING until the wallet has paid; SENT gifts are in the stream."
    )
    refusal: str | None = strawberry.field(
        description=(
            "Why it was REFUSED, a code of the wallet's: INSUFFICIENT_FUNDS, CURRENCY_MISMATCH, "
            "LIMIT_EXCEEDED, or NOT_FOUND where the wallet is not the sender's."
        )
    )
    sent_at: datetime = strawberry.field(description="When it was asked for.")

    @resolved("What it is.")
    async def gift(self, info: Info) -> GiftType:
        gift = await info.context.loaders.gifts.load(self.gift_id)
        if gift is None:
            raise LookupError(self.gift_id)  # a foreign key rules it out
        return GiftType.of(gift)

    @classmethod
    def of(cls, sending: GiftSending) -> Self:
        return cls(
            id=strawberry.ID(sending.id),
            gift_id=sending.gift_id,
            count=sending.count,
            total=MoneyType.of(sending.total),
            state=sending.state,
            refusal=sending.refusal,
            sent_at=sending.sent_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        sending = await info.context.loaders.gift_sendings.load(id)
        return cls.of(sending) if sending else None


@strawberry.type(description="A gift on its way is paid, or will not be.")
class GiftProgress:
    """Events of topic `fc.livestream.gift.v1`."""

    gift_sending: GiftSendingType = strawberry.field(description="The gift as it is now.")
    state: GiftState = strawberry.field(description="The state it came into.")


@strawberry.input(description="A gift to send.")
class GiftSendInput:
    """See `gifts.SendGift`."""

    stream_id: strawberry.ID = strawberry.field(description="The stream, on air.")
    gift_id: strawberry.ID = strawberry.field(description="A gift of the catalogue.")
    wallet_id: strawberry.ID = strawberry.field(
        description="The viewer's wallet that pays, in the currency of the gift's price."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, new for each intent: sent twice, it happens once."
    )
    count: int = strawberry.field(default=1, description="How many of it, 1 to 99.")


@strawberry.type(description="A gift that was sent on its way.")
class GiftPayload:
    """Of `giftSend`."""

    gift_sending: GiftSendingType | None = strawberry.field(
        description="The gift, as it is now; follow it by `giftProgress`."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty on success."
    )
    idempotent_replay: bool = strawberry.field(description="Whether the key was used before.")
