"""SQL statements do not grow with the length of a list."""

import pytest

from subgraphs.shared.context import Context, Request
from subgraphs.shared.database import Database
from subgraphs.shared.demo import customer_id, demo_id, product_id
from subgraphs.shared.identity import Viewer
from subgraphs.shared.origin import UNKNOWN
from subgraphs.social.loaders import Loaders
from subgraphs.social.schema import schema
from subgraphs.social.seed import seed
from tests.support.subgraphs import settings

POST = """
    id body media { url } tags { product { id } } viewerReactions ranking { reason }
    comments(first: 3) { totalCount nodes { author { id followerCount } } }
    author { id followerCount followingCount viewerFollows }
"""


async def statements(database: Database, query: str, **variables: object) -> list[str]:
    """The statements that a query costs; it must answer without errors and with data."""
    request = Request(
        viewer=Viewer(customer_id(1)),
        database=database,
        settings=settings("social", database.url),
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


@pytest.mark.parametrize("first", [2, 100])
async def test_a_feed_costs_nine_statements_whatever_its_length(seeded, first):
    query = f"query ($first: Int!) {{ feed(first: $first) {{ nodes {{ {POST} }} }} }}"
    # Posts, media, tags, reactions, comments; of authors: followers, following, whether followed.
    # Authors of comments are known only once the comments are: their followers cost one more.
    assert len(await statements(seeded, query, first=first)) == 9


@pytest.mark.parametrize("count", [1, 50])
async def test_entities_cost_as_many_statements_whatever_their_number(seeded, count):
    query = """
        query ($r: [_Any!]!) {
            _entities(representations: $r) {
                ... on Post { body tags { id } }
                ... on Product { posts(first: 3) { nodes { id } } }
                ... on Customer { posts(first: 3) { nodes { id } } }
            }
        }
    """
    asked = [
        {"__typename": kind, "id": make(n)}
        for n in range(1, count + 1)
        for kind, make in (
            ("Post", lambda n: demo_id("post", n)),
            ("Product", product_id),
            ("Customer", customer_id),
        )
    ]
    assert len(await statements(seeded, query, r=asked)) == 4
