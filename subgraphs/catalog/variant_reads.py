"""Reads variants, their prices and pictures in batches: one statement, however many variants."""

from collections.abc import Collection as Some

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.catalog.models import Image, Price, ProductStatus, Variant
from subgraphs.catalog.rows import image_of, price_of, variant_of
from subgraphs.catalog.tables import channels, images, prices, products, variants
from subgraphs.shared.connections import PageRequest


async def variants_by(
    session: AsyncSession, column: str, values: Some[str], *, drafts: bool
) -> dict[str, Variant]:
    """Variants by `id`, `sku` or `barcode`; without `drafts`, none of a draft product."""
    key = variants.c[column]
    query = sa.select(variants).where(key.in_(values))
    if not drafts:
        query = query.join(products).where(products.c.status != ProductStatus.DRAFT)
    rows = await session.execute(query)
    return {row._mapping[column]: variant_of(row) for row in rows}  # noqa: SLF001 (public in all but name)


async def variants_of(session: AsyncSession, product_ids: Some[str]) -> dict[str, list[Variant]]:
    """All variants of each product, in order."""
    query = (
        sa.select(variants)
        .where(variants.c.product_id.in_(product_ids))
        .order_by(variants.c.product_id, variants.c.position)
    )
    found: dict[str, list[Variant]] = {}
    for row in await session.execute(query):
        found.setdefault(row.product_id, []).append(variant_of(row))
    return found


async def variant_pages(
    session: AsyncSession, product_ids: Some[str], request: PageRequest
) -> dict[str, list[Variant]]:
    """A page of each product's variants, in order."""
    owner = sa.values(sa.column("id", sa.Text), name="owner").data([(id_,) for id_ in product_ids])
    query = sa.select(variants).where(variants.c.product_id == owner.c.id)
    place = request.after(tuple[int])
    if place is not None:
        query = query.where(variants.c.position > sa.literal(place[0], sa.BigInteger))
    part = query.order_by(variants.c.position).limit(request.limit).lateral("part")
    statement = (
        sa.select(part)
        .select_from(owner.join(part, sa.true()))
        .order_by(part.c.product_id, part.c.position)
    )
    found: dict[str, list[Variant]] = {}
    for row in await session.execute(statement):
        found.setdefault(row.product_id, []).append(variant_of(row))
    return found


async def variant_counts(session: AsyncSession, product_ids: Some[str]) -> dict[str, int]:
    """How many variants each product has, where it has any."""
    query = (
        sa.select(variants.c.product_id, sa.func.count().label("number"))
        .where(variants.c.product_id.in_(product_ids))
        .group_by(variants.c.product_id)
    )
    return {row.product_id: row.number for row in await session.execute(query)}


async def prices_by(
    session: AsyncSession, keys: Some[tuple[str, str]]
) -> dict[tuple[str, str], Price]:
    """Prices by (variant, channel), where there is one."""
    query = _PRICES.where(sa.tuple_(prices.c.variant_id, prices.c.channel).in_(keys))
    rows = await session.execute(query)
    return {(row.variant_id, row.channel): price_of(row) for row in rows}


async def prices_of(session: AsyncSession, variant_ids: Some[str]) -> dict[str, list[Price]]:
    """Each variant's prices in all channels, in the order of the channels."""
    query = _PRICES.where(prices.c.variant_id.in_(variant_ids))
    found: dict[str, list[Price]] = {}
    for row in await session.execute(query.order_by(prices.c.variant_id, channels.c.position)):
        found.setdefault(row.variant_id, []).append(price_of(row))
    return found


async def variant_images(session: AsyncSession, variant_ids: Some[str]) -> dict[str, list[Image]]:
    """Each variant's own pictures."""
    query = (
        sa.select(images)
        .where(images.c.variant_id.in_(variant_ids))
        .order_by(images.c.variant_id, images.c.position)
    )
    found: dict[str, list[Image]] = {}
    for row in await session.execute(query):
        image = image_of(row)
        found.setdefault(row.variant_id, []).append(image)
    return found


_PRICES = sa.select(prices, channels.c.currency).join(channels, channels.c.slug == prices.c.channel)
