"""The demo shop is as large as promised, the same everywhere, and loaded once."""

from xml.etree import ElementTree as ET

from sqlalchemy import text

from subgraphs.catalog.content.assortment import assortment
from subgraphs.catalog.models import is_barcode
from subgraphs.catalog.seed import seed
from subgraphs.shared.demo import CHANNELS, PRODUCTS, product_id, range_of

COUNTS = """
    select (select count(*) from catalog.products) as products,
        (select count(*) from catalog.variants) as variants,
        (select count(distinct vendor) from catalog.products) as brands,
        (select count(distinct collection_id) from catalog.collection_products) as collections,
        (select count(*) from catalog.channels) as channels,
        (select count(*) from catalog.categories where parent_id is null) as departments,
        (select count(*) from catalog.categories where parent_id is not null) as categories,
        (select count(*) from catalog.outbox) as events
"""


async def counts(database):
    async with database.session() as session:
        return (await session.execute(text(COUNTS))).one()._asdict()


async def test_the_shop_has_its_size_and_loading_again_changes_nothing(database):
    before = await counts(database)
    assert before == {
        "products": 200,
        "variants": 519,
        "brands": 24,
        "collections": 14,
        "channels": 6,
        "departments": 4,
        "categories": 12,
        "events": 719,
    }
    await seed(database)
    assert await counts(database) == before


def test_names_numbers_and_choices_are_unique_and_well_formed():
    shop = list(assortment())
    variants = [variant for made in shop for variant in made.variants]
    for values in (
        [made.product.slug for made in shop],
        [made.product.title for made in shop],
        [variant.sku for variant in variants],
        [variant.barcode for variant in variants],
    ):
        assert len(set(values)) == len(values)
    assert all(is_barcode(variant.barcode or "") for variant in variants)
    assert not any("{" in made.product.description for made in shop)


def test_the_shop_is_the_one_that_other_subgraphs_know():
    shop = list(assortment())
    assert [made.product.id for made in shop] == [product_id(n) for n in range(1, PRODUCTS + 1)]
    assert [made.range.slug for made in shop] == [range_of(n) for n in range(1, PRODUCTS + 1)]
    currencies = {price.channel: price.price.currency for made in shop for price in made.prices}
    assert currencies == {channel.slug: channel.currency for channel in CHANNELS}


async def test_each_picture_that_a_product_names_is_drawn(database, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDIA_DIR", str(tmp_path))
    await seed(database)
    async with database.session() as session:
        named = set(await session.scalars(text("select file from catalog.images")))
    assert {path.name for path in tmp_path.iterdir()} == named
    for path in tmp_path.iterdir():
        root = ET.parse(path).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.findtext("{http://www.w3.org/2000/svg}title")
