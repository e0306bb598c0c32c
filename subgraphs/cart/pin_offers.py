"""Follows the pins of live streams: a line that a pin led to costs the pin's price while it stands.

A pin's window ends at its `endsAt`, when it is taken down, at the next pin of its stream, or with
the stream. Lines keep the catalog's price; whether an offer is in force is asked anew each time
they are read, so nothing has to be done when a window closes (P5).
"""

from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.consumer import Received, Subscription
from subgraphs.shared.unit_of_work import UnitOfWork

TOPIC = "fc.livestream.event.v1"


class _Id(msgspec.Struct, frozen=True):
    id: str


class _Price(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class _Pin(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    product: _Id
    variant: _Id | None
    offer_price: _Price | None
    pinned_at: datetime
    ends_at: datetime | None


async def take_over_pin(unit: UnitOfWork, event: Received) -> None:
    """Open and close offers as a stream's pins come and go; all else in it is passed over."""
    match event.type:
        case "fc.livestream.pin.set.v1":
            pin = msgspec.convert(event.data["pin"], _Pin)
            await _close(unit, event.key, pin.pinned_at, but=pin.id)
            if pin.offer_price is not None:
                await _open(unit, event.key, pin, pin.offer_price)
        case "fc.livestream.pin.cleared.v1" | "fc.livestream.stream.ended.v1":
            await _close(unit, event.key, event.time)
        case _:
            pass


async def forget_offers(session: AsyncSession) -> None:
    """Empty the table, to be filled from all events anew."""
    await session.execute(text("delete from cart.pin_offer"))


PIN_OFFERS = Subscription(
    name="pin_offers",
    topics={"livestream": (TOPIC,)},
    handler=take_over_pin,
    reset=forget_offers,
)


async def _open(unit: UnitOfWork, stream_id: str, pin: _Pin, price: _Price) -> None:
    statement = """
        insert into cart.pin_offer (pin_id, stream_id, product_id, variant_id, currency, amount,
            opens_at, closes_at)
        values (:pin, :stream, :product, :variant, :currency, :amount, :opens, :closes)
        on conflict do nothing"""
    values = {
        "pin": pin.id,
        "stream": stream_id,
        "product": pin.product.id,
        "variant": pin.variant.id if pin.variant else None,
        "currency": price.currency,
        "amount": price.amount,
        "opens": pin.pinned_at,
        "closes": pin.ends_at,
    }
    await unit.session.execute(text(statement), values)


async def _close(unit: UnitOfWork, stream_id: str, at: datetime, but: str = "") -> None:
    """Close what opened before; later pins stay, so that an event may come again."""
    statement = """
        update cart.pin_offer set closes_at = :at
        where stream_id = :stream and pin_id <> :but and opens_at <= :at
          and (closes_at is null or closes_at > :at)"""
    await unit.session.execute(text(statement), {"stream": stream_id, "at": at, "but": but})
