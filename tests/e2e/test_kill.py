"""`kill -9` in the middle of work: what was acknowledged is there, the rest can be repeated."""

import asyncio
from itertools import count
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import WebSocketException

from subgraphs.shared import cards
from subgraphs.shared.demo import demo_id
from tests.e2e.test_live_pins import EVENTS, PIN, ROOM, head_cursor, shelf, take
from tests.support.live import over_sse, over_websocket
from tests.support.store import Client, Store

WALLET = demo_id("wal", 1)
CLIENTS = 4
TOP_UPS = 60
AMOUNT = 101
TOP_UP = """
mutation TopUp($input: WalletTopUpInput!) {
  walletTopUp(input: $input) { wallet { posted { amount } } userErrors { code } idempotentReplay }
}
"""
BALANCE = "query Balance($id: ID!) { wallet(id: $id) { posted { amount } version } }"
BOOKS = '{ trialBalance(currency: "INR") { difference } }'


def top_up(key: str) -> dict[str, object]:
    amount = {"amount": AMOUNT, "currency": "INR"}
    return {
        "walletId": WALLET,
        "amount": amount,
        "cardToken": cards.GOOD,
        "idempotencyKey": key,
    }


async def send_until_dead(
    store: Store, client: Client, keys: list[str], acknowledged: set[str]
) -> None:
    for key in keys:
        try:
            payload = (await client.data(TOP_UP, input=top_up(key)))["walletTopUp"]
        except (httpx.HTTPError, ValueError):
            return
        assert payload["userErrors"] == []
        acknowledged.add(key)
        if len(acknowledged) == TOP_UPS // 3:
            store.kill()  # the other clients have requests under way


async def balance(client: Client) -> tuple[int, int]:
    wallet = (await client.data(BALANCE, id=WALLET))["wallet"]
    return wallet["posted"]["amount"], wallet["version"]


async def test_money_acknowledged_before_a_kill_is_there_and_repeats_change_nothing(
    own_store: Store,
):
    keys = [str(uuid4()) for _ in range(TOP_UPS)]
    acknowledged: set[str] = set()
    async with own_store.client("shopper") as shopper:
        before, version = await balance(shopper)
        async with asyncio.TaskGroup() as group:
            for n in range(CLIENTS):
                mine = keys[n::CLIENTS]
                group.create_task(send_until_dead(own_store, shopper, mine, acknowledged))
    assert len(acknowledged) < TOP_UPS, "the kill came too late to prove anything"

    own_store.start()

    async with own_store.client("shopper") as shopper, own_store.client("merchant") as merchant:
        survived, _ = await balance(shopper)
        assert survived >= before + AMOUNT * len(acknowledged)
        for key in keys:
            payload = (await shopper.data(TOP_UP, input=top_up(key)))["walletTopUp"]
            assert payload["userErrors"] == []
            if key in acknowledged:
                assert payload["idempotentReplay"]
        assert await balance(shopper) == (before + AMOUNT * TOP_UPS, version + TOP_UPS)
        assert (await merchant.data(BOOKS))["trialBalance"]["difference"] == 0


async def test_a_viewer_resumes_across_a_kill_of_gateway_and_database(own_store: Store):
    async with own_store.client("host") as host:
        products = await shelf(host, ROOM)

        async def pin(n: int, key: str) -> int:
            command = {"streamId": ROOM, "productId": products[n % len(products)]}
            answer = await host.data(PIN, input={**command, "idempotencyKey": key})
            return int(answer["streamPinProduct"]["pin"]["sequence"])

        async with over_sse(own_store.url, EVENTS, {"room": ROOM}) as viewer:
            first = await pin(0, str(uuid4()))
            (seen,) = await take(viewer, 1)
        assert seen["sequence"] == first
        unseen = [await pin(n, str(uuid4())) for n in range(1, 6)]

        own_store.kill()
        own_store.kill_database()
        own_store.start()

        variables = {"room": ROOM, "after": seen["cursor"]}
        async with over_sse(own_store.url, EVENTS, variables) as viewer:
            live = [await pin(n, str(uuid4())) for n in range(6, 9)]
            events = await take(viewer, len(unseen) + len(live))
    assert [event["sequence"] for event in events] == [*unseen, *live]


VIEWERS = 10
PINS = 60


async def watch(store: Store, after: str, seen: list[int]) -> None:
    """What a head does: when the stream breaks off, begin again after the last event."""
    over = (over_sse, over_websocket)
    for attempt in count():
        try:
            viewing = over[attempt % 2](store.url, EVENTS, {"room": ROOM, "after": after})
            async with viewing as events:
                async for payload in events:
                    if "errors" in payload:
                        break  # the gateway stops, and says so
                    event = payload["data"]["streamEvents"]
                    seen.append(event["sequence"])
                    after = event["cursor"]
                    if len(seen) == PINS:
                        return
        except (httpx.HTTPError, WebSocketException, OSError, AssertionError):
            await asyncio.sleep(0.1)  # it is not there, or not ready yet


async def pin_once(client: Client, command: dict[str, object]) -> int:
    """Send it until it is answered: with the same key, it happens once."""
    while True:
        try:
            payload = (await client.data(PIN, input=command))["streamPinProduct"]
            return int(payload["pin"]["sequence"])
        except (httpx.HTTPError, AssertionError, ValueError):
            await asyncio.sleep(0.1)


@pytest.mark.timeout(300)
async def test_p3_all_viewers_see_every_pin_once_and_in_order_across_kills(own_store: Store):
    """The full load, 1,000 pins and 100 viewers, is `tests/benchmarks/test_restart.py`."""
    seen: list[list[int]] = [[] for _ in range(VIEWERS)]
    pinned: list[int] = []
    # Once all have seen so many pins: what is killed, and whether the store must be started.
    kills = (
        (10, own_store.kill_a_backend, False),
        (20, own_store.kill_database, False),
        (30, own_store.kill_all, True),
    )
    async with own_store.client("host") as host:
        products = await shelf(host, ROOM)
        start = await head_cursor(host, ROOM)

        async def pin_all() -> None:
            for n in range(PINS):
                # So that each kill comes in between.
                while n - min(map(len, seen)) > PINS // 6:  # noqa: ASYNC110 (as above)
                    await asyncio.sleep(0.01)
                command = {"streamId": ROOM, "productId": products[n % len(products)]}
                pinned.append(await pin_once(host, {**command, "idempotencyKey": str(uuid4())}))

        async with asyncio.timeout(200), asyncio.TaskGroup() as group:
            for each in seen:
                group.create_task(watch(own_store, start, each))
            group.create_task(pin_all())
            for number, kill, starts in kills:
                while min(map(len, seen)) < number:  # noqa: ASYNC110 (viewers give no sign)
                    await asyncio.sleep(0.01)
                kill()
                if starts:
                    await asyncio.to_thread(own_store.start)
    assert pinned == sorted(set(pinned))
    assert len(pinned) == PINS
    assert seen == [pinned] * VIEWERS


async def test_a_second_start_takes_over_the_data_and_ctrl_c_ends_all(own_store: Store):
    own_store.kill()
    own_store.start()
    assert own_store.interrupt() == 0
    assert not (own_store.home.database / "postmaster.pid").exists()
