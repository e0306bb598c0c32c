"""Loads the demo shop: rows in bulk, the events that tell of them, and pictures.

Rows and events are written in one transaction, once: where the first product exists, none are.
Pictures are drawn wherever they are missing.
"""

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.catalog import product_reads, repository, tables
from subgraphs.catalog.content.assortment import DEPARTMENTS, MARKETS, DemoProduct, assortment
from subgraphs.catalog.content.curation import COLLECTIONS, KINDS
from subgraphs.catalog.events import price_changed, product_updated
from subgraphs.catalog.pictures.draw import HEIGHT, WIDTH, draw
from subgraphs.shared.database import Database
from subgraphs.shared.demo import demo_id
from subgraphs.shared.unit_of_work import UnitOfWork, transact


async def seed(database: Database) -> None:
    """Load the demo data where it is not loaded; pictures go to MEDIA_DIR, if that is set."""
    made = list(assortment())
    folder = os.environ.get("MEDIA_DIR")
    if folder:
        _draw(Path(folder), made)
    await transact(database, lambda unit: _load(unit, made))


def _draw(folder: Path, made: list[DemoProduct]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in made:
        name = each.product.title
        for shade in each.shades:
            path = folder / shade.file
            if not path.exists():
                path.write_text(draw(each.range.slug, name, shade.colour.hex), encoding="utf-8")
        path = folder / _close_up(each)
        if not path.exists():
            picture = draw(each.range.slug, name, each.shades[0].colour.hex, close_up=True)
            path.write_text(picture, encoding="utf-8")


async def _load(unit: UnitOfWork, made: list[DemoProduct]) -> None:
    session = unit.session
    first = demo_id("prod", 1)
    if first in await product_reads.products_by_id(session, [first], drafts=True):
        return
    await _arrange(session)
    await session.execute(sa.insert(tables.products), [_product_row(each) for each in made])
    await _insert_options(session, made)
    variants = [repository.variant_row(variant) for each in made for variant in each.variants]
    await session.execute(sa.insert(tables.variants), variants)
    await session.execute(sa.insert(tables.prices), [row for each in made for row in _prices(each)])
    facts = [
        {"product_id": each.product.id, "key": key, "value": value}
        for each in made
        for key, value in each.facts.items()
    ]
    await session.execute(sa.insert(tables.attributes), facts)
    await session.execute(sa.insert(tables.images), [row for each in made for row in _images(each)])
    await session.execute(sa.insert(tables.collection_products), _members(made))
    await repository.write_keywords(session, [each.product.id for each in made])
    for each in made:
        _tell(unit, each)


async def _arrange(session: AsyncSession) -> None:
    """Channels, categories, collections and kinds of attributes."""
    channels = [
        {
            "id": demo_id("chan", place),
            "slug": market.slug,
            "name": market.name,
            "currency": market.currency,
            "countries": list(market.countries),
            "tax_inclusive": market.tax_inclusive,
            "position": place,
        }
        for place, market in enumerate(MARKETS, 1)
    ]
    await session.execute(sa.insert(tables.channels), channels)
    await session.execute(sa.insert(tables.categories), _categories())
    collections = [
        {"id": demo_id("coll", n), "slug": c.slug, "title": c.title, "position": n}
        for n, c in enumerate(COLLECTIONS, 1)
    ]
    await session.execute(sa.insert(tables.collections), collections)
    kinds = [
        {"key": key, "label": label, "unit": unit, "position": place}
        for place, (key, label, unit) in enumerate(KINDS)
    ]
    await session.execute(sa.insert(tables.attribute_types), kinds)


def _categories() -> list[dict[str, Any]]:
    """Departments are categories 1 to 4; ranges are 101 to 112, in the order of their products."""
    rows: list[dict[str, Any]] = []
    for n, department in enumerate(DEPARTMENTS, 1):
        row = {
            "id": demo_id("cat", n),
            "slug": department.slug,
            "name": department.name,
            "parent_id": None,
            "ondc_domain": None,
            "position": n,
        }
        rows.append(row)
    ranges = [(n, range_) for n, d in enumerate(DEPARTMENTS, 1) for range_ in d.ranges]
    for place, (n, range_) in enumerate(ranges):
        row = {
            "id": demo_id("cat", 101 + place),
            "slug": range_.slug,
            "name": range_.name,
            "parent_id": demo_id("cat", n),
            "ondc_domain": range_.ondc_domain,
            "position": place,
        }
        rows.append(row)
    return rows


def _product_row(made: DemoProduct) -> dict[str, Any]:
    product = made.product
    return {
        "id": product.id,
        "slug": product.slug,
        "title": product.title,
        "description": product.description,
        "vendor": product.vendor,
        "status": product.status,
        "category_id": product.category_id,
        "tags": list(product.tags),
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


async def _insert_options(session: AsyncSession, made: list[DemoProduct]) -> None:
    options: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for each in made:
        for position, (name, choices) in enumerate(each.options.items()):
            options.append({"product_id": each.product.id, "name": name, "position": position})
            values += [
                {
                    "product_id": each.product.id,
                    "option_name": name,
                    "value": value,
                    "swatch_hex": swatch,
                    "position": place,
                }
                for place, (value, swatch) in enumerate(choices)
            ]
    await session.execute(sa.insert(tables.options), options)
    await session.execute(sa.insert(tables.option_values), values)


def _prices(made: DemoProduct) -> list[dict[str, Any]]:
    return [
        {
            "variant_id": price.variant_id,
            "channel": price.channel,
            "product_id": made.product.id,
            "amount": price.price.amount,
            "compare_at": price.compare_at.amount if price.compare_at else None,
        }
        for price in made.prices
    ]


def _images(made: DemoProduct) -> list[dict[str, Any]]:
    """A picture of the product in each colour and a close-up, then one of each variant."""
    title = made.product.title
    shades = [(shade, f"{title} in {shade.colour.name}") for shade in made.shades]
    pictures: list[tuple[str | None, str, str]] = [(None, s.file, alt) for s, alt in shades]
    pictures.append((None, _close_up(made), f"{title}, seen from near"))
    pictures += [(variant, s.file, alt) for s, alt in shades for variant in s.variants]
    return [
        {
            "id": demo_id("img", made.number * 100 + position),
            "product_id": made.product.id,
            "variant_id": variant,
            "file": file,
            "alt": alt,
            "width": WIDTH,
            "height": HEIGHT,
            "position": position,
        }
        for position, (variant, file, alt) in enumerate(pictures)
    ]


def _members(made: list[DemoProduct]) -> list[dict[str, Any]]:
    return [
        {
            "collection_id": demo_id("coll", n),
            "product_id": each.product.id,
            "position": position,
        }
        for n, collection in enumerate(COLLECTIONS, 1)
        for position, each in enumerate(each for each in made if collection.takes(each))
    ]


def _tell(unit: UnitOfWork, made: DemoProduct) -> None:
    unit.record(product_updated(made.product))
    for variant in made.variants:
        own = [price for price in made.prices if price.variant_id == variant.id]
        unit.record(price_changed(made.product, variant, own, own[0].channel))


def _close_up(made: DemoProduct) -> str:
    return f"{made.product.slug}-detail.svg"
