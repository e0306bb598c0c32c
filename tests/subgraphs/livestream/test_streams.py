"""A stream's life and shelf through the graph."""

from typing import Any
from uuid import uuid4

import pytest

from gateway.subscriptions.cursor import CursorCodec
from subgraphs.livestream.events import TOPIC
from tests.subgraphs.livestream.acts import (
    END,
    HOST,
    OTHER_HOST,
    PRODUCTS,
    SCHEDULE,
    SCOPES,
    START,
    do,
    key,
    refusal,
    room,
)
from tests.subgraphs.livestream.log import events_of
from tests.support.subgraphs import CURSOR_KEY


async def test_a_stream_goes_from_announced_to_ended(call, database):
    made = await room(call, live=False)
    started = await made.start()
    ended = await made.end()
    assert started["stream"]["state"] == "LIVE"
    assert ended["stream"]["state"] == "ENDED"
    assert ended["stream"]["startedAt"] < ended["stream"]["endedAt"]
    told = await events_of(database, made.id)
    assert [event["data"]["type"] for event in told] == ["SCHEDULED", "STARTED", "ENDED"]
    assert [event["data"]["state"] for event in told] == ["SCHEDULED", "LIVE", "ENDED"]
    assert {event["data"]["__typename"] for event in told} == {"StreamLifecycleEvent"}


async def test_starting_and_ending_twice_happen_once(call, database):
    made = await room(call)
    assert (await made.start())["userErrors"] == []
    await made.end()
    assert (await made.end())["userErrors"] == []
    assert len(await events_of(database, made.id)) == 3


async def test_an_announced_stream_that_is_ended_was_cancelled(call):
    made = await room(call, live=False)
    assert (await made.end())["stream"]["state"] == "CANCELLED"
    assert refusal(await made.start()) == ("CONFLICT", ["streamId"])


async def test_a_second_schedule_with_the_key_gives_the_same_stream(call):
    asked = {
        "title": "Tea with Mei",
        "scheduledAt": "2026-12-01T10:00:00+05:30",
        "productIds": PRODUCTS[:2],
        "idempotencyKey": key(),
    }
    first = await do(call, SCHEDULE, {"in": asked}, HOST)
    again = await do(call, SCHEDULE, {"in": asked}, HOST)
    other = await do(call, SCHEDULE, {"in": asked | {"title": "Coffee with Mei"}}, HOST)
    assert first["stream"] == again["stream"]
    assert refusal(other) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    assert [item["product"]["id"] for item in first["stream"]["shelf"]] == PRODUCTS[:2]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, ["title"]),
        ({"title": "x" * 121}, ["title"]),
        ({"productIds": ["cust_1"]}, ["productIds", "0"]),
        ({"productIds": [PRODUCTS[0], PRODUCTS[0]]}, ["productIds", "1"]),
        ({"productIds": [f"prod_{n}" for n in range(101)]}, ["productIds"]),
        ({"idempotencyKey": ""}, ["idempotencyKey"]),
    ],
)
async def test_a_bad_schedule_is_refused_with_its_field(call, change, field):
    asked = {
        "title": "Tea with Mei",
        "scheduledAt": "2026-12-01T10:00:00Z",
        "productIds": PRODUCTS,
        "idempotencyKey": key(),
    }
    payload = await do(call, SCHEDULE, {"in": asked | change}, HOST)
    assert payload["stream"] is None
    assert refusal(payload) == ("INVALID", field)


async def test_hosting_needs_the_scope_and_the_stream(call, database):
    made = await room(call)
    without = await call(END, {"id": made.id}, viewer=HOST)
    anonymous = await call(END, {"id": made.id})
    assert without["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert anonymous["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert refusal(await made.end(OTHER_HOST)) == ("FORBIDDEN", ["streamId"])
    missing = await do(call, START, {"id": "strm_nowhere"}, HOST)
    assert refusal(missing) == ("NOT_FOUND", ["streamId"])
    assert len(await events_of(database, made.id)) == 2


async def test_the_shelf_is_replaced_whole(call, database):
    made = await room(call)
    price = {"amount": 19_900, "currency": "INR"}
    items: list[dict[str, Any]] = [
        {"productId": PRODUCTS[3], "offerPrice": price},
        {"productId": PRODUCTS[0]},
    ]
    shelf = (await made.shelve(items))["stream"]["shelf"]
    assert shelf == [
        {
            "position": 1,
            "product": {"id": PRODUCTS[3]},
            "offerPrice": price,
            "pinCount": 0,
            "deepLink": f"/live/{made.id}?product={PRODUCTS[3]}",
        },
        {
            "position": 2,
            "product": {"id": PRODUCTS[0]},
            "offerPrice": None,
            "pinCount": 0,
            "deepLink": f"/live/{made.id}?product={PRODUCTS[0]}",
        },
    ]
    last = (await events_of(database, made.id))[-1]
    assert last["data"] == {
        "__typename": "ShelfChangedEvent",
        "type": "SHELF_CHANGED",
        "streamId": made.id,
        "stream": {"id": made.id},
    }
    free: list[dict[str, Any]] = [
        {"productId": PRODUCTS[0], "offerPrice": {"amount": 0, "currency": "INR"}}
    ]
    assert refusal(await made.shelve(free)) == ("INVALID", ["items", "0", "offerPrice"])
    await made.end()
    assert refusal(await made.shelve(items)) == ("CONFLICT", ["streamId"])


async def test_the_head_cursor_is_the_position_of_the_last_event(call, database):
    made = await room(call)
    await made.say("Hello from Pune!")
    pinned = await made.pin(PRODUCTS[0])
    position = CursorCodec(CURSOR_KEY).decode(pinned["stream"]["headCursor"])
    last = (await events_of(database, made.id))[-1]
    assert (position.topic, position.key, position.sequence) == (TOPIC, made.id, 4)
    assert last["sequence"] == "4"
    assert position.time == last["time"]


async def test_streams_are_paged_latest_schedule_first(call):
    asked = {"productIds": [], "title": "Morning practice"}
    for day in (3, 1, 2, 2):
        when = {"scheduledAt": f"2026-12-0{day}T07:00:00Z", "idempotencyKey": uuid4().hex}
        await do(call, SCHEDULE, {"in": asked | when}, HOST, SCOPES)
    query = """
        query ($after: String) {
            streams(state: SCHEDULED, first: 3, after: $after) {
                nodes { id scheduledAt } pageInfo { hasNextPage endCursor }
            }
        }
    """
    first = (await call.data(query))["streams"]
    rest = (await call.data(query, {"after": first["pageInfo"]["endCursor"]}))["streams"]
    days = [node["scheduledAt"][8:10] for node in first["nodes"] + rest["nodes"]]
    assert days == ["03", "02", "02", "01"]
    assert len({node["id"] for node in first["nodes"] + rest["nodes"]}) == 4
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_entities_of_other_subgraphs_lead_to_streams(call):
    made = await room(call)
    await room(call, live=False)
    product, customer, stream, missing = await call.entities(
        """
        ... on Product { liveStreams { id } }
        ... on Customer { hostedStreams(first: 5) { id } }
        ... on Stream { id title }
        """,
        [
            {"__typename": "Product", "id": PRODUCTS[0]},
            {"__typename": "Customer", "id": HOST},
            {"__typename": "Stream", "id": made.id},
            {"__typename": "Stream", "id": "strm_nowhere"},
        ],
    )
    assert product["liveStreams"] == [{"id": made.id}]
    assert len(customer["hostedStreams"]) == 2
    assert stream["id"] == made.id
    assert missing is None
