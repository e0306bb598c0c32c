"""The roots of the cart: who may ask what, and which use case answers."""

from collections.abc import AsyncIterator

import strawberry

from subgraphs.cart import models
from subgraphs.cart.events import TOPIC
from subgraphs.cart.payloads import (
    CartCreateInput,
    CartLinesAddInput,
    CartLinesUpdateInput,
    CartPayload,
)
from subgraphs.cart.service import Carts, NewCart
from subgraphs.cart.types import Cart, CartUpdate, Customer, Info, InputError
from subgraphs.shared.directives import EventStreamClass, event_stream, served_by_gateway
from subgraphs.shared.fields import resolved, subscribed
from subgraphs.shared.schema import build_schema


@strawberry.type(description="Reads of carts.")
class Query:
    @resolved("A cart: one's own, or an unclaimed one whose id one knows.", tags=["public"])
    async def cart(self, info: Info, id: strawberry.ID) -> Cart | None:  # noqa: A002
        cart = await info.context.loaders.cart.load(id)
        return Cart.of(cart) if cart else None


@strawberry.type(description="Changes to carts.")
class Mutation:
    @resolved("Make a cart.", tags=["public"])
    async def cart_create(self, info: Info, input: CartCreateInput) -> CartPayload:  # noqa: A002
        async def create() -> models.Cart:
            lines = tuple(line.value() for line in input.lines or [])
            asked = NewCart(channel=input.channel, lines=lines)
            return (await _carts(info).create(asked, input.idempotency_key)).result

        return await CartPayload.of(create())

    @resolved("Add lines; the same variant from the same source grows.", tags=["public"])
    async def cart_lines_add(self, info: Info, input: CartLinesAddInput) -> CartPayload:  # noqa: A002
        new = [line.value() for line in input.lines]
        return await CartPayload.of(_carts(info).add(input.cart_id, new))

    @resolved("Set quantities of lines, at today's prices.", tags=["public"])
    async def cart_lines_update(self, info: Info, input: CartLinesUpdateInput) -> CartPayload:  # noqa: A002
        wanted = [line.value() for line in input.lines]
        changed = _carts(info).set_quantities(input.cart_id, wanted, input.expected_version)
        return await CartPayload.of(changed)

    @resolved("Remove lines; those gone already are no error.", tags=["public"])
    async def cart_lines_remove(
        self, info: Info, cart_id: strawberry.ID, line_ids: list[strawberry.ID]
    ) -> CartPayload:
        return await CartPayload.of(_carts(info).remove(cart_id, line_ids))

    @resolved("Make an unclaimed cart the viewer's.", tags=["public"], authenticated=True)
    async def cart_claim(self, info: Info, cart_id: strawberry.ID) -> CartPayload:
        viewer = info.context.require_viewer()
        return await CartPayload.of(_carts(info).claim(cart_id, viewer))


@strawberry.type(description="Carts as they change.")
class Subscription:
    @subscribed(
        "A cart, whenever it has changed.",
        tags=["public"],
        directives=[event_stream(TOPIC, "cartId", EventStreamClass.STATE)],
    )
    async def cart_updated(self, cart_id: strawberry.ID) -> AsyncIterator[CartUpdate]:
        async for event in served_by_gateway(CartUpdate):
            yield event


schema = build_schema(Query, Mutation, Subscription, types=[Customer, InputError])


def _carts(info: Info) -> Carts:
    context = info.context
    # Mutations of one operation come one after the other, each with its answer.
    context.loaders.forget()
    return Carts(context.database, context.viewer, context.origin)
