"""What the demo data of all subgraphs agree on, so that they point at each other without asking.

Everything is a function of small numbers: product n is `demo_id("prod", n)` in every database.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from subgraphs.shared.ids import uuid7

EPOCH: Final = datetime(2026, 10, 1, tzinfo=UTC)
PRODUCTS: Final = 200
CUSTOMERS: Final = 60
RANGES: Final = (
    "headphones", "smart-home", "cameras", "sneakers", "jackets", "bags",
    "lamps", "cookware", "chairs", "skincare", "tea-and-coffee", "yoga",
)  # fmt: skip
RANGE_SIZE: Final = 17


def demo_id(prefix: str, n: int) -> str:
    """The id of the n-th demo thing of a kind: a UUIDv7 in shape, ordered by n, stable."""
    digest = sha256(f"{prefix}:{n}".encode()).digest()
    milliseconds = int(EPOCH.timestamp()) * 1000 + n * 1000
    return f"{prefix}_{uuid7(milliseconds, digest[:10]).hex}"


def product_id(n: int) -> str:
    """Product n, 1 to `PRODUCTS`."""
    return demo_id("prod", n)


def range_of(n: int) -> str:
    """The catalog's range (a category's slug) of product n: 17 products each, in order."""
    return RANGES[(n - 1) // RANGE_SIZE]


def products_in(range_: str) -> list[str]:
    """The ids of the products of a range."""
    return [product_id(n) for n in range(1, PRODUCTS + 1) if range_of(n) == range_]


def variant_id(n: int, k: int) -> str:
    """Variant k (0 to 9) of product n."""
    return demo_id("var", n * 10 + k)


def customer_id(n: int) -> str:
    """Customer n, 1 to `CUSTOMERS`."""
    return demo_id("cust", n)


class Persona(msgspec.Struct, frozen=True):
    """Someone to log in as: a demo customer with the scopes of a role."""

    name: str
    customer: int
    scopes: tuple[str, ...]
    description: str

    @property
    def sub(self) -> str:
        """The subject of the persona's token."""
        return customer_id(self.customer)


class Channel(msgspec.Struct, frozen=True):
    """A market: its slug and its currency."""

    slug: str
    currency: str


PERSONAS: Final[dict[str, Persona]] = {
    persona.name: persona
    for persona in (
        Persona("shopper", 1, ("wallet:write",), "Buys alone and in groups, follows streams."),
        Persona("host", 2, ("stream:host", "wallet:write"), "Goes live, pins products."),
        Persona(
            "merchant",
            3,
            ("catalog:write", "promotion:write", "inventory:read", "ledger:audit", "wallet:write"),
            "Runs the shop: products, offers, the books.",
        ),
        Persona("factory", 4, ("quote:write",), "Quotes for pooled demand."),
        Persona("gate", 5, ("gate:verify",), "The exit gate of a store: verifies passes."),
        Persona("courier", 6, ("delivery:write",), "Carries parcels and reports where they are."),
    )
}

CHANNELS: Final = (
    Channel("in", "INR"),
    Channel("us", "USD"),
    Channel("eu", "EUR"),
    Channel("cn", "CNY"),
    Channel("jp", "JPY"),
    Channel("gulf", "KWD"),
)
