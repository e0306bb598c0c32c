"""Demo carts: personas and some customers have begun to shop. Again changes nothing."""

import asyncio
import random

from subgraphs.cart import repository
from subgraphs.cart.models import LineSource, LineSourceKind
from subgraphs.cart.prices import PRICES
from subgraphs.cart.service import Carts, NewCart, NewLine
from subgraphs.shared.consumer import Consumer
from subgraphs.shared.database import Database
from subgraphs.shared.demo import (
    CHANNELS,
    CUSTOMERS,
    PERSONAS,
    PRODUCTS,
    customer_id,
    demo_id,
    variant_id,
)
from subgraphs.shared.idempotency import was_used
from subgraphs.shared.identity import Viewer

_PATIENCE = 60.0
_SHOPPERS = (*range(1, len(PERSONAS) + 1), *range(10, CUSTOMERS + 1, 5))
_LAST = f"seed:cart:{_SHOPPERS[-1]}"


async def seed(database: Database) -> None:
    """Make the carts, once the catalog's prices have arrived.

    Raises:
        TimeoutError: for a minute none has come: the catalog is not seeded.
    """
    if await was_used(database, _LAST):
        return
    async with asyncio.timeout(_PATIENCE) as patience, asyncio.TaskGroup() as group:
        consumer = group.create_task(Consumer(database, PRICES).run())
        await until_priced(database, patience)
        consumer.cancel()
    chance = random.Random(20261122)  # noqa: S311 (the same each time)
    for customer in _SHOPPERS:
        await _shop(database, customer, chance)


async def until_priced(database: Database, patience: asyncio.Timeout) -> None:
    """Wait until the last of the demo's products has its prices: they arrive in order.

    A slow machine is waited for: whenever some have come, patience begins anew.
    """
    last, before = variant_id(PRODUCTS, 0), 0
    while True:
        async with database.session() as session:
            known = await repository.current_prices(session, CHANNELS[0].slug, [last])
            count = await repository.count_variants(session)
        if last in known:
            return
        if count > before:
            before = count
            patience.reschedule(asyncio.get_running_loop().time() + _PATIENCE)
        await asyncio.sleep(0.05)


async def _shop(database: Database, customer: int, chance: random.Random) -> None:
    channel = "in" if customer <= len(PERSONAS) else chance.choice(CHANNELS).slug
    pin = LineSource(LineSourceKind.STREAM_PIN, demo_id("strm", 1))
    products = chance.sample(range(1, PRODUCTS + 1), chance.randint(2, 4))
    lines = tuple(
        NewLine(variant_id(product, 0), chance.randint(1, 3), pin if place == 0 else None)
        for place, product in enumerate(products)
    )
    asked = NewCart(channel=channel, lines=lines)
    await Carts(database, Viewer(customer_id(customer))).create(asked, f"seed:cart:{customer}")
