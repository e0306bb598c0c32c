"""SQL statements do not grow with the length of a list."""

import pytest

from subgraphs.livestream.loaders import Loaders
from subgraphs.livestream.schema import schema
from subgraphs.livestream.seed import seed
from subgraphs.shared.context import Context, Request
from subgraphs.shared.database import Database
from subgraphs.shared.demo import customer_id, demo_id, product_id
from subgraphs.shared.origin import UNKNOWN
from tests.support.subgraphs import settings

FIELDS = """
    id title headCursor host { id } shelf { product { id } pinCount }
    currentPin { product { id } variant { id } } chat(last: 5) { body author { id } }
"""


async def statements(database: Database, query: str, **variables: object) -> list[str]:
    """The statements that a query costs; it must answer without errors and with data."""
    request = Request(
        viewer=None,
        database=database,
        settings=settings("livestream", database.url),
        origin=UNKNOWN,
    )
    with database.statements() as sent:
        answer = await schema.answer(query, variables, None, Context(request, Loaders(request)))
    assert "errors" not in answer, answer
    return sent


@pytest.fixture
async def seeded(database: Database) -> Database:
    await seed(database)
    return database


@pytest.mark.parametrize("first", [1, 12])
async def test_a_list_of_streams_costs_four_statements_whatever_its_length(seeded, first):
    query = f"query ($first: Int!) {{ streams(first: $first) {{ nodes {{ {FIELDS} }} }} }}"
    assert len(await statements(seeded, query, first=first)) == 4


@pytest.mark.parametrize("count", [1, 12])
async def test_stream_entities_cost_four_statements_whatever_their_number(seeded, count):
    query = f"""
        query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Stream {{ {FIELDS} }} }} }}
    """
    asked = [{"__typename": "Stream", "id": demo_id("strm", n)} for n in range(1, count + 1)]
    assert len(await statements(seeded, query, r=asked)) == 4


@pytest.mark.parametrize("count", [1, 50])
async def test_streams_of_products_and_hosts_cost_one_statement_each(seeded, count):
    query = """
        query ($r: [_Any!]!) {
            _entities(representations: $r) {
                ... on Product { liveStreams { id } }
                ... on Customer { hostedStreams { id } }
            }
        }
    """
    asked = [
        {"__typename": kind, "id": make(n)}
        for n in range(1, count + 1)
        for kind, make in (("Product", product_id), ("Customer", customer_id))
    ]
    assert len(await statements(seeded, query, r=asked)) == 2
