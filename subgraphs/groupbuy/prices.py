"""Follows the catalog's prices into a table of group-buying's own: what a variant costs alone."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.consumer import Received, Subscription
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork

TOPIC = "fc.catalog.price.v1"


class Sold(NamedTuple):
    """A variant that is sold: its product, and its lowest price in a currency, if it has one."""

    product_id: str
    price: Money | None


async def take_over(unit: UnitOfWork, event: Received) -> None:
    """Write what an event of the catalog says of one variant; what is not sold has no price."""
    variant = event.data["variantId"]
    delete = text("delete from groupbuy.price where variant_id = :variant")
    await unit.session.execute(delete, {"variant": variant})
    if event.data["status"] != "ACTIVE":
        return
    insert = text("""
        insert into groupbuy.price (variant_id, channel, product_id, currency, amount)
        values (:variant, :channel, :product, :currency, :amount)""")
    for price in event.data["prices"]:
        values = {
            "variant": variant,
            "channel": price["channel"],
            "product": event.data["productId"],
            "currency": price["currency"],
            "amount": price["amount"],
        }
        await unit.session.execute(insert, values)


async def sold(session: AsyncSession, variant_id: str, currency: str) -> Sold | None:
    """What a variant costs alone; None if it is not sold anywhere."""
    query = text("""
        select min(product_id) as product_id,
               min(amount) filter (where currency = :currency) as amount
        from groupbuy.price where variant_id = :variant having count(*) > 0""")
    values = {"variant": variant_id, "currency": currency}
    row = (await session.execute(query, values)).one_or_none()
    if row is None:
        return None
    return Sold(row.product_id, None if row.amount is None else Money(row.amount, currency))


async def forget_prices(session: AsyncSession) -> None:
    """Empty the table, to be filled from all events anew."""
    await session.execute(text("delete from groupbuy.price"))


PRICES = Subscription(
    name="prices", topics={"catalog": (TOPIC,)}, handler=take_over, reset=forget_prices
)
