"""What a shopper asks of a list of products, as a value, and what the list tells about itself."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from subgraphs.catalog.models import Product
from subgraphs.shared.money import Money

PRICE = "price"
MAX_WORDS = 200
MAX_CHOSEN = 20
MAX_VALUES = 100
MAX_FACETS = 20
# Ends of price ranges in minor units: 1, 2, 5, 10, 20, 50, … in every currency.
LADDER = tuple(step * 10**zeros for zeros in range(15) for step in (1, 2, 5))


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """Which active products. `words` is what was typed; slugs of category and collection.

    `lowest` and `highest` limit the price of the cheapest variant in `channel`, in minor units.
    `chosen` are (facet, values): a product must have one of the values of each.
    """

    words: str | None = None
    category: str | None = None
    collection: str | None = None
    channel: str | None = None
    lowest: int | None = None
    highest: int | None = None
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def limits_price(self) -> bool:
        """Whether there is a price filter."""
        return self.lowest is not None or self.highest is not None


class Hit(msgspec.Struct, frozen=True):
    """A found product; `score` tells how well it matches the words, `amount` its lowest price."""

    product: Product
    score: float
    amount: int | None

    @property
    def by_score(self) -> tuple[float, str]:
        return (self.score, self.product.id)

    @property
    def by_time(self) -> tuple[datetime, str]:
        return (self.product.created_at, self.product.id)

    @property
    def by_price(self) -> tuple[int, str]:
        return (self.amount or 0, self.product.id)


class FacetValue(msgspec.Struct, frozen=True):
    """How many of the found products have this value."""

    value: str
    label: str
    count: int
    selected: bool


class Facet(msgspec.Struct, frozen=True):
    """The values of one property among the found products, most frequent first."""

    key: str
    label: str
    values: Sequence[FacetValue]


def price_bucket(rung: int, currency: str) -> tuple[int, int, str]:
    """The first and the last amount of a range of prices, and how it is called.

    `rung` is how many steps of `LADDER` are not above the amount: 0 for free.
    """
    low = LADDER[rung - 1] if rung else 0
    high = LADDER[rung] - 1 if rung < len(LADDER) else low
    first, last = Money(low, currency).formatted(), Money(high, currency).formatted()
    return low, high, first if low == high else f"{first} to {last}"
