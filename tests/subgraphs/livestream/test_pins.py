"""Pins: one at a time, by the host, while live, for their window (P1, P4, P5)."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from subgraphs.shared.demo import product_id, variant_id
from tests.subgraphs.livestream.acts import HOST, OTHER_HOST, PRODUCTS, SCOPES, key, refusal, room
from tests.subgraphs.livestream.log import events_of

PRICE = {"amount": 149_900, "currency": "INR"}


async def test_a_pin_replaces_the_one_before_it(call, database):
    made = await room(call)
    first = await made.pin(PRODUCTS[0])
    second = await made.pin(PRODUCTS[1])
    assert first["stream"]["currentPin"] == {
        "id": first["pin"]["id"],
        "sequence": 3,
        "product": {"id": PRODUCTS[0]},
    }
    assert second["stream"]["currentPin"]["id"] == second["pin"]["id"]
    assert second["pin"]["sequence"] == 4
    assert [item["pinCount"] for item in second["stream"]["shelf"]] == [1, 1, 0, 0, 0]
    assert len(await events_of(database, made.id)) == 4


async def test_the_event_is_the_payload_of_the_subscription(call, database):
    made = await room(call)
    variant = variant_id(1, 1)
    pin = (await made.pin(PRODUCTS[0], variantId=variant, offerPrice=PRICE, seconds=60))["pin"]
    event = (await events_of(database, made.id))[-1]
    assert event["type"] == "fc.livestream.pin.set.v1"
    assert event["data"] == {
        "__typename": "ProductPinnedEvent",
        "type": "PINNED",
        "streamId": made.id,
        "pin": {
            "id": pin["id"],
            "sequence": int(event["sequence"]),
            "product": {"id": PRODUCTS[0]},
            "variant": {"id": variant},
            "offerPrice": PRICE | {"exponent": 2, "formatted": "₹1,499.00"},
            "pinnedAt": pin["pinnedAt"],
            "endsAt": pin["endsAt"],
        },
    }
    window = datetime.fromisoformat(pin["endsAt"]) - datetime.fromisoformat(pin["pinnedAt"])
    assert window.total_seconds() == 60


async def test_a_pin_without_a_price_has_the_shelfs(call):
    made = await room(call)
    await made.shelve([{"productId": PRODUCTS[0], "offerPrice": PRICE}])
    pin = (await made.pin(PRODUCTS[0]))["pin"]
    assert (pin["offerPrice"]["amount"], pin["offerPrice"]["currency"]) == (149_900, "INR")


async def test_a_pin_sent_twice_with_a_key_is_set_once(call, database):
    made = await room(call)
    same = key()
    first = await made.pin(PRODUCTS[0], idempotencyKey=same)
    again = await made.pin(PRODUCTS[0], idempotencyKey=same)
    other = await made.pin(PRODUCTS[1], idempotencyKey=same)
    assert (first["idempotentReplay"], again["idempotentReplay"]) == (False, True)
    assert first["pin"] == again["pin"]
    assert refusal(other) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    assert len(await events_of(database, made.id)) == 3


async def test_a_refused_pin_stays_refused_for_its_key(call):
    made = await room(call, live=False)
    same = key()
    first = await made.pin(PRODUCTS[0], idempotencyKey=same)
    await made.start()
    again = await made.pin(PRODUCTS[0], idempotencyKey=same)
    assert refusal(first) == refusal(again) == ("STREAM_NOT_LIVE", ["streamId"])
    assert (first["idempotentReplay"], again["idempotentReplay"]) == (False, True)


async def test_p4_only_the_host_pins_and_only_while_live(call, database):
    made = await room(call, live=False)
    assert refusal(await made.pin(PRODUCTS[0])) == ("STREAM_NOT_LIVE", ["streamId"])
    await made.start()
    assert refusal(await made.pin(PRODUCTS[0], OTHER_HOST)) == ("FORBIDDEN", ["streamId"])
    assert refusal(await made.unpin(OTHER_HOST)) == ("FORBIDDEN", ["streamId"])
    await made.end()
    assert refusal(await made.pin(PRODUCTS[0])) == ("STREAM_NOT_LIVE", ["streamId"])
    assert refusal(await made.unpin()) == ("STREAM_NOT_LIVE", ["streamId"])
    assert len(await events_of(database, made.id)) == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"productId": product_id(150)}, ["productId"]),
        ({"seconds": 4}, ["seconds"]),
        ({"seconds": 3601}, ["seconds"]),
        ({"offerPrice": {"amount": -1, "currency": "INR"}}, ["offerPrice"]),
        ({"variantId": "prod_1"}, ["variantId"]),
        ({"variantId": "var_" + "x" * 252}, ["variantId"]),
    ],
)
async def test_a_bad_pin_is_refused_with_its_field(call, change, field):
    made = await room(call)
    payload = await made.pin(**({"product": PRODUCTS[0]} | change))
    assert refusal(payload) == ("INVALID", field)
    assert payload["pin"] is None


async def test_a_pin_of_an_unknown_stream_is_not_found(call):
    made = await room(call)
    made.id = "strm_nowhere"
    assert refusal(await made.pin(PRODUCTS[0])) == ("NOT_FOUND", ["streamId"])


async def test_unpinning_takes_the_pin_down_once(call, database):
    made = await room(call)
    pin = (await made.pin(PRODUCTS[0]))["pin"]
    down = await made.unpin()
    again = await made.unpin()
    assert down["pin"] == {"id": pin["id"]}
    assert down["stream"]["currentPin"] is None
    assert (again["pin"], again["idempotentReplay"], again["userErrors"]) == (None, True, [])
    told = await events_of(database, made.id)
    assert len(told) == 4
    assert told[-1]["data"] == {
        "__typename": "ProductUnpinnedEvent",
        "type": "UNPINNED",
        "streamId": made.id,
        "pinId": pin["id"],
    }


async def test_the_end_of_the_stream_takes_the_pin_down(call, database):
    made = await room(call)
    await made.pin(PRODUCTS[0])
    assert (await made.end())["stream"]["currentPin"] is None
    assert len(await events_of(database, made.id)) == 4


async def test_a_pin_whose_window_has_closed_is_not_current(call, database):
    made = await room(call)
    assert (await made.pin(PRODUCTS[0], seconds=60))["stream"]["currentPin"] is not None
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                """update livestream.pins
                set pinned_at = pinned_at - interval '60 s', ends_at = ends_at - interval '60 s'"""
            )
        )
    query = "query ($id: ID!) { stream(id: $id) { currentPin { id } } }"
    assert (await call.data(query, {"id": made.id}))["stream"]["currentPin"] is None
    # It still stands in the books: the next pin takes its place.
    assert (await made.pin(PRODUCTS[1]))["stream"]["currentPin"]["product"]["id"] == PRODUCTS[1]


async def test_p1_the_database_refuses_a_second_current_pin(call, database):
    made = await room(call)
    await made.pin(PRODUCTS[0])
    copy = """
        insert into livestream.pins (id, stream_id, sequence, product_id, pinned_at)
        select 'pin_x', stream_id, 99, product_id, pinned_at from livestream.pins"""
    with pytest.raises(IntegrityError, match="pin_current"):
        async with database.engine.begin() as connection:
            await connection.execute(text(copy))


async def test_two_mutations_in_one_request_each_show_their_own_result(call):
    made = await room(call)
    mutation = """
        mutation ($a: StreamPinInput!, $b: StreamPinInput!) {
            a: streamPinProduct(input: $a) { pin { id } stream { currentPin { id } } }
            b: streamPinProduct(input: $b) { pin { id } stream { currentPin { id } } }
        }
    """
    asked = {
        name: {"streamId": made.id, "productId": product, "idempotencyKey": key()}
        for name, product in zip("ab", PRODUCTS, strict=False)
    }
    data = await call.data(mutation, asked, viewer=HOST, scopes=SCOPES)
    for payload in data.values():
        assert payload["stream"]["currentPin"]["id"] == payload["pin"]["id"]
