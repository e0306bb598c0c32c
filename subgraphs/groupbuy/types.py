"""The types of the group-buying graph, made from the models."""

from datetime import datetime
from typing import Any, Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.groupbuy import models
from subgraphs.groupbuy.errors import Code
from subgraphs.groupbuy.loaders import Loaders
from subgraphs.shared.connections import Connection, page_of, page_request
from subgraphs.shared.context import Context
from subgraphs.shared.directives import list_size
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.money_types import MoneyType
from subgraphs.shared.node import Node

Info = strawberry.Info[Context[Loaders], None]

strawberry.enum(models.GroupBuyState, description="Where a group is in its life.")
strawberry.enum(models.MemberState, description="Where a member's payment is.")
strawberry.enum(Code, name="UserErrorCode", description="Why a mutation was refused.")


@strawberry.interface(description="A rule that refused a mutation, which changed nothing.")
class UserError:
    code: Code = strawberry.field(description="For programs.")
    message: str = strawberry.field(description="For people.")
    field: list[str] | None = strawberry.field(description="Path of the input at fault.")


@strawberry.federation.type(shareable=True, description="An input that a rule refused.")
class InputError(UserError):
    @classmethod
    def of(cls, error: BusinessError) -> Self:
        return cls(code=Code(error.code), message=error.message, field=error.field)


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("id"), resolvable=False)], description="One choice of a product."
)
class ProductVariant:
    id: strawberry.ID = strawberry.field(description="The variant's id.")


@strawberry.federation.type(
    keys=["id"], description="A variant for less, for those who buy it together."
)
class GroupBuyOffer(Node):
    # Nullable, as all that belongs to the catalog: a group outlives its offer's variant.
    variant: ProductVariant | None = strawberry.field(
        description="What is bought; null if it is not to be had."
    )
    size: int = strawberry.field(description="How many customers a group needs.")
    group_price: MoneyType = strawberry.field(description="The price in a group, each.")
    solo_price: MoneyType = strawberry.field(description="The price alone.")
    window_seconds: int = strawberry.field(description="How long a group stays open.")
    starts_at: datetime = strawberry.field(description="When groups may be opened.")
    ends_at: datetime = strawberry.field(description="Until when groups may be opened.")
    quota: int = strawberry.field(description="How many groups may come about.")
    sold_groups: int = strawberry.field(description="How many have come about.")
    per_customer_limit: int | None = strawberry.field(
        description="How many one customer may buy; without it, any number."
    )

    @classmethod
    def of(cls, offer: models.Offer) -> Self:
        return cls(
            id=strawberry.ID(offer.id),
            variant=ProductVariant(id=strawberry.ID(offer.variant_id)),
            size=offer.size,
            group_price=MoneyType.of(offer.group_price),
            solo_price=MoneyType.of(offer.solo_price),
            window_seconds=offer.window_seconds,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            quota=offer.quota,
            sold_groups=offer.sold_groups,
            per_customer_limit=offer.per_customer_limit,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        offer = await info.context.loaders.offer.load(id)
        return cls.of(offer) if offer else None


@strawberry.type(description="A customer's seat in a group.")
class GroupBuyMember:
    customer: "Customer" = strawberry.field(description="Who has it.")
    seat: int = strawberry.field(description="Its number, from 1.")
    state: models.MemberState = strawberry.field(description="Where the payment is.")
    joined_at: datetime = strawberry.field(description="Since when.")
    refusal: str | None = strawberry.field(
        description=(
            "Why the wallet did not pay and the seat was RELEASED: a code such as"
            " INSUFFICIENT_FUNDS, or PAYMENT_TIMEOUT."
        )
    )

    @classmethod
    def of(cls, member: models.Member) -> Self:
        return cls(
            customer=Customer(id=strawberry.ID(member.customer_id)),
            seat=member.seat,
            state=member.state,
            joined_at=member.joined_at,
            refusal=member.refusal,
        )


@strawberry.federation.type(keys=["id"], description="Customers who buy an offer together.")
class GroupBuy(Node):
    offer_id: strawberry.Private[str]
    leader: "Customer" = strawberry.field(description="Who opened it.")
    state: models.GroupBuyState = strawberry.field(description="Where it is in its life.")
    share_code: str = strawberry.field(description="Invites others to it.")
    size: int = strawberry.field(description="How many seats it has.")
    paid_count: int = strawberry.field(description="How many seats are paid.")
    held_count: int = strawberry.field(description="How many seats await their payment.")
    seats_left: int = strawberry.field(description="How many seats can be taken.")
    opens_at: datetime | None = strawberry.field(description="When it was opened.")
    expires_at: datetime = strawberry.field(description="When its time is up.")
    filled_at: datetime | None = strawberry.field(description="When the last seat was paid.")
    version: int = strawberry.field(description="Grows by one with each change.")

    @resolved("What is bought.")
    async def offer(self, info: Info) -> GroupBuyOffer:
        offer = await info.context.loaders.offer.load(self.offer_id)
        if offer is None:
            raise LookupError(self.offer_id)  # a foreign key rules it out
        return GroupBuyOffer.of(offer)

    @resolved("Who has a seat, by seat.")
    async def members(self, info: Info) -> list[GroupBuyMember]:
        members = await info.context.loaders.members.load(self.id)
        return [GroupBuyMember.of(member) for member in members]

    @resolved("The viewer's seat, or the last that was not paid.", authenticated=True)
    async def viewer_membership(self, info: Info) -> GroupBuyMember | None:
        info.context.require_viewer()
        member = await info.context.loaders.membership.load(self.id)
        return GroupBuyMember.of(member) if member else None

    @classmethod
    def of(cls, group: models.Group) -> Self:
        return cls(
            id=strawberry.ID(group.id),
            offer_id=group.offer_id,
            leader=Customer(id=strawberry.ID(group.leader_id)),
            state=group.state,
            share_code=group.share_code,
            size=group.size,
            paid_count=group.paid_count,
            held_count=group.held_count,
            seats_left=group.seats_left,
            opens_at=group.opens_at,
            expires_at=group.expires_at,
            filled_at=group.filled_at,
            version=group.version,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        group = await info.context.loaders.group.load(id)
        return cls.of(group) if group else None


# An event holds the key. Time goes by without events, so what depends on it is asked for with each
# delivery: the newest event may be hours old.
@strawberry.federation.type(
    keys=["groupBuy { id } paidCount size state version"], description="How far a group is."
)
class GroupBuyProgress:
    group_id: strawberry.Private[str]
    paid_count: int = strawberry.field(description="How many seats were paid.")
    size: int = strawberry.field(description="How many seats it has.")
    state: models.GroupBuyState = strawberry.field(description="Where it was in its life.")
    version: int = strawberry.field(description="The higher, the newer.")

    @resolved("The group as it is now.")
    async def group_buy(self, info: Info) -> GroupBuy:
        group = await info.context.loaders.group.load(self.group_id)
        if group is None:
            raise LookupError(self.group_id)  # an event told of it, and no group is deleted
        return GroupBuy.of(group)

    @resolved(
        "Whole seconds until the group's time is up, counted when this is told; zero afterwards."
        " Time alone brings no event: count down from here, or to `groupBuy.expiresAt`."
    )
    async def seconds_left(self, info: Info) -> int:
        left = await info.context.loaders.seconds_left.load(self.group_id)
        if left is None:
            raise LookupError(self.group_id)
        return left

    @classmethod
    def resolve_reference(cls, **key: Any) -> Self:
        """Of an event's snapshot, which stays what it was."""
        return cls(
            group_id=key["groupBuy"]["id"],
            paid_count=key["paidCount"],
            size=key["size"],
            state=models.GroupBuyState(key["state"]),
            version=key["version"],
        )


@strawberry.federation.type(keys=["id"], description="Something the shop sells.")
class Product:
    id: strawberry.ID = strawberry.field(description="The product's id.")

    @resolved("Offers of it that are open now.")
    async def group_buy_offers(self, info: Info) -> list[GroupBuyOffer]:
        offers = await info.context.loaders.offers_of_product.load(self.id)
        return [GroupBuyOffer.of(offer) for offer in offers]

    @resolved(
        "Groups for it that can be joined, fewest seats left first.",
        directives=[list_size(of_items=True)],
    )
    async def open_groups(self, info: Info, first: int = 5) -> list[GroupBuy]:
        count = page_request(first).first
        groups = await info.context.loaders.open_groups.load((self.id, count))
        return [GroupBuy.of(group) for group in groups]

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self:  # noqa: A002
        return cls(id=id)


@strawberry.federation.type(keys=["id"], description="A customer of the shop.")
class Customer:
    id: strawberry.ID = strawberry.field(description="The customer's id.")

    @resolved(
        "Groups in which the customer has a seat, newest first; none for anybody else.",
        authenticated=True,
        directives=[list_size()],
    )
    async def group_buys(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[GroupBuy]:
        info.context.require_viewer()
        request = page_request(first, after)
        rows = await info.context.loaders.groups_of_customer.load((self.id, request))
        page = page_of(rows, request, _joined)
        return Connection[GroupBuy].of(page, lambda row: GroupBuy.of(row[1]))

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self:  # noqa: A002
        return cls(id=id)


def _joined(row: tuple[models.Member, models.Group]) -> tuple[datetime, str]:
    return row[0].joined_at, row[0].id
