"""The types of the cart's graph, made from the models."""

from datetime import datetime
from typing import Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.cart import models
from subgraphs.cart.errors import Code
from subgraphs.cart.loaders import MAX_ACTIVE_CARTS, Loaders
from subgraphs.shared.context import Context
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.money_types import MoneyType
from subgraphs.shared.node import Node

Info = strawberry.Info[Context[Loaders], None]

strawberry.enum(models.LineSourceKind, description="What led to a line.")
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
    keys=[Key(fields=FieldSet("slug"), resolvable=False)], description="A market of the shop."
)
class Channel:
    slug: str = strawberry.field(description="The channel's name in addresses.")


@strawberry.type(description="Which live pin, post, group, scan or referral put a line here.")
class LineSource:
    kind: models.LineSourceKind = strawberry.field(description="What it was.")
    ref_id: strawberry.ID = strawberry.field(description="Which one it was.")


@strawberry.type(description="So many of a variant.")
class CartLine:
    id: strawberry.ID = strawberry.field(description="The line's id.")
    # Nullable, as all that belongs to the catalog: who has a line can always take it out.
    variant: ProductVariant | None = strawberry.field(
        description="What is bought; null if it is not to be had."
    )
    quantity: int = strawberry.field(description="How many.")
    unit_price: MoneyType = strawberry.field(
        description=(
            "The price of one: a pin's offer price while the pin that led to the line stands, the"
            " catalog's otherwise."
        )
    )
    catalog_price: MoneyType = strawberry.field(description="The price of one without an offer.")
    offer_ends_at: datetime | None = strawberry.field(
        description="When the pin's price ends; null without one, or if its end is not known yet."
    )
    line_total: MoneyType = strawberry.field(description="Unit price times quantity.")
    source: LineSource | None = strawberry.field(description="What led to it.")

    @classmethod
    def of(cls, line: models.Line) -> Self:
        source = None
        if line.source is not None:
            ref_id = strawberry.ID(line.source.ref_id)
            source = LineSource(kind=line.source.kind, ref_id=ref_id)
        return cls(
            id=strawberry.ID(line.id),
            variant=ProductVariant(id=strawberry.ID(line.variant_id)),
            quantity=line.quantity,
            unit_price=MoneyType.of(line.price),
            catalog_price=MoneyType.of(line.unit_price),
            offer_ends_at=line.offer.ends_at if line.offer else None,
            line_total=MoneyType.of(line.total),
            source=source,
        )


@strawberry.type(description="What the lines add up to, exact to the minor unit.")
class CartTotals:
    subtotal: MoneyType = strawberry.field(description="The sum of the lines.")
    total: MoneyType = strawberry.field(description="What is to be paid.")


@strawberry.federation.type(keys=["id"], description="What somebody is about to buy.")
class Cart(Node):
    cart: strawberry.Private[models.Cart]
    version: int = strawberry.field(description="Grows by one with each change.")
    channel: Channel = strawberry.field(description="Where it is bought.")
    customer: "Customer | None" = strawberry.field(description="Whose it is, once claimed.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it is forgotten, unless used.")

    @resolved("The lines, in the order in which they were added.")
    async def lines(self, info: Info) -> list[CartLine]:
        return [CartLine.of(line) for line in await info.context.loaders.lines.load(self.id)]

    @resolved("How many lines there are.")
    async def line_count(self, info: Info) -> int:
        return len(await info.context.loaders.lines.load(self.id))

    @resolved("What the lines add up to.")
    async def totals(self, info: Info) -> CartTotals:
        totals = models.totals(self.cart, await info.context.loaders.lines.load(self.id))
        return CartTotals(subtotal=MoneyType.of(totals.subtotal), total=MoneyType.of(totals.total))

    @classmethod
    def of(cls, cart: models.Cart) -> Self:
        customer = None
        if cart.customer_id is not None:
            customer = Customer(id=strawberry.ID(cart.customer_id))
        return cls(
            id=strawberry.ID(cart.id),
            cart=cart,
            version=cart.version,
            channel=Channel(slug=cart.channel),
            customer=customer,
            created_at=cart.created_at,
            expires_at=cart.expires_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        cart = await info.context.loaders.cart.load(id)
        return cls.of(cart) if cart else None


@strawberry.type(description="A cart has changed.")
class CartUpdate:
    cart: Cart = strawberry.field(description="The cart as it is now.")
    version: int = strawberry.field(description="The higher, the newer.")


@strawberry.federation.type(keys=["id"], description="A customer of the shop.")
class Customer:
    id: strawberry.ID = strawberry.field(description="The customer's id.")

    @resolved(
        f"The customer's carts, newest first, at most {MAX_ACTIVE_CARTS}; none for anybody else.",
        authenticated=True,
    )
    async def active_carts(self, info: Info) -> list[Cart]:
        info.context.require_viewer()
        carts = await info.context.loaders.carts_of.load(self.id)
        return [Cart.of(cart) for cart in carts]

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self:  # noqa: A002
        return cls(id=id)
