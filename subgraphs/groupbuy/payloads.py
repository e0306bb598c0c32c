"""Inputs and payloads of the group-buying mutations."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Self

import strawberry

from subgraphs.groupbuy.models import Group
from subgraphs.groupbuy.offers import CreateOffer
from subgraphs.groupbuy.service import GroupPayment
from subgraphs.groupbuy.types import GroupBuy, GroupBuyOffer, InputError, UserError
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.idempotency import Outcome, RememberedRefusal
from subgraphs.shared.money_types import MoneyInput

_KEY = "Made by the client, new for each intent; sending it again has no further effect."


@strawberry.input(description="How a seat is paid.")
class GroupPaymentInput:
    """One of the two."""

    wallet_id: strawberry.ID | None = strawberry.field(
        default=None, description="A wallet of the viewer's; the seat is HELD until it has paid."
    )
    card_token: str | None = strawberry.field(
        default=None, description="A card; tok_visa is a test card."
    )

    def value(self) -> GroupPayment:
        """The value."""
        return GroupPayment(self.wallet_id, self.card_token)


@strawberry.input(description="A group to open.")
class GroupBuyOpenInput:
    """Arguments of `groupBuyOpen`."""

    offer_id: strawberry.ID = strawberry.field(description="The offer.")
    payment: GroupPaymentInput = strawberry.field(description="How the first seat is paid.")
    idempotency_key: str = strawberry.field(description=_KEY)
    quantity: int = strawberry.field(default=1, description="How many the viewer buys.")


@strawberry.input(description="A seat to take.")
class GroupBuyJoinInput:
    """Arguments of `groupBuyJoin`."""

    group_buy_id: strawberry.ID = strawberry.field(description="The group.")
    payment: GroupPaymentInput = strawberry.field(description="How the seat is paid.")
    idempotency_key: str = strawberry.field(description=_KEY)
    quantity: int = strawberry.field(default=1, description="How many the viewer buys.")


@strawberry.input(description="An offer to make.")
class GroupBuyOfferCreateInput:
    """See `offers.CreateOffer`."""

    variant_id: strawberry.ID = strawberry.field(description="What is sold.")
    size: int = strawberry.field(description="How many customers a group needs, 2 to 100.")
    group_price: MoneyInput = strawberry.field(
        description="The price in a group, each: less than the catalog's in that currency."
    )
    window_seconds: int = strawberry.field(
        description="How long a group stays open: a minute to 30 days."
    )
    quota: int = strawberry.field(description="How many groups may come about, 1 to 100000.")
    starts_at: datetime = strawberry.field(description="From when groups may be opened.")
    ends_at: datetime = strawberry.field(description="Until when; in the future.")
    idempotency_key: str = strawberry.field(description=_KEY)
    per_customer_limit: int | None = strawberry.field(
        default=None, description="How many one customer may buy; without it, any number."
    )

    def command(self) -> CreateOffer:
        """The command."""
        return CreateOffer(
            variant_id=self.variant_id,
            size=self.size,
            group_price=self.group_price.value(),
            window_seconds=self.window_seconds,
            quota=self.quota,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            per_customer_limit=self.per_customer_limit,
        )


@strawberry.type(description="What became of an offer.")
class GroupBuyOfferPayload:
    """Answer of `groupBuyOfferCreate`."""

    offer: GroupBuyOffer | None = strawberry.field(description="The offer.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done.")
    idempotent_replay: bool = strawberry.field(description="Whether the key was used before.")


@strawberry.type(description="What became of a group.")
class GroupBuyPayload:
    """Answer of the group-buying mutations."""

    group_buy: GroupBuy | None = strawberry.field(description="The group afterwards.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done.")
    idempotent_replay: bool = strawberry.field(description="Whether the key was used before.")

    @classmethod
    async def of(cls, pending: Awaitable[Outcome[Group]]) -> Self:
        """Await a use case; its refusal becomes a user error."""
        try:
            outcome = await pending
        except BusinessError as error:
            return cls(
                group_buy=None,
                user_errors=[InputError.of(error)],
                idempotent_replay=isinstance(error, RememberedRefusal),
            )
        return cls(
            group_buy=GroupBuy.of(outcome.result),
            user_errors=[],
            idempotent_replay=outcome.replayed,
        )
