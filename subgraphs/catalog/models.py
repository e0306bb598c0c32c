"""What a product, a variant, a price and their surroundings are, as plain values.

Owns the data that the other layers pass around and the rules that need nothing but that data.
Amounts are whole minor units of the channel's currency (JPY has none, KWD has three decimals).
"""

import re
from datetime import datetime
from enum import Enum

import msgspec

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SKU = re.compile(r"[A-Z0-9]+(?:[-_.][A-Z0-9]+)*")
MAX_AMOUNT = 2**53 - 1
MAX_TITLE = 200
MAX_DESCRIPTION = 20_000
MAX_OPTIONS = 5
MAX_VARIANTS_PER_CALL = 100
MAX_GRAMS = 10_000_000


class ProductStatus(Enum):
    """Where a product stands: drafts are for editors, archived ones are no longer sold."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


class ProductSort(Enum):
    """The orders in which a list of products can be asked for."""

    RELEVANCE = "RELEVANCE"
    NEWEST = "NEWEST"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"


class Channel(msgspec.Struct, frozen=True):
    """A market: one currency, some countries, prices of its own."""

    id: str
    slug: str
    name: str
    currency: str
    countries: tuple[str, ...]
    tax_inclusive: bool


class Category(msgspec.Struct, frozen=True):
    """A place in the shop's tree of departments and categories."""

    id: str
    slug: str
    name: str
    parent_id: str | None
    ondc_domain: str | None


class Collection(msgspec.Struct, frozen=True):
    """A curated list of products."""

    id: str
    slug: str
    title: str
    position: int


class Product(msgspec.Struct, frozen=True):
    """What a page of the shop is about; bought as one of its variants."""

    id: str
    slug: str
    title: str
    description: str
    vendor: str | None
    status: ProductStatus
    category_id: str | None
    tags: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime


class OptionValue(msgspec.Struct, frozen=True):
    """One choice of an option; `swatch_hex` (`#rrggbb`) if it is a colour."""

    name: str
    swatch_hex: str | None


class Option(msgspec.Struct, frozen=True):
    """A dimension in which the variants of a product differ."""

    product_id: str
    name: str
    values: tuple[OptionValue, ...]


class Variant(msgspec.Struct, frozen=True):
    """What is bought: a product with all its options chosen."""

    id: str
    product_id: str
    position: int
    sku: str
    barcode: str | None
    title: str
    options: dict[str, str]
    weight_grams: int | None
    cost_amount: int | None
    cost_currency: str | None


class Price(msgspec.Struct, frozen=True):
    """What a variant costs in a channel. `compare_at` is the former price, if it is shown."""

    variant_id: str
    channel: str
    currency: str
    amount: int
    compare_at: int | None
    version: int


class PriceRange(msgspec.Struct, frozen=True):
    """The cheapest and the dearest variant of a product in a channel."""

    currency: str
    lowest: int
    highest: int


class Attribute(msgspec.Struct, frozen=True):
    """A typed fact about a product."""

    product_id: str
    key: str
    label: str
    value: str
    unit: str | None


class Image(msgspec.Struct, frozen=True):
    """A picture of a product, or of one of its variants. `name` is its address in the media folder."""

    id: str
    product_id: str
    variant_id: str | None
    name: str
    alt: str
    width: int
    height: int


class FacetValue(msgspec.Struct, frozen=True):
    """How many of the found products have this value."""

    value: str
    label: str
    count: int
    selected: bool


class Facet(msgspec.Struct, frozen=True):
    """The values of one property among the found products."""

    key: str
    label: str
    values: tuple[FacetValue, ...]


def variant_title(options: dict[str, str]) -> str:
    """Returns what tells a variant from its siblings: `Black / M`."""
    return " / ".join(options.values()) or "Default"


def is_barcode(text: str) -> bool:
    """Tells whether a text is a GTIN (8, 12, 13 or 14 digits) with a right check digit."""
    if len(text) not in (8, 12, 13, 14) or not text.isascii() or not text.isdigit():
        return False
    return check_digit(text[:-1]) == text[-1]


def check_digit(digits: str) -> str:
    """Returns the GS1 check digit for the digits before it."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)
