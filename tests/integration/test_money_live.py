"""Wallets and group-buys through the whole gateway: real server, real PostgreSQL, real tokens."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import orjson
import pytest
from sqlalchemy import text

from fusion.home import Home
from fusion.personas import AUDIENCE, ISSUER, sign
from gateway.composition.compose import Composed, SubgraphSource, compose
from gateway.config.settings import Settings
from subgraphs.groupbuy.schema import schema as groupbuy
from subgraphs.shared.database import Database
from subgraphs.wallet.schema import schema as wallet
from tests.gateway.subscriptions.live_shop import serving
from tests.support.groupbuys import Shop
from tests.support.live import Payloads, over_sse, over_websocket
from tests.support.patience import patient
from tests.support.postgres import Server
from tests.support.wallets import Bank

PROGRESS = """subscription ($id: ID!) { groupBuyProgress(groupBuyId: $id) {
    paidCount size state version groupBuy { id seatsLeft members { seat } } } }"""
JOIN = """mutation ($in: GroupBuyJoinInput!) { groupBuyJoin(input: $in) {
    groupBuy { state viewerMembership { state } } userErrors { code } } }"""
OPEN = """mutation ($in: GroupBuyOpenInput!) { groupBuyOpen(input: $in) {
    groupBuy { id state } userErrors { code } } }"""
ENTRIES = """subscription ($id: ID!, $after: EventCursor) {
    walletEntries(walletId: $id, after: $after) {
        cursor entry { reason amount { amount formatted } } wallet { id } } }"""
TOP_UP = """mutation ($in: WalletTopUpInput!) { walletTopUp(input: $in) {
    entry { amount { amount } } userErrors { code } } }"""


@pytest.fixture(scope="module", autouse=True)
def without_kafka() -> Iterator[None]:
    """These subgraphs read their environment; nothing relays their events to the tests' Kafka."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KAFKA_BOOTSTRAP", raising=False)
        yield


class Store(msgspec.Struct, frozen=True):
    """A running gateway and what is behind it."""

    url: str
    home: Home
    shop: Shop
    bank: Bank

    def headers(self, customer: str, *scopes: str) -> dict[str, str]:
        return {"authorization": f"Bearer {sign(self.home, customer, scopes)}"}

    async def ask(self, customer: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=60) as http:
            body = {"query": query, "variables": variables}
            response = await http.post(
                f"{self.url}/graphql", json=body, headers=self.headers(customer)
            )
            answer: dict[str, Any] = response.json()
            return answer


@pytest.fixture
async def store(postgres_server: Server, tmp_path: Path, monkeypatch) -> AsyncIterator[Store]:
    database_url = await postgres_server.migrated("wallet", "groupbuy")
    home = Home(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CURSOR_KEY", home.secret("cursor"))
    home.key("gateway")
    monkeypatch.setenv("GATEWAY_JWKS", str(home.public_keys("gateway")))
    home.key("personas")
    composed = compose(
        [
            SubgraphSource("wallet", "http://wallet", wallet.as_str()),
            SubgraphSource("groupbuy", "http://groupbuy", groupbuy.as_str()),
        ]
    )
    assert isinstance(composed, Composed), composed
    supergraph = tmp_path / "supergraph.graphql"
    supergraph.write_text(composed.supergraph_sdl)
    settings = Settings.model_validate(
        patient(
            {
                "http": {"port": 0, "shutdown_timeout": "30s"},
                "supergraph": {"file": supergraph},
                "subgraphs": {
                    "wallet": {"app": "subgraphs.wallet.app:app"},
                    "groupbuy": {"app": "subgraphs.groupbuy.app:app"},
                },
                "jwt": {
                    "jwks_providers": [{"file": str(home.public_keys("personas"))}],
                    "issuer": ISSUER,
                    "audience": AUDIENCE,
                },
                "internal_identity": {"private_key": str(home.private_key_file("gateway"))},
                "events": {
                    "providers": [
                        {"kind": "postgres", "url": database_url, "schemas": ["wallet", "groupbuy"]}
                    ]
                },
                "subscriptions": {"cursor_secret": home.secret("cursor")},
            }
        )
    )
    databases = [Database(database_url, name) for name in ("groupbuy", "wallet")]
    async with serving(settings) as url:
        yield Store(url, home, Shop(databases[0]), Bank(databases[1]))
    for database in databases:
        await database.close()
    await postgres_server.drop(database_url)


async def following(payloads: Payloads, name: str, until: int) -> list[dict[str, Any]]:
    """The payloads of a state subscription up to a version."""
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        async for payload in payloads:
            assert "errors" not in payload, payload
            seen.append(payload["data"][name])
            if seen[-1]["version"] >= until:
                break
    return seen


async def test_the_last_seat_goes_to_one_of_20_and_progress_shows_it(store: Store):
    await store.shop.offer()
    group = await store.shop.open("lea")
    await store.shop.join(group.id, "max")
    outcomes: Counter[str] = Counter()

    async def buy(n: int) -> None:
        payment = {"cardToken": "tok_visa"}
        asked = {"groupBuyId": group.id, "payment": payment, "idempotencyKey": f"key {n}"}
        answer = await store.ask(f"racer{n}", JOIN, {"in": asked})
        payload = answer["data"]["groupBuyJoin"]
        outcomes[payload["userErrors"][0]["code"] if payload["userErrors"] else "OK"] += 1

    subscribed = {"id": group.id}
    async with (
        over_sse(store.url, PROGRESS, subscribed) as sse,
        over_websocket(store.url, PROGRESS, subscribed) as websocket,
        asyncio.TaskGroup() as tasks,
    ):
        one = tasks.create_task(following(sse, "groupBuyProgress", until=3))
        other = tasks.create_task(following(websocket, "groupBuyProgress", until=3))
        for n in range(20):
            tasks.create_task(buy(n))
    assert outcomes == {"OK": 1, "GROUP_FULL": 19}
    for seen in (one.result(), other.result()):
        versions = [each["version"] for each in seen]
        assert versions == sorted(set(versions))
        assert seen[-1] == {
            "paidCount": 3,
            "size": 3,
            "state": "FILLED",
            "version": 3,
            "groupBuy": {
                "id": group.id,
                "seatsLeft": 0,
                "members": [{"seat": 1}, {"seat": 2}, {"seat": 3}],
            },
        }
    await store.shop.audit()


async def test_who_comes_late_is_told_the_time_that_is_left_now(store: Store):
    await store.shop.offer()
    group = await store.shop.open("lea")
    await store.shop.let_time_pass(group.id, 3000)
    query = """subscription ($id: ID!) { groupBuyProgress(groupBuyId: $id) {
        version paidCount left: secondsLeft secondsLeft groupBuy { seatsLeft } } }"""
    for over in (over_sse, over_websocket):
        async with over(store.url, query, {"id": group.id}) as payloads:
            [told] = await following(payloads, "groupBuyProgress", until=1)
        assert 540 <= told.pop("secondsLeft") <= 600
        assert 540 <= told.pop("left") <= 600
        assert told == {"version": 1, "paidCount": 1, "groupBuy": {"seatsLeft": 2}}


async def test_wallets_pay_a_group_and_everyone_sees_each_step(store: Store):
    await store.shop.offer(size=2)
    wallets = {name: await store.bank.open(name, 1_000) for name in ("lea", "max", "eve")}

    async def pay(customer: str, operation: str, **asked: Any) -> dict[str, Any]:
        payment = {"walletId": wallets[customer]}
        command = {"payment": payment, "idempotencyKey": uuid4().hex, **asked}
        answer = await store.ask(customer, operation, {"in": command})
        [payload] = answer["data"].values()
        assert payload["userErrors"] == [], answer
        group: dict[str, Any] = payload["groupBuy"]
        return group

    group = await pay("lea", OPEN, offerId="offer")
    assert group["state"] in {"PENDING_LEADER", "OPEN"}
    async with over_sse(store.url, PROGRESS, {"id": group["id"]}) as payloads:
        opened = await following(payloads, "groupBuyProgress", until=2)
        assert opened[-1]["state"] == "OPEN"
        joined = await pay("max", JOIN, groupBuyId=group["id"])
        assert joined["viewerMembership"]["state"] == "HELD"
        filled = await following(payloads, "groupBuyProgress", until=4)
    assert (filled[-1]["state"], filled[-1]["paidCount"]) == ("FILLED", 2)
    query = """query ($id: ID!) { wallet(id: $id) { posted { amount } held { amount }
        entries(first: 1) { nodes { reason } } } }"""
    for name in ("lea", "max"):
        paid = {
            "posted": {"amount": 200},
            "held": {"amount": 0},
            "entries": {"nodes": [{"reason": "HOLD_CAPTURE"}]},
        }
        async with asyncio.timeout(60):
            while (await store.ask(name, query, {"id": wallets[name]}))["data"]["wallet"] != paid:
                pass
    await store.shop.audit()
    await store.bank.audit()


async def test_a_request_can_be_followed_through_the_events_that_it_led_to(store: Store):
    await store.shop.offer(size=2)
    wallet = await store.bank.open("lea", 1_000)
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = store.headers("lea") | {
        "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
        "x-request-id": "request-1",
    }
    command = {"offerId": "offer", "payment": {"walletId": wallet}, "idempotencyKey": "key"}
    async with httpx.AsyncClient(timeout=60) as http:
        body = {"query": OPEN, "variables": {"in": command}}
        answer = (await http.post(f"{store.url}/graphql", json=body, headers=headers)).json()
    group = answer["data"]["groupBuyOpen"]["groupBuy"]["id"]
    async with asyncio.timeout(60):
        while len(told := await correlated(store, "request-1")) < 3:
            pass
    kinds = [event["type"].split(".", 2)[2] for event in told]
    assert kinds == ["seat.held.v1", "hold.placed.v1", "group.opened.v1"]
    held, placed, opened = told
    assert {event["traceparent"][3:35] for event in told} == {trace}
    assert held["id"] == f"{group}:1"
    assert [event["causationid"] for event in told] == ["request-1", held["id"], placed["id"]]
    assert opened["id"] == f"{group}:2"


async def correlated(store: Store, request: str) -> list[dict[str, Any]]:
    """The events of both subgraphs that a request led to."""
    query = text("""
        select event from (table groupbuy.outbox union all table wallet.outbox) as told
        where event ->> 'correlationid' = :request order by time""")
    async with store.bank.database.session() as session:
        return [row.event for row in await session.execute(query, {"request": request})]


async def test_entries_reach_the_owner_in_order_and_nobody_else(store: Store):
    ann = await store.bank.open("ann")

    async def top_up(amount: int) -> None:
        asked = {
            "walletId": ann,
            "amount": {"amount": amount, "currency": "INR"},
            "cardToken": "tok_visa",
            "idempotencyKey": f"key {amount}",
        }
        answer = await store.ask("ann", TOP_UP, {"in": asked})
        assert answer["data"]["walletTopUp"]["userErrors"] == [], answer

    subscribed = {"id": ann}
    async with (
        over_sse(store.url, ENTRIES, subscribed, store.headers("ann")) as mine,
        over_sse(store.url, ENTRIES, subscribed, store.headers("eve")) as others,
    ):
        for amount in (100, 200, 300):
            await top_up(amount)
        async with asyncio.timeout(60):
            seen = [await anext(mine) for _ in range(3)]
            leaked = await anext(others)
    events = [each["data"]["walletEntries"] for each in seen]
    assert [event["entry"]["amount"]["amount"] for event in events] == [100, 200, 300]
    assert events[0]["entry"] == {
        "reason": "TOP_UP",
        "amount": {"amount": 100, "formatted": "₹1.00"},
    }
    assert b"100" not in orjson.dumps(leaked.get("data"))
    assert leaked["errors"]

    after = {"id": ann, "after": events[0]["cursor"]}
    async with over_sse(store.url, ENTRIES, after, store.headers("ann")) as resumed:
        async with asyncio.timeout(60):
            again = [(await anext(resumed))["data"]["walletEntries"] for _ in range(2)]
    assert again == events[1:]
    await store.bank.audit()


async def test_another_customers_wallet_is_not_there(store: Store):
    ann = await store.bank.open("ann", 500)
    query = "query ($id: ID!) { wallet(id: $id) { posted { amount } } }"
    assert (await store.ask("eve", query, {"id": ann}))["data"] == {"wallet": None}
    mine = await store.ask("ann", query, {"id": ann})
    assert mine["data"] == {"wallet": {"posted": {"amount": 500}}}
