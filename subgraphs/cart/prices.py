"""Follows the catalog's prices into tables of the cart's own: it never waits for the catalog."""

from subgraphs.cart import repository
from subgraphs.shared.consumer import Received, Subscription
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork

TOPIC = "fc.catalog.price.v1"


async def take_over(unit: UnitOfWork, event: Received) -> None:
    """Write what an event of the catalog says of one variant."""
    amounts = {
        price["channel"]: Money(price["amount"], price["currency"])
        for price in event.data["prices"]
    }
    await repository.write_prices(
        unit.session,
        event.data["variantId"],
        product_id=event.data["productId"],
        on_sale=event.data["status"] == "ACTIVE",
        amounts=amounts,
    )


PRICES = Subscription(
    name="prices",
    topics={"catalog": (TOPIC,)},
    handler=take_over,
    reset=repository.forget_prices,
)
