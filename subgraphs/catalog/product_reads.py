"""Reads products and what belongs to them in batches: one statement, however many products.

Drafts are for editors: where `drafts` is false, they are not there.
"""

from collections.abc import Collection as Some

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.catalog.models import (
    Attribute,
    Collection,
    Image,
    Option,
    OptionValue,
    PriceRange,
    Product,
    ProductStatus,
)
from subgraphs.catalog.rows import collection_of, image_of, product_of
from subgraphs.catalog.tables import (
    attribute_types,
    attributes,
    channels,
    collection_products,
    collections,
    images,
    option_values,
    options,
    prices,
    products,
)
from subgraphs.shared.money import Money


async def products_by_id(
    session: AsyncSession, ids: Some[str], *, drafts: bool
) -> dict[str, Product]:
    """Products by id."""
    query = sa.select(products).where(products.c.id.in_(ids), *_visible(drafts))
    return {row.id: product_of(row) for row in await session.execute(query)}


async def products_by_slug(
    session: AsyncSession, slugs: Some[str], *, drafts: bool
) -> dict[str, Product]:
    """Products by slug."""
    query = sa.select(products).where(products.c.slug.in_(slugs), *_visible(drafts))
    return {row.slug: product_of(row) for row in await session.execute(query)}


async def options_of(session: AsyncSession, product_ids: Some[str]) -> dict[str, list[Option]]:
    """Each product's options with their values, in order; an option may have none yet."""
    query = (
        sa.select(options.c.product_id, options.c.name, option_values)
        .outerjoin(option_values)
        .where(options.c.product_id.in_(product_ids))
        .order_by(options.c.product_id, options.c.position, option_values.c.position)
    )
    values: dict[str, dict[str, list[OptionValue]]] = {}
    for row in await session.execute(query):
        of_option = values.setdefault(row.product_id, {}).setdefault(row.name, [])
        if row.value is not None:
            of_option.append(OptionValue(row.value, row.swatch_hex))
    return {
        product_id: [Option(name, tuple(of_option)) for name, of_option in found.items()]
        for product_id, found in values.items()
    }


async def attributes_of(
    session: AsyncSession, product_ids: Some[str]
) -> dict[str, list[Attribute]]:
    """Each product's attributes, in the order in which the shop lists them."""
    query = (
        sa.select(attributes, attribute_types.c.label, attribute_types.c.unit)
        .join(attribute_types)
        .where(attributes.c.product_id.in_(product_ids))
        .order_by(attributes.c.product_id, attribute_types.c.position)
    )
    found: dict[str, list[Attribute]] = {}
    for row in await session.execute(query):
        attribute = Attribute(key=row.key, label=row.label, value=row.value, unit=row.unit)
        found.setdefault(row.product_id, []).append(attribute)
    return found


async def images_of(session: AsyncSession, product_ids: Some[str]) -> dict[str, list[Image]]:
    """Each product's own pictures, without those of its variants."""
    query = (
        sa.select(images)
        .where(images.c.product_id.in_(product_ids), images.c.variant_id.is_(None))
        .order_by(images.c.product_id, images.c.position)
    )
    found: dict[str, list[Image]] = {}
    for row in await session.execute(query):
        found.setdefault(row.product_id, []).append(image_of(row))
    return found


async def price_ranges(
    session: AsyncSession, keys: Some[tuple[str, str]]
) -> dict[tuple[str, str], PriceRange]:
    """The cheapest and the dearest price by (product, channel), where there is one."""
    query = (
        sa.select(
            prices.c.product_id,
            prices.c.channel,
            channels.c.currency,
            sa.func.min(prices.c.amount).label("lowest"),
            sa.func.max(prices.c.amount).label("highest"),
        )
        .join(channels, channels.c.slug == prices.c.channel)
        .where(sa.tuple_(prices.c.product_id, prices.c.channel).in_(keys))
        .group_by(prices.c.product_id, prices.c.channel, channels.c.currency)
    )
    return {
        (row.product_id, row.channel): PriceRange(
            Money(row.lowest, row.currency), Money(row.highest, row.currency)
        )
        for row in await session.execute(query)
    }


async def collections_of(
    session: AsyncSession, product_ids: Some[str]
) -> dict[str, list[Collection]]:
    """The collections that each product is in."""
    query = (
        sa.select(collections, collection_products.c.product_id)
        .join(collection_products)
        .where(collection_products.c.product_id.in_(product_ids))
        .order_by(collection_products.c.product_id, collections.c.position, collections.c.id)
    )
    found: dict[str, list[Collection]] = {}
    for row in await session.execute(query):
        found.setdefault(row.product_id, []).append(collection_of(row))
    return found


def _visible(drafts: bool) -> list[sa.ColumnElement[bool]]:
    return [] if drafts else [products.c.status != ProductStatus.DRAFT]
