"""SQL statements do not grow with the length of a list."""

import pytest

from subgraphs.catalog.loaders import Loaders
from subgraphs.catalog.schema import schema
from subgraphs.shared.context import Context, Request
from subgraphs.shared.database import Database
from subgraphs.shared.demo import demo_id, product_id, variant_id
from subgraphs.shared.loader import MAX_KEYS
from subgraphs.shared.origin import UNKNOWN
from tests.support.subgraphs import settings

PRODUCT = """
    title category { name parent { name } } collections { title } options { name }
    attributes { key value } media { url } priceRange(channel: "in") { min { amount } }
    variants(first: 10) { totalCount nodes {
        sku product { slug } media { url }
        price(channel: "in") { amount } effectivePrice(channel: "in") { reason }
    } }
"""
# Products, categories, their parents, collections, options, attributes, images, price ranges,
# pages of variants, their counts; of variants: products, images, prices.
PARTS = 13


async def cost(database: Database, query: str, **variables: object) -> int:
    """The statements that a query costs; it must answer without errors."""
    request = Request(
        viewer=None,
        database=database,
        settings=settings("catalog", database.url),
        origin=UNKNOWN,
    )
    with database.statements() as sent:
        answer = await schema.answer(query, variables, None, Context(request, Loaders(request)))
    assert "errors" not in answer, answer
    return len(sent)


@pytest.mark.parametrize("first", [2, 100])
async def test_a_list_costs_as_many_statements_whatever_its_length(database, first):
    query = f"query ($first: Int!) {{ products(first: $first) {{ nodes {{ {PRODUCT} }} }} }}"
    assert await cost(database, query, first=first) == PARTS


@pytest.mark.parametrize("first", [1, 14])
async def test_products_of_all_collections_are_one_statement(database, first):
    query = """
        query ($first: Int!) { collections(first: $first) { nodes {
            products(first: 8) { totalCount nodes { id } }
        } } }
    """
    assert await cost(database, query, first=first) == 3


@pytest.mark.parametrize("count", [1, 60])
async def test_entities_cost_as_many_statements_whatever_their_number(database, count):
    query = """
        query ($r: [_Any!]!) { _entities(representations: $r) {
            ... on Product { title }
            ... on ProductVariant { sku price(channel: "jp") { amount } }
            ... on Category { name }
            ... on Collection { title }
            ... on Channel { currency }
        } }
    """
    asked = [
        {"__typename": kind, "id": make(n)}
        for n in range(1, count + 1)
        for kind, make in (
            ("Product", product_id),
            ("ProductVariant", lambda n: variant_id(n, 0)),
            ("Category", lambda n: demo_id("cat", n)),
            ("Collection", lambda n: demo_id("coll", n)),
            ("Channel", lambda n: demo_id("chan", n)),
        )
    ]
    assert await cost(database, query, r=asked) == 6


async def test_a_search_with_all_its_facets_is_four_statements(database):
    query = """{
        search(query: "lamp", facets: ["brand", "colour", "price", "material", "category"],
               filter: {channel: "us", options: [{name: "Colour", value: "Brass"}]}) {
            totalCount facets { key values { value count } } nodes { title }
        }
    }"""
    # The channels, the page, the total, the facets.
    assert await cost(database, query) == 4


async def test_more_keys_than_a_statement_takes_are_several_statements(database):
    request = Request(None, database, settings("catalog", database.url), UNKNOWN)
    loaders = Loaders(request)
    asked = [(variant_id(number, 0), "in") for number in range(1, 2 * MAX_KEYS + 2)]
    with database.statements() as sent:
        prices = await loaders.prices.load_many(asked)
    assert (len(prices), len(sent)) == (2 * MAX_KEYS + 1, 3)
    assert prices[0] is not None
    assert prices[-1] is None
