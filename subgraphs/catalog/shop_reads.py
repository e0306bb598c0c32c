"""Reads channels, categories and collections in batches."""

from collections.abc import Collection as Some

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.catalog.models import Category, Channel, Collection, Product, ProductStatus
from subgraphs.catalog.rows import category_of, channel_of, collection_of, product_of
from subgraphs.catalog.tables import (
    categories,
    channels,
    collection_products,
    collections,
    products,
)
from subgraphs.shared.connections import PageRequest


async def all_channels(session: AsyncSession) -> list[Channel]:
    """Every channel, in order."""
    rows = await session.execute(sa.select(channels).order_by(channels.c.position))
    return [channel_of(row) for row in rows]


async def categories_by_id(session: AsyncSession, ids: Some[str]) -> dict[str, Category]:
    """Categories by id."""
    rows = await session.execute(sa.select(categories).where(categories.c.id.in_(ids)))
    return {row.id: category_of(row) for row in rows}


async def children_of(session: AsyncSession, ids: Some[str]) -> dict[str, list[Category]]:
    """The categories right below each category, in order."""
    query = (
        sa.select(categories)
        .where(categories.c.parent_id.in_(ids))
        .order_by(categories.c.parent_id, categories.c.position)
    )
    found: dict[str, list[Category]] = {}
    for row in await session.execute(query):
        found.setdefault(row.parent_id, []).append(category_of(row))
    return found


async def departments(session: AsyncSession) -> list[Category]:
    """The categories that are below none, in order."""
    query = sa.select(categories).where(categories.c.parent_id.is_(None))
    rows = await session.execute(query.order_by(categories.c.position))
    return [category_of(row) for row in rows]


async def collections_by(
    session: AsyncSession, column: str, values: Some[str]
) -> dict[str, Collection]:
    """Collections by `id` or `slug`."""
    key = collections.c[column]
    rows = await session.execute(sa.select(collections).where(key.in_(values)))
    found = [collection_of(row) for row in rows]
    return {
        collection.id if column == "id" else collection.slug: collection for collection in found
    }


async def collection_page(session: AsyncSession, request: PageRequest) -> list[Collection]:
    """A page of all collections, in order."""
    query = sa.select(collections)
    place = request.after(tuple[int, str])
    if place is not None:
        key = sa.tuple_(collections.c.position, collections.c.id)
        query = query.where(key > sa.tuple_(*map(sa.literal, place)))
    query = query.order_by(collections.c.position, collections.c.id).limit(request.limit)
    return [collection_of(row) for row in await session.execute(query)]


async def product_pages(
    session: AsyncSession, collection_ids: Some[str], request: PageRequest
) -> dict[str, list[tuple[int, Product]]]:
    """A page of each collection's active products with their positions, in order."""
    owner = sa.values(sa.column("id", sa.Text), name="owner").data(
        [(id_,) for id_ in collection_ids]
    )
    place_of = collection_products.c.position.label("place")
    query = (
        sa.select(products, place_of)
        .join(collection_products)
        .where(
            collection_products.c.collection_id == owner.c.id,
            products.c.status == ProductStatus.ACTIVE,
        )
    )
    place = request.after(tuple[int, str])
    if place is not None:
        key = sa.tuple_(collection_products.c.position, products.c.id)
        query = query.where(key > sa.tuple_(*map(sa.literal, place)))
    ordered = query.order_by(collection_products.c.position, products.c.id)
    part = ordered.limit(request.limit).lateral("part")
    statement = (
        sa.select(owner.c.id.label("owner"), part)
        .select_from(owner.join(part, sa.true()))
        .order_by(owner.c.id, part.c.place, part.c.id)
    )
    found: dict[str, list[tuple[int, Product]]] = {}
    for row in await session.execute(statement):
        found.setdefault(row.owner, []).append((row.place, product_of(row)))
    return found


async def product_counts(session: AsyncSession, collection_ids: Some[str]) -> dict[str, int]:
    """How many active products each collection has, where it has any."""
    query = (
        sa.select(collection_products.c.collection_id, sa.func.count().label("number"))
        .join(products)
        .where(
            collection_products.c.collection_id.in_(collection_ids),
            products.c.status == ProductStatus.ACTIVE,
        )
        .group_by(collection_products.c.collection_id)
    )
    return {row.collection_id: row.number for row in await session.execute(query)}
