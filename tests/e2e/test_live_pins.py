"""A host pins; viewers on both transports see the same pins in the same order."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

from subgraphs.shared.demo import demo_id, product_id
from tests.support.live import Payloads, over_sse, over_websocket
from tests.support.store import Client, Store

ROOM = demo_id("strm", 1)
PINS = 12
PIN = """
mutation Pin($input: StreamPinInput!) {
  streamPinProduct(input: $input) { pin { id sequence } userErrors { code message } }
}
"""
EVENTS = """
subscription Live($room: ID!, $after: EventCursor) {
  streamEvents(streamId: $room, types: [PINNED], after: $after) {
    __typename sequence cursor
    ... on ProductPinnedEvent { pin { id product { id title } } }
  }
}
"""


async def pin(host: Client, room: str, product: str) -> int:
    command = {"streamId": room, "productId": product, "idempotencyKey": str(uuid4())}
    payload = (await host.data(PIN, input=command))["streamPinProduct"]
    assert payload["userErrors"] == []
    return int(payload["pin"]["sequence"])


async def take(payloads: Payloads, count: int) -> list[dict[str, object]]:
    taken: list[dict[str, object]] = []
    async with asyncio.timeout(60):
        async for payload in payloads:
            assert "errors" not in payload, payload
            taken.append(payload["data"]["streamEvents"])
            if len(taken) == count:
                break
    return taken


async def head_cursor(client: Client, room: str) -> str:
    query = "query Head($room: ID!) { stream(id: $room) { headCursor } }"
    return str((await client.data(query, room=room))["stream"]["headCursor"])


async def shelf(client: Client, room: str) -> list[str]:
    query = "query Shelf($room: ID!) { stream(id: $room) { shelf { product { id } } } }"
    items = (await client.data(query, room=room))["stream"]["shelf"]
    return [item["product"]["id"] for item in items]


async def test_pins_reach_a_viewer_on_sse_and_one_on_a_websocket_in_the_same_order(
    any_store: Store,
):
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(any_store.client("host"))
        # "Now" by the room's own count: the relay may be behind with what the demo has written.
        variables = {"room": ROOM, "after": await head_cursor(host, ROOM)}
        sse = await stack.enter_async_context(over_sse(any_store.url, EVENTS, variables))
        websocket = await stack.enter_async_context(
            over_websocket(any_store.url, EVENTS, variables)
        )
        products = await shelf(host, ROOM)
        async with asyncio.TaskGroup() as group:
            seen_on_sse = group.create_task(take(sse, PINS))
            seen_on_websocket = group.create_task(take(websocket, PINS))
            pinned = [await pin(host, ROOM, products[n % len(products)]) for n in range(PINS)]

    assert [event["sequence"] for event in seen_on_sse.result()] == pinned
    assert seen_on_websocket.result() == seen_on_sse.result()
    first = seen_on_sse.result()[0]
    assert first["__typename"] == "ProductPinnedEvent"
    assert first["pin"]["product"]["title"]  # type: ignore[index]


async def test_a_viewer_who_comes_back_with_a_cursor_misses_nothing(any_store: Store):
    async with any_store.client("host") as host:
        products = await shelf(host, ROOM)
        async with over_sse(any_store.url, EVENTS, {"room": ROOM}) as before:
            await pin(host, ROOM, products[0])
            (seen,) = await take(before, 1)
        missed = [await pin(host, ROOM, products[n % len(products)]) for n in range(1, 4)]
        variables = {"room": ROOM, "after": seen["cursor"]}
        async with over_websocket(any_store.url, EVENTS, variables) as after:
            live = await pin(host, ROOM, products[0])
            events = await take(after, 4)
    assert [event["sequence"] for event in events] == [*missed, live]


async def test_the_head_cursor_hands_over_from_snapshot_to_live_without_a_gap(any_store: Store):
    query = "query Room($room: ID!) { stream(id: $room) { headCursor currentPin { sequence } } }"
    async with any_store.client("host") as host:
        products = await shelf(host, ROOM)
        await pin(host, ROOM, products[0])
        snapshot = (await host.data(query, room=ROOM))["stream"]
        between = await pin(host, ROOM, products[1])
        variables = {"room": ROOM, "after": snapshot["headCursor"]}
        async with over_sse(any_store.url, EVENTS, variables) as viewer:
            (event,) = await take(viewer, 1)
    assert event["sequence"] == between


async def test_a_forged_cursor_is_an_error_and_no_silent_jump(any_store: Store):
    variables = {"room": ROOM, "after": "bm90IGEgY3Vyc29y.AAAA"}
    async with over_sse(any_store.url, EVENTS, variables) as viewer:
        async with asyncio.timeout(60):
            answer = await anext(viewer)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["CURSOR_INVALID"]


async def test_nobody_but_the_host_pins(any_store: Store):
    async with any_store.client("shopper") as shopper, any_store.client() as nobody:
        command = {"streamId": ROOM, "productId": product_id(1), "idempotencyKey": str(uuid4())}
        for client in (shopper, nobody):
            answer = await client.answer(PIN, input=command)
            assert answer["errors"][0]["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
