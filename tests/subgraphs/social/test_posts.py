"""Posts, reactions, comments and reports through the graph."""

import pytest
from sqlalchemy import text

from subgraphs.shared.demo import variant_id
from tests.subgraphs.social.acts import (
    AUTHOR,
    CREATE,
    OTHER,
    PRODUCTS,
    READER,
    comment,
    create,
    key,
    post,
    react,
    refusal,
    report,
)
from tests.subgraphs.social.log import events_of


async def set_state(database, post_id: str, state: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(
            text("update social.posts set state = :state where id = :id"),
            {"state": state, "id": post_id},
        )


async def test_a_post_is_published_with_its_tags(call, database):
    tags = [
        {"productId": PRODUCTS[0], "variantId": variant_id(1, 1), "x": 0.25, "y": 1},
        {"productId": PRODUCTS[1], "x": 0, "y": 0.5},
    ]
    made = (await create(call, tags=tags, topics=["#Slow", "slow", " tea "]))["post"]
    assert made["author"] == {"id": AUTHOR}
    assert made["topics"] == ["slow", "tea"]
    assert [tag["product"]["id"] for tag in made["tags"]] == PRODUCTS[:2]
    assert (made["state"], made["version"], made["viewerReactions"]) == ("PUBLISHED", 1, [])
    [event] = await events_of(database, made["id"])
    assert event["type"] == "fc.social.post.created.v1"
    assert event["data"] == {"post": {"id": made["id"]}, "version": 1, "authorId": AUTHOR}


async def test_a_post_sent_twice_with_a_key_is_published_once(call):
    same = key()
    first = await create(call, idempotencyKey=same)
    again = await create(call, idempotencyKey=same)
    other = await create(call, idempotencyKey=same, body="Something else")
    assert first == again
    assert refusal(other) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])


_LONG = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": " \n"}, ["body"]),
        ({"body": "x" * 2001}, ["body"]),
        ({"topics": ["a", "b", "c", "d", "e", "f"]}, ["topics"]),
        ({"topics": ["fine", "not fine"]}, ["topics", "1"]),
        ({"topics": ["a" * 40, "a" * 41]}, ["topics", "1"]),
        ({"tags": [{"productId": "cust_1", "x": 0, "y": 0}]}, ["tags", "0"]),
        ({"tags": [{"productId": "prod_1", "x": 1.01, "y": 0}]}, ["tags", "0"]),
        ({"tags": [{"productId": "prod_1", "variantId": "prod_1", "x": 0, "y": 0}]}, ["tags", "0"]),
        ({"tags": [{"productId": "prod_1", "x": 0, "y": 0}] * 11}, ["tags"]),
        # Longer than an index takes.
        ({"tags": [{"productId": "prod_" + _LONG, "x": 0, "y": 0}]}, ["tags", "0"]),
        (
            {"tags": [{"productId": "prod_1", "variantId": "var_" + _LONG, "x": 0, "y": 0}]},
            ["tags", "0"],
        ),
    ],
)
async def test_a_bad_post_is_refused_with_its_field(call, change, field):
    payload = await create(call, **change)
    assert payload["post"] is None
    assert refusal(payload) == ("INVALID", field)


async def test_the_anonymous_cannot_post(call):
    asked = {"body": "Boo", "idempotencyKey": key()}
    answer = await call(CREATE, {"in": asked})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_reaction_counts_once_until_it_is_taken_back(call, database):
    made = await post(call)
    first = (await react(call, made))["post"]
    again = (await react(call, made))["post"]
    assert first == again
    assert (first["likeCount"], first["version"], first["viewerReactions"]) == (1, 2, ["LIKE"])
    await react(call, made, "SAVE")
    back = (await react(call, made, on=False))["post"]
    await react(call, made, on=False)
    assert (back["likeCount"], back["saveCount"], back["version"]) == (0, 1, 4)
    assert back["viewerReactions"] == ["SAVE"]
    types = [event["type"].split(".")[-2] for event in await events_of(database, made)]
    assert types == ["created", "set", "set", "cleared"]


async def test_reactions_are_each_viewers_own(call):
    made = await post(call)
    await react(call, made, "SHARE", READER)
    query = "query ($id: ID!) { post(id: $id) { shareCount viewerReactions } }"
    theirs = await call.data(query, {"id": made}, viewer=OTHER)
    assert theirs["post"] == {"shareCount": 1, "viewerReactions": []}
    anonymous = await call(query, {"id": made})
    assert anonymous["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert anonymous["data"]["post"] == {"shareCount": 1, "viewerReactions": None}


async def test_comments_answer_the_post_or_each_other(call, database):
    made = await post(call)
    first = await comment(call, made, "How heavy is it?")
    reply = await comment(call, made, "3 kg.", AUTHOR, parentId=first["comment"]["id"])
    assert (first["post"]["commentCount"], reply["post"]["commentCount"]) == (1, 2)
    assert reply["comment"]["parentId"] == first["comment"]["id"]
    query = """
        query ($id: ID!, $after: String) {
            post(id: $id) {
                comments(first: 1, after: $after) {
                    totalCount nodes { body author { id } } pageInfo { hasNextPage endCursor }
                }
            }
        }
    """
    page = (await call.data(query, {"id": made}))["post"]["comments"]
    assert page["nodes"] == [{"body": "How heavy is it?", "author": {"id": READER}}]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    after = {"id": made, "after": page["pageInfo"]["endCursor"]}
    rest = (await call.data(query, after))["post"]["comments"]
    assert rest["nodes"] == [{"body": "3 kg.", "author": {"id": AUTHOR}}]
    event = (await events_of(database, made))[-1]
    assert event["type"] == "fc.social.comment.added.v1"
    assert event["data"]["version"] == 3


async def test_a_comment_sent_twice_with_a_key_is_added_once(call):
    made = await post(call)
    same = key()
    first = await comment(call, made, idempotencyKey=same)
    again = await comment(call, made, idempotencyKey=same)
    assert first["comment"] == again["comment"]
    assert again["post"]["commentCount"] == 1


async def test_a_bad_comment_is_refused_with_its_field(call):
    made, other = await post(call), await post(call)
    elsewhere = (await comment(call, other))["comment"]["id"]
    assert refusal(await comment(call, made, " ")) == ("INVALID", ["body"])
    assert refusal(await comment(call, made, "x" * 501)) == ("INVALID", ["body"])
    assert refusal(await comment(call, "post_nowhere")) == ("NOT_FOUND", ["postId"])
    answered = await comment(call, made, parentId=elsewhere)
    assert refusal(answered) == ("NOT_FOUND", ["parentId"])


async def test_a_viewer_reports_a_post_once(call, database):
    made = await post(call)
    assert (await report(call, made))["post"]["version"] == 2
    assert (await report(call, made))["post"]["version"] == 2
    event = (await events_of(database, made))[-1]
    assert event["data"]["reason"] == "COUNTERFEIT"
    assert READER not in str(event["data"])
    assert refusal(await report(call, "post_nowhere")) == ("NOT_FOUND", ["postId"])


async def test_a_removed_post_is_there_for_its_author_alone(call, database):
    made = await post(call)
    await set_state(database, made, "REMOVED")
    query = "query ($id: ID!) { post(id: $id) { id } }"
    assert (await call.data(query, {"id": made}, viewer=AUTHOR))["post"] == {"id": made}
    assert (await call.data(query, {"id": made}, viewer=READER))["post"] is None
    assert (await call.data(query, {"id": made}))["post"] is None
    asked = [{"__typename": "Post", "id": made}, {"__typename": "Customer", "id": AUTHOR}]
    selection = "... on Post { id } ... on Customer { posts { nodes { id } } }"
    strangers = await call.entities(selection, asked, viewer=READER)
    authors = await call.entities(selection, asked, viewer=AUTHOR)
    assert strangers[0] is None
    assert strangers[1]["posts"]["nodes"] == []
    assert authors[0]["id"] == authors[1]["posts"]["nodes"][0]["id"] == made
    assert refusal(await react(call, made)) == ("NOT_FOUND", ["postId"])


async def test_a_limited_post_is_found_by_its_id_only(call, database):
    made = await post(call, tags=[{"productId": PRODUCTS[0], "x": 0.5, "y": 0.5}])
    await set_state(database, made, "LIMITED")
    query = "query ($id: ID!) { post(id: $id) { id } feed { nodes { id } } }"
    assert await call.data(query, {"id": made}) == {"post": {"id": made}, "feed": {"nodes": []}}
    [product] = await call.entities(
        "... on Product { posts { nodes { id } } }", [{"__typename": "Product", "id": PRODUCTS[0]}]
    )
    assert product["posts"]["nodes"] == []
