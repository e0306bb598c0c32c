"""Counts the found products by their properties, exactly, in one statement.

What is chosen of a facet narrows every other facet but not itself: after choosing Black, the other
colours still show how many products they would add.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.catalog.criteria import (
    LADDER,
    PRICE,
    Criteria,
    Facet,
    FacetValue,
    price_bucket,
)
from subgraphs.catalog.listing import Condition, candidates, choices
from subgraphs.catalog.tables import facets


async def count_facets(
    session: AsyncSession, criteria: Criteria, keys: Sequence[str], currency: str | None
) -> list[Facet]:
    """The facets of these keys that any candidate has, in the order of `keys`.

    `currency` is that of `criteria.channel`; without it there is no facet `price`.
    """
    candidate = candidates(criteria).cte("candidate")
    chosen_of = choices(criteria, candidate)
    counts = [
        _count(candidate, key, [is_ok for name, is_ok in chosen_of.items() if name != key])
        for key in keys
        if key != PRICE or currency is not None
    ]
    if not counts:
        return []
    rows = (await session.execute(sa.union_all(*counts))).all()
    chosen = {key: set(values) for key, values in criteria.chosen}
    by_key: dict[str, Facet] = {}
    for key in keys:
        own = [row for row in rows if row.key == key]
        if key == PRICE and currency is not None:
            own.sort(key=lambda row: int(row.value))
            values = [_price_value(row, criteria, currency) for row in own]
        else:
            own.sort(key=lambda row: (-row.number, row.label))
            picked = chosen.get(key, set())
            values = [
                FacetValue(row.value, row.label, row.number, row.value in picked) for row in own
            ]
        if own:
            by_key[key] = Facet(key, own[0].key_label, values)
    return list(by_key.values())


def _count(candidate: sa.CTE, key: str, others: Sequence[Condition]) -> sa.Select[Any]:
    columns: list[sa.ColumnElement[Any]]
    if key == PRICE:
        ladder = sa.literal(list(LADDER), pg.ARRAY(sa.BigInteger))
        rung = sa.cast(sa.func.width_bucket(candidate.c.amount, ladder), sa.Text)
        columns = [
            sa.literal(PRICE).label("key"),
            sa.literal("Price").label("key_label"),
            rung.label("value"),
            rung.label("label"),
            sa.func.count().label("number"),
        ]
        return sa.select(*columns).select_from(candidate).where(*others).group_by(rung)
    columns = [
        facets.c.key,
        sa.func.min(facets.c.key_label).label("key_label"),
        facets.c.value,
        sa.func.min(facets.c.label).label("label"),
        sa.func.count(facets.c.product_id.distinct()).label("number"),
    ]
    return (
        sa.select(*columns)
        .join(candidate, candidate.c.id == facets.c.product_id)
        .where(facets.c.key == key, *others)
        .group_by(facets.c.key, facets.c.value)
    )


def _price_value(row: Any, criteria: Criteria, currency: str) -> FacetValue:
    low, high, label = price_bucket(int(row.value), currency)
    within = low >= (criteria.lowest or 0) and (
        criteria.highest is None or high <= criteria.highest
    )
    return FacetValue(f"{low}-{high}", label, row.number, criteria.limits_price and within)
