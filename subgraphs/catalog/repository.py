"""Loads for change and saves: products, their variants, their prices."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.catalog.models import Price, Product, Variant
from subgraphs.catalog.rows import product_of, variant_of
from subgraphs.catalog.tables import (
    attribute_types,
    attributes,
    categories,
    option_values,
    options,
    prices,
    products,
    variants,
)


async def insert_product(session: AsyncSession, values: Mapping[str, Any]) -> Product | None:
    """Write a new product; None if its slug is taken."""
    statement = pg.insert(products).values(values).on_conflict_do_nothing(index_elements=["slug"])
    row = (await session.execute(statement.returning(products))).one_or_none()
    return None if row is None else product_of(row)


async def insert_options(session: AsyncSession, product_id: str, names: Sequence[str]) -> None:
    """Write a product's options in order."""
    rows = [
        {"product_id": product_id, "name": name, "position": position}
        for position, name in enumerate(names)
    ]
    if rows:
        await session.execute(sa.insert(options), rows)


async def insert_attributes(
    session: AsyncSession, product_id: str, facts: Sequence[tuple[str, str]]
) -> None:
    """Write a product's attributes, whose kinds are known."""
    rows = [{"product_id": product_id, "key": key, "value": value} for key, value in facts]
    if rows:
        await session.execute(sa.insert(attributes), rows)


async def known_attributes(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of the keys that are kinds of attributes."""
    query = sa.select(attribute_types.c.key).where(attribute_types.c.key.in_(keys))
    return set(await session.scalars(query))


async def has_category(session: AsyncSession, category_id: str) -> bool:
    """Whether there is a category of that id."""
    query = sa.select(sa.exists().where(categories.c.id == category_id))
    return bool((await session.execute(query)).scalar_one())


async def lock_product(session: AsyncSession, product_id: str) -> Product | None:
    """The product, which nobody else changes until the commit."""
    query = sa.select(products).where(products.c.id == product_id).with_for_update()
    row = (await session.execute(query)).one_or_none()
    return None if row is None else product_of(row)


async def update_product(
    session: AsyncSession, product_id: str, values: Mapping[str, Any]
) -> Product:
    """Change a locked product; it gets the next version."""
    statement = (
        sa.update(products)
        .where(products.c.id == product_id)
        .values(version=products.c.version + 1, updated_at=sa.func.now(), **values)
        .returning(products)
    )
    return product_of((await session.execute(statement)).one())


async def option_names(session: AsyncSession, product_id: str) -> list[str]:
    """The names of a product's options, in order."""
    query = sa.select(options.c.name).where(options.c.product_id == product_id)
    return list(await session.scalars(query.order_by(options.c.position)))


async def lock_variants(session: AsyncSession, product_id: str) -> list[Variant]:
    """All variants of a product, in order, which nobody else changes until the commit."""
    query = sa.select(variants).where(variants.c.product_id == product_id)
    rows = await session.execute(query.order_by(variants.c.position).with_for_update())
    return [variant_of(row) for row in rows]


async def lock_variant(session: AsyncSession, variant_id: str) -> Variant | None:
    """The variant, which nobody else changes until the commit."""
    query = sa.select(variants).where(variants.c.id == variant_id).with_for_update()
    row = (await session.execute(query)).one_or_none()
    return None if row is None else variant_of(row)


async def taken(session: AsyncSession, column: str, values: Sequence[str]) -> dict[str, str]:
    """Which of these SKUs or barcodes exist, with the id of their variant."""
    key = variants.c[column]
    rows = await session.execute(sa.select(key, variants.c.id).where(key.in_(values)))
    return {row[0]: row[1] for row in rows}


async def save_variant(session: AsyncSession, variant: Variant) -> None:
    """Write a new variant, or what an editor may change of a known one."""
    values = variant_row(variant)
    changing = {name: values[name] for name in ("barcode", "choices", "weight_grams")}
    statement = pg.insert(variants).values(values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[variants.c.id], set_=changing)
    )


async def add_option_values(
    session: AsyncSession, product_id: str, choices: Sequence[tuple[str, str]]
) -> None:
    """Make values known that variants have chosen, after those that are."""
    place = (
        sa.select(sa.func.coalesce(sa.func.max(option_values.c.position) + 1, 0))
        .where(option_values.c.product_id == product_id)
        .scalar_subquery()
    )
    for name, value in choices:
        statement = pg.insert(option_values).values(
            product_id=product_id, option_name=name, value=value, position=place
        )
        await session.execute(statement.on_conflict_do_nothing())


async def drop_unused_values(session: AsyncSession, product_id: str) -> None:
    """Forget values that no variant chooses any more."""
    chosen = (
        sa.select(variants.c.id)
        .where(
            variants.c.product_id == option_values.c.product_id,
            variants.c.choices.contains(
                sa.func.jsonb_build_array(
                    sa.func.jsonb_build_array(option_values.c.option_name, option_values.c.value)
                )
            ),
        )
        .exists()
    )
    await session.execute(
        sa.delete(option_values).where(option_values.c.product_id == product_id, ~chosen)
    )


async def next_price_versions(session: AsyncSession, ids: Sequence[str]) -> list[Variant]:
    """Count a change of what locked variants cost or of whether they are sold."""
    statement = (
        sa.update(variants)
        .where(variants.c.id.in_(ids))
        .values(price_version=variants.c.price_version + 1)
        .returning(variants)
    )
    found = [variant_of(row) for row in await session.execute(statement)]
    return sorted(found, key=lambda variant: variant.position)


async def write_keywords(session: AsyncSession, product_ids: Sequence[str]) -> None:
    """Gather the words by which shoppers may look for products, beside title and brand."""
    statement = sa.text(
        """
        update catalog.products p set keywords = concat_ws(' ',
            (select c.name from catalog.categories c where c.id = p.category_id),
            (select string_agg(a.value, ' ' order by a.key)
             from catalog.attributes a where a.product_id = p.id),
            (select string_agg(v.value, ' ' order by v.option_name, v.position)
             from catalog.option_values v where v.product_id = p.id),
            array_to_string(p.tags, ' '))
        where p.id = any(:ids)"""
    )
    await session.execute(statement, {"ids": list(product_ids)})


async def save_price(session: AsyncSession, product_id: str, price: Price) -> None:
    """Write a variant's price in a channel."""
    changing = {
        "amount": price.price.amount,
        "compare_at": price.compare_at.amount if price.compare_at else None,
    }
    key = {"variant_id": price.variant_id, "channel": price.channel, "product_id": product_id}
    statement = pg.insert(prices).values(**key, **changing)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[prices.c.variant_id, prices.c.channel], set_=changing
        )
    )


def variant_row(variant: Variant) -> dict[str, Any]:
    """A variant as a row of `variants`."""
    return {
        "id": variant.id,
        "product_id": variant.product_id,
        "position": variant.position,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "choices": variant.choices,
        "weight_grams": variant.weight_grams,
        "cost_amount": variant.cost.amount if variant.cost else None,
        "cost_currency": variant.cost.currency if variant.cost else None,
        "price_version": variant.price_version,
    }
