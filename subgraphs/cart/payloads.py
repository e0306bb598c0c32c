"""Inputs and payloads of the cart's mutations."""

from collections.abc import Awaitable
from typing import Self

import strawberry

from subgraphs.cart import models
from subgraphs.cart.service import NewLine, Quantity
from subgraphs.cart.types import Cart, InputError, UserError
from subgraphs.shared.errors import BusinessError


@strawberry.input(description="What led to a line.")
class LineSourceInput:
    """A line's attribution."""

    kind: models.LineSourceKind = strawberry.field(description="What it was.")
    ref_id: strawberry.ID = strawberry.field(description="Which one it was.")


@strawberry.input(description="A line to add.")
class CartLineInput:
    """An item of `lines`."""

    variant_id: strawberry.ID = strawberry.field(description="What is bought.")
    quantity: int = strawberry.field(default=1, description="How many, 1 to 999.")
    source: LineSourceInput | None = strawberry.field(default=None, description="What led to it.")

    def value(self) -> NewLine:
        """The value."""
        source = None
        if self.source is not None:
            source = models.LineSource(self.source.kind, self.source.ref_id)
        return NewLine(self.variant_id, self.quantity, source)


@strawberry.input(description="A cart to make.")
class CartCreateInput:
    """Arguments of `cartCreate`."""

    channel: str = strawberry.field(description="Slug of the channel to buy in.")
    lines: list[CartLineInput] | None = strawberry.field(
        default=None, description="The first lines."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description=(
            "Made by the client, new for each cart; sending it again gives the same cart. Without "
            "a customer it has at least 16 characters that nobody can guess."
        ),
    )


@strawberry.input(description="Lines to add.")
class CartLinesAddInput:
    """Arguments of `cartLinesAdd`."""

    cart_id: strawberry.ID = strawberry.field(description="The cart.")
    lines: list[CartLineInput] = strawberry.field(description="What to add.")


@strawberry.input(description="A line's new quantity.")
class CartLineUpdateInput:
    """An item of `lines`."""

    line_id: strawberry.ID = strawberry.field(description="The line.")
    quantity: int = strawberry.field(description="How many; 0 removes the line.")

    def value(self) -> Quantity:
        """The value."""
        return Quantity(self.line_id, self.quantity)


@strawberry.input(description="Lines to change.")
class CartLinesUpdateInput:
    """Arguments of `cartLinesUpdate`."""

    cart_id: strawberry.ID = strawberry.field(description="The cart.")
    lines: list[CartLineUpdateInput] = strawberry.field(description="What to change.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse with CONFLICT if the cart is at another version."
    )


@strawberry.type(description="What became of a cart.")
class CartPayload:
    """Answer of the cart's mutations."""

    cart: Cart | None = strawberry.field(description="The cart afterwards.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done.")

    @classmethod
    async def of(cls, pending: Awaitable[models.Cart]) -> Self:
        """Await a use case; its refusal becomes a user error."""
        try:
            return cls(cart=Cart.of(await pending), user_errors=[])
        except BusinessError as error:
            return cls(cart=None, user_errors=[InputError.of(error)])
