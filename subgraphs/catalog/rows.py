"""Rows of the catalog's tables as values."""

from typing import Any

from subgraphs.catalog.models import (
    Category,
    Channel,
    Collection,
    Image,
    Price,
    Product,
    ProductStatus,
    Variant,
)
from subgraphs.shared.money import Money


def product_of(row: Any) -> Product:
    """A row of `products`."""
    return Product(
        id=row.id,
        slug=row.slug,
        title=row.title,
        description=row.description,
        vendor=row.vendor,
        status=ProductStatus(row.status),
        category_id=row.category_id,
        tags=tuple(row.tags),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def variant_of(row: Any) -> Variant:
    """A row of `variants`."""
    cost = None if row.cost_amount is None else Money(row.cost_amount, row.cost_currency)
    return Variant(
        id=row.id,
        product_id=row.product_id,
        position=row.position,
        sku=row.sku,
        barcode=row.barcode,
        choices=tuple((option, value) for option, value in row.choices),
        weight_grams=row.weight_grams,
        cost=cost,
        price_version=row.price_version,
    )


def price_of(row: Any) -> Price:
    """A row of `prices` with its channel's `currency`."""
    compare_at = None if row.compare_at is None else Money(row.compare_at, row.currency)
    return Price(
        variant_id=row.variant_id,
        channel=row.channel,
        price=Money(row.amount, row.currency),
        compare_at=compare_at,
    )


def channel_of(row: Any) -> Channel:
    """A row of `channels`."""
    return Channel(
        id=row.id,
        slug=row.slug,
        name=row.name,
        currency=row.currency,
        countries=tuple(row.countries),
        tax_inclusive=row.tax_inclusive,
    )


def category_of(row: Any) -> Category:
    """A row of `categories`."""
    return Category(
        id=row.id,
        slug=row.slug,
        name=row.name,
        parent_id=row.parent_id,
        ondc_domain=row.ondc_domain,
    )


def collection_of(row: Any) -> Collection:
    """A row of `collections`."""
    return Collection(id=row.id, slug=row.slug, title=row.title, position=row.position)


def image_of(row: Any) -> Image:
    """A row of `images`."""
    return Image(
        id=row.id,
        product_id=row.product_id,
        variant_id=row.variant_id,
        file=row.file,
        alt=row.alt,
        width=row.width,
        height=row.height,
    )
