"""Demo offers and groups, made through the use cases: doing it again changes nothing.

40 offers; 25 open groups, the first of which is one seat short and the second expires two minutes
after it was made; 6 called off and refunded. What a product costs alone comes from the catalog's
events, where the catalog has its demo data.
"""

import json
import random
from datetime import timedelta

from subgraphs.groupbuy.models import Offer
from subgraphs.groupbuy.repository import insert_offer
from subgraphs.groupbuy.service import GroupBuying, GroupPayment, Joining, Opening
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared import cards
from subgraphs.shared.database import Database
from subgraphs.shared.demo import (
    CHANNELS,
    CUSTOMERS,
    EPOCH,
    PERSONAS,
    PRODUCTS,
    customer_id,
    demo_id,
    product_id,
    variant_id,
)
from subgraphs.shared.event_log import Position, read_page
from subgraphs.shared.follower import connected
from subgraphs.shared.identity import Viewer
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork

OFFERS = 40
OPEN_GROUPS = 25
REFUNDED_GROUPS = 6
SHORT_LIVED = 2
"""The group, and the offer, whose time is up in two minutes."""
_CARD = GroupPayment(None, cards.GOOD)
_HOUR = 3600
_WINDOWS = (24 * _HOUR, 72 * _HOUR, 168 * _HOUR, 720 * _HOUR)
_PRICES = "fc.catalog.price.v1"
_SIZES = (3, 2, 5, 4, 10)


def offer_id(n: int) -> str:
    """Offer n, 1 to `OFFERS`; it is of every fifth product."""
    return demo_id("gbof", n)


def group_id(n: int) -> str:
    """Group n: 1 to `OPEN_GROUPS` are open (1 lacks one seat), the next were refunded."""
    return demo_id("grp", n)


async def seed(database: Database) -> None:
    """Make the offers, open the groups and seat some customers in them."""
    prices = await _catalog_prices(database)
    async with UnitOfWork(database) as unit:
        for n in range(1, OFFERS + 1):
            await insert_offer(unit.session, _offer(n, prices))
    chance = random.Random(20261122)  # noqa: S311 (the same each time)
    people = list(range(len(PERSONAS) + 1, CUSTOMERS + 1))
    for n in range(1, OPEN_GROUPS + REFUNDED_GROUPS + 1):
        size = _size(n)
        taken = {1: size - 1, SHORT_LIVED: 2}.get(n) or chance.randint(1, size - 1)
        await _group(database, n, chance.sample(people, taken))
    await sweep(database)


async def _group(database: Database, n: int, customers: list[int]) -> None:
    """Fill a group's seats; the last groups are called off by their leader."""
    leader, *others = (GroupBuying(database, Viewer(customer_id(c))) for c in customers)
    called_off = n > OPEN_GROUPS
    opening = Opening(
        offer_id=offer_id(n),
        quantity=1,
        payment=_CARD,
        group_id=group_id(n),
        share_code=f"DEM0{n:04}",
    )
    await leader.open(opening, f"seed:open:{n}")
    joining = Joining(group_id=group_id(n), quantity=1, payment=_CARD)
    for other in others:
        await other.join(joining, f"seed:join:{n}")
    if called_off:
        await leader.leave(group_id(n))


async def _catalog_prices(database: Database) -> dict[str, Money]:
    """Prices of variants in the first channel, by what the catalog has told; none if it has not."""
    prices: dict[str, Money] = {}
    position, more = Position(), True
    async with connected(database.url, "groupbuy.seed") as connection:
        if not await connection.fetchval("select to_regclass('catalog.outbox') is not null"):
            return {}
        while more:
            page = await read_page(connection, "catalog", position, (_PRICES,))
            for row in page.rows:
                for price in json.loads(row.event)["data"]["prices"]:
                    if price["channel"] == CHANNELS[0].slug:
                        prices[row.key] = Money(price["amount"], price["currency"])
            position, more = page.next, page.more
    return prices


def _size(n: int) -> int:
    return _SIZES[n % len(_SIZES)]


def _offer(n: int, prices: dict[str, Money]) -> Offer:
    product = n * PRODUCTS // OFFERS
    variant = variant_id(product, 0)
    solo = prices.get(variant) or Money((499 + product * 37 % 4500) * 100, CHANNELS[0].currency)
    return Offer(
        id=offer_id(n),
        product_id=product_id(product),
        variant_id=variant,
        size=_size(n),
        group_price=Money(solo.amount * (85 - n % 20) // 100, solo.currency),
        solo_price=solo,
        window_seconds=120 if n == SHORT_LIVED else _WINDOWS[n % len(_WINDOWS)],
        starts_at=EPOCH,
        ends_at=EPOCH + timedelta(days=3650),
        quota=1000,
        active_groups=0,
        sold_groups=0,
        per_customer_limit=5,
    )
