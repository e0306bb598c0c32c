"""What an editor asks for, as values, and the rules that need no look at the database."""

from collections.abc import Sequence

import msgspec

from subgraphs.catalog.errors import invalid
from subgraphs.catalog.models import (
    MAX_ATTRIBUTES,
    MAX_DESCRIPTION,
    MAX_GRAMS,
    MAX_NAME,
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_VARIANTS,
    SKU,
    SLUG,
    ProductStatus,
    is_barcode,
)
from subgraphs.shared.money import Money


class CreateProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A draft; `attributes` are (key, value)."""

    slug: str
    title: str
    description: str = ""
    vendor: str | None = None
    category_id: str | None = None
    options: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    def check(self) -> None:
        """Raise BusinessError where a rule is broken."""
        if len(self.slug) > MAX_NAME or not SLUG.fullmatch(self.slug):
            raise invalid("A slug is lower-case words and digits joined by hyphens.", "slug")
        _check_title(self.title)
        _check_description(self.description)
        if self.vendor is not None:
            _check_text(self.vendor, "vendor")
        if len(self.options) > MAX_OPTIONS:
            raise invalid(f"A product has at most {MAX_OPTIONS} options.", "options")
        for index, name in enumerate(self.options):
            _check_option(name, "options", str(index))
        _check_distinct([name.lower() for name in self.options], "options")
        if len(self.attributes) > MAX_ATTRIBUTES:
            raise invalid(f"A product has at most {MAX_ATTRIBUTES} attributes.", "attributes")
        for index, (_, value) in enumerate(self.attributes):
            _check_text(value, "attributes", str(index), "value")
        _check_distinct([key for key, _ in self.attributes], "attributes")


class UpdateProduct(msgspec.Struct, frozen=True, kw_only=True):
    """What is None stays as it is."""

    id: str
    title: str | None = None
    description: str | None = None
    vendor: str | None = None
    status: ProductStatus | None = None
    expected_version: int | None = None

    def check(self) -> None:
        """Raise BusinessError where a rule is broken."""
        if self.title is not None:
            _check_title(self.title)
        if self.description is not None:
            _check_description(self.description)
        if self.vendor is not None:
            _check_text(self.vendor, "vendor")


class UpsertVariant(msgspec.Struct, frozen=True, kw_only=True):
    """A variant by its SKU; `options` are (option, value) in any order."""

    sku: str
    barcode: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    weight_grams: int | None = None

    def check(self, *field: str) -> None:
        """Raise BusinessError where a rule is broken; `field` leads to the variant."""
        if len(self.sku) > MAX_NAME or not SKU.fullmatch(self.sku):
            message = "A SKU is capital letters and digits, in groups joined by - _ or a point."
            raise invalid(message, *field, "sku")
        if self.barcode is not None and not is_barcode(self.barcode):
            message = "A barcode is a GTIN of 8, 12, 13 or 14 digits with its check digit."
            raise invalid(message, *field, "barcode")
        if self.weight_grams is not None and not 0 < self.weight_grams <= MAX_GRAMS:
            raise invalid(f"The weight is 1 to {MAX_GRAMS} grams.", *field, "weightGrams")
        for index, (_, value) in enumerate(self.options):
            _check_option(value, *field, "options", str(index), "value")

    def choices(self, names: Sequence[str], *field: str) -> tuple[tuple[str, str], ...]:
        """The choices in the order of the product's options.

        Raises:
            BusinessError: not one choice for each of the options.
        """
        chosen = dict(self.options)
        if len(chosen) != len(self.options) or chosen.keys() != set(names):
            wanted = ", ".join(names) or "nothing"
            raise invalid(f"Choose one value of each option: {wanted}.", *field, "options")
        return tuple((name, chosen[name]) for name in names)


class SetPrice(msgspec.Struct, frozen=True, kw_only=True):
    """A variant's price in a channel, and the former price to show."""

    variant_id: str
    channel: str
    price: Money
    compare_at: Money | None = None

    def check(self, currency: str) -> None:
        """Raise BusinessError where a rule is broken; `currency` is the channel's."""
        if self.price.currency != currency:
            raise invalid(f"Prices of this channel are in {currency}.", "price", "currency")
        if self.price.amount < 0:
            raise invalid("A price is not below zero.", "price", "amount")
        if self.compare_at is None:
            return
        if self.compare_at.currency != currency:
            raise invalid(f"Prices of this channel are in {currency}.", "compareAt", "currency")
        if self.compare_at < self.price:
            raise invalid("The former price is not below the price.", "compareAt", "amount")


def check_number(variants: Sequence[UpsertVariant]) -> None:
    """Raise BusinessError unless there are 1 to 100."""
    if not 0 < len(variants) <= MAX_VARIANTS:
        raise invalid(f"Give 1 to {MAX_VARIANTS} variants.", "variants")


def _check_title(title: str) -> None:
    _check_text(title, "title")


def _check_description(description: str) -> None:
    if len(description) > MAX_DESCRIPTION or "\0" in description:
        raise invalid(f"A description has at most {MAX_DESCRIPTION} characters.", "description")


def _check_option(text: str, *field: str) -> None:
    _check_text(text, *field, most=MAX_OPTION)


def _check_text(text: str, *field: str, most: int = MAX_NAME) -> None:
    if not text.strip() or len(text) > most or "\0" in text:
        raise invalid(f"This has 1 to {most} characters.", *field)


def _check_distinct(values: Sequence[str], field: str) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            raise invalid("This is there twice.", field, str(index))
        seen.add(value)
