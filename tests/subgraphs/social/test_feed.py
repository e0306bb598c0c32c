"""Feeds, their order and follows."""

import pytest

from subgraphs.shared.demo import customer_id
from subgraphs.social.models import Post, PostState, pool
from subgraphs.social.seed import seed
from tests.subgraphs.social.acts import (
    AUTHOR,
    OTHER,
    PRODUCTS,
    READER,
    comment,
    follow,
    post,
    react,
    refusal,
)
from tests.subgraphs.social.log import events_of

FEED = """
    query ($kind: FeedKind!, $first: Int!, $after: String) {
        feed(kind: $kind, first: $first, after: $after) {
            nodes { id createdAt ranking { engagementScore pool reason } }
            pageInfo { hasNextPage endCursor }
        }
    }
"""


async def read(call, kind: str = "FOR_YOU", viewer: str | None = None, first: int = 50):
    """All of a feed, page by page."""
    found, after = [], None
    while True:
        asked = {"kind": kind, "first": first, "after": after}
        page = (await call.data(FEED, asked, viewer=viewer))["feed"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def test_engagement_ranks_the_feed_by_the_formula_it_shows(call):
    quiet, liked, discussed, followed = [await post(call) for _ in range(4)]
    for n in range(3):
        await react(call, liked, viewer=customer_id(20 + n))
    await comment(call, discussed)
    await follow(call, post_id=followed)
    nodes = await read(call)
    assert [(node["id"], node["ranking"]["engagementScore"]) for node in nodes] == [
        (followed, 8),
        (discussed, 4),
        (liked, 3),
        (quiet, 0),
    ]
    assert nodes[2]["ranking"]["reason"] == "1 * 3 likes"
    assert nodes[0]["ranking"]["reason"] == "8 * 1 follows"
    await react(call, liked, "SHARE")
    assert [node["id"] for node in await read(call)][:2] == [followed, liked]


async def test_each_term_has_its_weight():
    made = Post(
        id="post_1",
        author_id=AUTHOR,
        body="",
        topics=(),
        state=PostState.PUBLISHED,
        created_at=None,  # type: ignore[arg-type]
        like_count=1,
        save_count=10,
        share_count=100,
        comment_count=1000,
        follow_count=10_000,
        version=1,
    )
    assert made.engagement_score == 1 + 10 + 400 + 4000 + 80_000
    assert [pool(score) for score in (0, 19, 20, 149, 150)] == [200, 200, 2000, 2000, 10_000]


@pytest.mark.parametrize("first", [7, 100])
async def test_pages_of_the_feed_give_every_published_post_once_in_order(call, database, first):
    await seed(database)
    nodes = await read(call, first=first)
    scores = [node["ranking"]["engagementScore"] for node in nodes]
    assert len(nodes) == len({node["id"] for node in nodes}) == 178
    assert scores == sorted(scores, reverse=True)


async def test_following_shows_the_latest_posts_of_the_followed(call):
    first = await post(call)
    await post(call, OTHER)
    second = await post(call)
    await follow(call)
    nodes = await read(call, "FOLLOWING", READER, first=1)
    assert [node["id"] for node in nodes] == [second, first]
    await follow(call, following=False)
    assert await read(call, "FOLLOWING", READER) == []


async def test_following_needs_a_viewer(call):
    answer = await call(FEED, {"kind": "FOLLOWING", "first": 5})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("asked", [{"first": 101}, {"first": -1}, {"first": 5, "after": "x"}])
async def test_a_senseless_page_is_an_error(call, asked):
    answer = await call(FEED, {"kind": "FOR_YOU"} | asked)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_follow_counts_once_for_both_sides(call, database):
    first = await follow(call)
    assert await follow(call) == first
    assert first["customer"] == {
        "id": AUTHOR,
        "followerCount": 1,
        "followingCount": 0,
        "viewerFollows": True,
    }
    gone = await follow(call, following=False)
    assert await follow(call, following=False) == gone
    assert gone["customer"]["followerCount"] == 0
    assert gone["customer"]["viewerFollows"] is False
    told = await events_of(database, READER)
    assert [event["data"]["following"] for event in told] == [True, False]


async def test_a_post_counts_the_follows_it_won_while_they_last(call, database):
    made, later = await post(call), await post(call)
    await follow(call, post_id=made)
    await follow(call, post_id=later)  # stands already: the first post won it
    scores = {node["id"]: node["ranking"]["engagementScore"] for node in await read(call)}
    assert scores == {made: 8, later: 0}
    await follow(call, following=False)
    scores = {node["id"]: node["ranking"]["engagementScore"] for node in await read(call)}
    assert scores == {made: 0, later: 0}
    told = await events_of(database, made)
    assert [event["data"].get("following") for event in told] == [None, True, False]


async def test_a_bad_follow_is_refused_with_its_field(call):
    made = await post(call)
    assert refusal(await follow(call, READER)) == ("INVALID", ["customerId"])
    assert refusal(await follow(call, PRODUCTS[0])) == ("INVALID", ["customerId"])
    longer_than_an_index_takes = "cust_" + "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    refused = await follow(call, longer_than_an_index_takes)
    assert refusal(refused) == ("INVALID", ["customerId"])
    assert refusal(await follow(call, OTHER, post_id=made)) == ("INVALID", ["postId"])
    assert refusal(await follow(call, post_id="post_nowhere")) == ("NOT_FOUND", ["postId"])


async def test_products_and_customers_lead_to_posts(call):
    tags = [{"productId": PRODUCTS[0], "x": 0.5, "y": 0.5}] * 2
    first, second = await post(call, tags=tags), await post(call, tags=tags)
    product, customer = await call.entities(
        """
        ... on Product { posts(first: 1) { nodes { id } pageInfo { hasNextPage } } }
        ... on Customer { posts { nodes { id } } followerCount followingCount }
        """,
        [{"__typename": "Product", "id": PRODUCTS[0]}, {"__typename": "Customer", "id": AUTHOR}],
    )
    assert product["posts"] == {"nodes": [{"id": second}], "pageInfo": {"hasNextPage": True}}
    assert [node["id"] for node in customer["posts"]["nodes"]] == [second, first]
