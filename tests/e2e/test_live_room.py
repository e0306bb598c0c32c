"""A live room through the whole store: gifts, viewers, and the price of a pin."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from subgraphs.shared.demo import customer_id, demo_id, product_id, variant_id
from tests.e2e.test_live_pins import head_cursor
from tests.support.live import Payloads, over_sse, over_websocket
from tests.support.store import Client, Store

ROOM = demo_id("strm", 1)
OTHER_ROOM = demo_id("strm", 2)
WALLET = demo_id("wal", 1)
ROSE = demo_id("gift", 1)
GIFTS = """
subscription Gifts($room: ID!, $after: EventCursor) {
  streamEvents(streamId: $room, types: [GIFT], after: $after) {
    ... on GiftEvent { from { id } gift { name price { amount } } count }
  }
}
"""
SEND = """
mutation Send($input: GiftSendInput!) {
  giftSend(input: $input) { giftSending { id state } idempotentReplay userErrors { code } }
}
"""
PROGRESS = """
subscription Progress($id: ID!) {
  giftProgress(giftSendingId: $id) { state giftSending { state refusal } }
}
"""
BALANCE = "query Balance($id: ID!) { wallet(id: $id) { posted { amount } } }"
BOOKS = '{ trialBalance(currency: "INR") { difference } }'
NUMBERS = """
subscription Numbers($room: ID!) {
  streamState(streamId: $room) { viewerCount likeCount version stream { title peakViewers } }
}
"""
WATCH = "subscription Watch($room: ID!) { streamEvents(streamId: $room) { sequence } }"
PIN = """
mutation Pin($input: StreamPinInput!) {
  streamPinProduct(input: $input) { pin { id } userErrors { code } }
}
"""
SHELVE = """
mutation Shelve($input: StreamShelfSetInput!) {
  streamShelfSet(input: $input) { userErrors { code } }
}
"""
CART = """
mutation Cart($input: CartCreateInput!) {
  cartCreate(input: $input) { cart { id lines { unitPrice { amount } } } userErrors { code } }
}
"""
LINE = "query Line($id: ID!) { cart(id: $id) { lines { unitPrice { amount } } } }"


async def until(payloads: Payloads, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first payload's data that is as it should be."""
    async with asyncio.timeout(60):
        async for payload in payloads:
            assert "errors" not in payload, payload
            if seen(payload["data"]):
                data: dict[str, Any] = payload["data"]
                return data
    raise AssertionError("the stream has ended")


def token(store: Store, who: str) -> dict[str, str]:
    return {"authorization": store.headers(who)["authorization"]}


async def balance(client: Client) -> int:
    return int((await client.data(BALANCE, id=WALLET))["wallet"]["posted"]["amount"])


async def test_a_gift_debits_once_and_all_viewers_see_it(any_store: Store):
    async with any_store.client("shopper") as shopper, any_store.client("merchant") as merchant:
        before = await balance(shopper)
        room = {"room": ROOM, "after": await head_cursor(shopper, ROOM)}
        command = {"streamId": ROOM, "giftId": ROSE, "walletId": WALLET, "count": 3}
        command["idempotencyKey"] = str(uuid4())
        async with (
            over_sse(any_store.url, GIFTS, room) as sse,
            over_websocket(any_store.url, GIFTS, room) as websocket,
        ):
            async with asyncio.TaskGroup() as clicks:
                sent = [clicks.create_task(shopper.data(SEND, input=command)) for _ in range(3)]
            payloads = [task.result()["giftSend"] for task in sent]
            [sending] = {payload["giftSending"]["id"] for payload in payloads}
            for viewer in (sse, websocket):
                event = (await until(viewer, bool))["streamEvents"]
                assert event == {
                    "from": {"id": customer_id(1)},
                    "gift": {"name": "Rose", "price": {"amount": 1_000}},
                    "count": 3,
                }
        me = token(any_store, "shopper")
        async with over_sse(any_store.url, PROGRESS, {"id": sending}, me) as mine:
            found = await until(mine, lambda data: data["giftProgress"]["state"] == "SENT")
            assert found["giftProgress"]["giftSending"] == {"state": "SENT", "refusal": None}
        assert await balance(shopper) == before - 3_000
        assert (await merchant.data(BOOKS))["trialBalance"]["difference"] == 0


async def test_viewers_are_counted_as_they_come_and_go(any_store: Store):
    """A customer with two windows is one viewer; who follows the numbers is none."""
    shopper, host = token(any_store, "shopper"), token(any_store, "host")
    room = {"room": OTHER_ROOM}

    def watched_by(count: int) -> Callable[[dict[str, Any]], bool]:
        return lambda data: data["streamState"]["viewerCount"] == count

    async with over_sse(any_store.url, NUMBERS, room) as numbers:
        async with (
            over_sse(any_store.url, WATCH, room, shopper),
            over_websocket(any_store.url, WATCH, room, shopper),
            over_sse(any_store.url, WATCH, room, host),
            over_sse(any_store.url, WATCH, room),
        ):
            seen = await until(numbers, watched_by(3))
            assert seen["streamState"]["stream"]["peakViewers"] >= 3
        gone = await until(numbers, watched_by(0))
        assert gone["streamState"]["version"] > seen["streamState"]["version"]
        assert gone["streamState"]["stream"]["peakViewers"] >= 3


async def test_p5_the_carts_price_is_the_pins_until_the_host_takes_it_down(any_store: Store):
    async with any_store.client("host") as host, any_store.client() as nobody:
        shelf = [{"productId": product_id(n)} for n in (1, 2)]
        shelved = await host.data(SHELVE, input={"streamId": ROOM, "items": shelf})
        assert shelved["streamShelfSet"]["userErrors"] == []
        command = {
            "streamId": ROOM,
            "productId": product_id(1),
            "variantId": variant_id(1, 0),
            "offerPrice": {"amount": 12_300, "currency": "INR"},
            "idempotencyKey": str(uuid4()),
        }
        pin = (await host.data(PIN, input=command))["streamPinProduct"]["pin"]["id"]
        source = {"kind": "STREAM_PIN", "refId": pin}
        line = {"variantId": variant_id(1, 0), "source": source}
        asked = {"channel": "in", "lines": [line], "idempotencyKey": uuid4().hex}
        made = (await nobody.data(CART, input=asked))["cartCreate"]["cart"]

        async def price() -> int:
            lines = (await nobody.data(LINE, id=made["id"]))["cart"]["lines"]
            return int(lines[0]["unitPrice"]["amount"])

        async with asyncio.timeout(60):
            while await price() != 12_300:  # noqa: ASYNC110 (a cart's price is no event)
                await asyncio.sleep(0.05)
            unpin = "mutation Unpin($id: ID!) { streamUnpin(streamId: $id) { pin { id } } }"
            await host.data(unpin, id=ROOM)
            while await price() == 12_300:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
