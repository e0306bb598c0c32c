"""Finds products: filters, orders, pages and counts, each as one statement.

A product's price in a list is that of its cheapest variant in the channel; a list in a channel has
no products without a price there.
"""

from datetime import datetime
from typing import Any, assert_never

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.catalog.criteria import PRICE, Criteria, Hit
from subgraphs.catalog.models import ProductSort, ProductStatus
from subgraphs.catalog.rows import product_of
from subgraphs.catalog.tables import (
    categories,
    collection_products,
    collections,
    facets,
    found,
    prices,
    products,
)
from subgraphs.shared.connections import Page, PageRequest, page_of

Condition = sa.ColumnElement[bool]


async def page(
    session: AsyncSession, criteria: Criteria, sort: ProductSort, request: PageRequest
) -> Page[Hit]:
    """A page of the found products. Without words, relevance is newness.

    Raises:
        BadUserInput: the cursor is of another connection.
    """
    asked = _matching(criteria).subquery("asked")
    query = sa.select(products, asked.c.score, asked.c.amount).join(
        asked, asked.c.id == products.c.id
    )
    if sort is ProductSort.RELEVANCE and criteria.words is None:
        sort = ProductSort.NEWEST
    match sort:
        case ProductSort.NEWEST:
            column: sa.ColumnElement[Any] = products.c.created_at
            place: tuple[Any, str] | None = request.after(tuple[datetime, str])
        case ProductSort.PRICE_ASC | ProductSort.PRICE_DESC:
            column, place = asked.c.amount, request.after(tuple[int, str])
        case ProductSort.RELEVANCE:
            column, place = asked.c.score, request.after(tuple[float, str])
        case _:
            assert_never(sort)
    query = _after(query, column, place, ascending=sort is ProductSort.PRICE_ASC)
    rows = await session.execute(query.limit(request.limit))
    hits = [Hit(product_of(row), row.score, row.amount) for row in rows]
    return page_of(hits, request, lambda hit: _key(hit, sort))


async def count(session: AsyncSession, criteria: Criteria) -> int:
    """How many products are found."""
    query = sa.select(sa.func.count()).select_from(_matching(criteria).subquery())
    return (await session.execute(query)).scalar_one()


def candidates(criteria: Criteria) -> sa.Select[Any]:
    """Rows (id, score, amount) of what passes all but the chosen facets and the price limits."""
    source: sa.FromClause = products
    score: sa.ColumnElement[Any] = sa.literal(0.0, sa.Double)
    amount: sa.ColumnElement[Any] = sa.cast(sa.null(), sa.BigInteger)
    conditions: list[Condition] = [products.c.status == ProductStatus.ACTIVE]
    if criteria.words is not None:
        hits = found(criteria.words)
        source = source.join(hits, hits.c.id == products.c.id)
        score = hits.c.score
    if criteria.channel is not None:
        cheapest = (
            sa.select(sa.func.min(prices.c.amount).label("amount"))
            .where(prices.c.product_id == products.c.id, prices.c.channel == criteria.channel)
            .lateral("cheapest")
        )
        source = source.join(cheapest, sa.true())
        amount = cheapest.c.amount
        conditions.append(amount.is_not(None))
    if criteria.category is not None:
        conditions.append(products.c.category_id.in_(_below(criteria.category)))
    if criteria.collection is not None:
        conditions.append(products.c.id.in_(_members(criteria.collection)))
    columns = (products.c.id, score.label("score"), amount.label("amount"))
    return sa.select(*columns).select_from(source).where(*conditions)


def choices(criteria: Criteria, row: sa.Subquery | sa.CTE) -> dict[str, Condition]:
    """By facet: whether a candidate has what was chosen of it."""
    conditions: dict[str, Condition] = {}
    for key, values in criteria.chosen:
        had = facets.alias("had")
        conditions[key] = sa.exists().where(
            had.c.product_id == row.c.id, had.c.key == key, had.c.value.in_(values)
        )
    if criteria.limits_price:
        low = row.c.amount >= (criteria.lowest or 0)
        high = sa.true() if criteria.highest is None else row.c.amount <= criteria.highest
        conditions[PRICE] = sa.and_(low, high)
    return conditions


def _matching(criteria: Criteria) -> sa.Select[Any]:
    row = candidates(criteria).subquery("candidate")
    return sa.select(row).where(*choices(criteria, row).values())


def _after(
    query: sa.Select[Any],
    column: sa.ColumnElement[Any],
    place: tuple[Any, str] | None,
    *,
    ascending: bool,
) -> sa.Select[Any]:
    key = sa.tuple_(column, products.c.id)
    if ascending:
        query = query.order_by(column, products.c.id)
        return query if place is None else query.where(key > _literals(column, place))
    query = query.order_by(column.desc(), products.c.id.desc())
    return query if place is None else query.where(key < _literals(column, place))


def _literals(column: sa.ColumnElement[Any], place: tuple[Any, str]) -> sa.ColumnElement[Any]:
    return sa.tuple_(sa.literal(place[0], column.type), sa.literal(place[1], sa.Text))


def _key(hit: Hit, sort: ProductSort) -> tuple[Any, ...]:
    match sort:
        case ProductSort.NEWEST:
            return hit.by_time
        case ProductSort.RELEVANCE:
            return hit.by_score
        case ProductSort.PRICE_ASC | ProductSort.PRICE_DESC:
            return hit.by_price


def _below(slug: str) -> sa.Select[Any]:
    """The category of that slug and all below it."""
    top = sa.select(categories.c.id).where(categories.c.slug == slug).cte("below", recursive=True)
    deeper = sa.select(categories.c.id).join(top, categories.c.parent_id == top.c.id)
    return sa.select(top.union(deeper).c.id)


def _members(slug: str) -> sa.Select[Any]:
    return (
        sa.select(collection_products.c.product_id)
        .join(collections)
        .where(collections.c.slug == slug)
    )
