"""What a product, a variant, a price and their surroundings are, as plain values.

Owns the data that the other layers pass around and the rules that need nothing but that data.
"""

import re
from datetime import datetime
from enum import StrEnum

import msgspec

from subgraphs.shared.money import Money

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SKU = re.compile(r"[A-Z0-9]+(?:[-_.][A-Z0-9]+)*")
MAX_NAME = 200
# Five options with their values are a key of an index, which takes 2,700 bytes.
MAX_OPTION = 60
MAX_DESCRIPTION = 20_000
MAX_OPTIONS = 5
MAX_ATTRIBUTES = 50
MAX_VARIANTS = 100
MAX_GRAMS = 10_000_000


class ProductStatus(StrEnum):
    """Where a product stands."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


class ProductSort(StrEnum):
    """The orders in which a list of products can be asked for."""

    RELEVANCE = "RELEVANCE"
    NEWEST = "NEWEST"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"


class PriceReason(StrEnum):
    """Why a price is what it is."""

    LIST = "LIST"


class MediaKind(StrEnum):
    """What a medium is."""

    IMAGE = "IMAGE"


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A market: one currency, some countries, prices of its own."""

    id: str
    slug: str
    name: str
    currency: str
    countries: tuple[str, ...]
    tax_inclusive: bool


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the shop's tree of departments and categories."""

    id: str
    slug: str
    name: str
    parent_id: str | None
    ondc_domain: str | None


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """A list of products made by hand; `position` orders the lists."""

    id: str
    slug: str
    title: str
    position: int


class Product(msgspec.Struct, frozen=True, kw_only=True):
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

    name: str
    values: tuple[OptionValue, ...]


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """What is bought: a product with all its options chosen.

    `choices` are (option, value) in the order of the product's options. `price_version` counts the
    changes of its prices and of whether it is sold.
    """

    id: str
    product_id: str
    position: int
    sku: str
    barcode: str | None
    choices: tuple[tuple[str, str], ...]
    weight_grams: int | None
    cost: Money | None
    price_version: int

    @property
    def title(self) -> str:
        """What tells it from its siblings: `Black / M`."""
        return " / ".join(value for _, value in self.choices) or "Default"


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant costs in a channel. `compare_at` is the former price, if it is shown."""

    variant_id: str
    channel: str
    price: Money
    compare_at: Money | None


class PriceRange(msgspec.Struct, frozen=True):
    """What the cheapest and the dearest variant of a product cost in a channel."""

    lowest: Money
    highest: Money


class Attribute(msgspec.Struct, frozen=True):
    """A fact about a product, of a kind that all products share."""

    key: str
    label: str
    value: str
    unit: str | None


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a product, or of one of its variants; `file` is its name in the media folder."""

    id: str
    product_id: str
    variant_id: str | None
    file: str
    alt: str
    width: int
    height: int


def is_barcode(text: str) -> bool:
    """Whether a text is a GTIN (8, 12, 13 or 14 digits) with the right check digit."""
    if len(text) not in (8, 12, 13, 14) or not text.isascii() or not text.isdigit():
        return False
    return check_digit(text[:-1]) == text[-1]


def check_digit(digits: str) -> str:
    """The GS1 check digit for the digits before it."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)
