"""The cluster's way, without containers: a process each, HTTP between them, events by real Kafka.

The gateway runs from `infra/docker/gateway.yaml`, everything else from the same commands that
`compose.yaml` gives its services.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from fusion.home import Home
from fusion.personas import token
from fusion.subgraphs import SUBGRAPHS, module
from subgraphs.shared.database import Database
from subgraphs.shared.demo import PERSONAS, demo_id, variant_id
from tests.gateway.subscriptions.kafka_log import broker
from tests.support.live import over_sse, over_websocket
from tests.support.ports import free_port
from tests.support.postgres import Server
from tests.support.store import ROOT

SEEDED = ("catalog", "wallet", "livestream")
ROOM = demo_id("strm", 1)
START_TIMEOUT = 60.0

pytestmark = pytest.mark.kafka


class Cluster(msgspec.Struct, frozen=True):
    """A running gateway, and the keys that make its clients' tokens."""

    url: str
    home: Home

    async def data(self, who: str | None, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        headers = {"authorization": f"Bearer {token(self.home, who)}"} if who else {}
        body = {"query": query, "variables": variables}
        async with httpx.AsyncClient(timeout=60) as http:
            response = await http.post(f"{self.url}/graphql", json=body, headers=headers)
        answer = response.json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data


@contextmanager
def process(log: Path, environment: Mapping[str, str], *module_: str) -> Iterator[None]:
    """`python -m …` while the block runs; afterwards it must stop when it is told to."""
    command = [sys.executable, "-m", *module_]
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdout=output, stderr=output
        )
    try:
        yield
        assert running.poll() is None, f"{module_} ended:\n{end_of(log)}"
    finally:
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def end_of(log: Path) -> str:
    return log.read_text()[-2000:]


def environment_of(home: Home, database_url: str, kafka: str) -> dict[str, str]:
    """What compose.yaml gives its services."""
    home.key("gateway")
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return inherited | {
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP": kafka,
        "CURSOR_KEY": home.secret("cursor"),
        "GATEWAY_JWKS": str(home.public_keys("gateway")),
        "GATEWAY_KEY_FILE": str(home.private_key_file("gateway")),
        "CLIENT_JWKS_FILE": str(home.public_keys("personas")),
    }


async def answers(url: str, log: Path) -> None:
    """Wait until the health check of a service is well."""
    deadline = time.monotonic() + START_TIMEOUT
    async with httpx.AsyncClient(timeout=2) as http:
        while time.monotonic() < deadline:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"{url} is not well:\n{end_of(log)}")


async def prepare(database_url: str) -> None:
    """The job that compose.yaml runs first; the schemas are there."""
    for name in SEEDED:
        database = Database(database_url, name)
        await module(name, "seed").seed(database)
        await database.close()


def patient_configuration(folder: Path) -> Path:
    """The cluster's, with time for a machine that stops for some seconds now and then."""
    text = (ROOT / "infra" / "docker" / "gateway.yaml").read_text().replace("../..", str(ROOT))
    bounds = "{all: {request_timeout: 60s, connect_timeout: 60s}, router: {request_timeout: 60s}}"
    file = folder / "gateway.yaml"
    file.write_text(f"{text}\ntraffic_shaping: {bounds}\n")
    return file


@asynccontextmanager
async def running(home: Home, database_url: str, kafka: str) -> AsyncIterator[Cluster]:
    shared = environment_of(home, database_url, kafka)
    ports = {name: free_port() for name in (*SUBGRAPHS, "gateway")}
    places = {
        f"{name.upper()}_URL": f"http://127.0.0.1:{ports[name]}/graphql" for name in SUBGRAPHS
    }
    logs = {name: home.root / f"{name}.log" for name in (*ports, "relay")}
    with ExitStack() as stack:
        for name in SUBGRAPHS:
            serve = (f"subgraphs.{name}", "serve", "--port", str(ports[name]))
            stack.enter_context(process(logs[name], shared, *serve))
        stack.enter_context(process(logs["relay"], shared, "subgraphs.shared.relay"))
        gateway = shared | places | {"PORT": str(ports["gateway"])}
        serve = ("gateway", "serve", "--config", str(patient_configuration(home.root)))
        stack.enter_context(process(logs["gateway"], gateway, *serve))
        for name in SUBGRAPHS:
            await answers(f"http://127.0.0.1:{ports[name]}/health", logs[name])
        url = f"http://127.0.0.1:{ports['gateway']}"
        await answers(f"{url}/readiness", logs["gateway"])
        yield Cluster(url, home)


async def test_the_store_works_as_separate_processes(postgres_server: Server, tmp_path: Path):
    database_url = await postgres_server.migrated(*SUBGRAPHS)
    await prepare(database_url)
    with broker() as kafka:
        async with running(Home(tmp_path), database_url, kafka.address) as cluster:
            await one_query_crosses_subgraphs(cluster)
            await a_pin_reaches_viewers_in_order(cluster)
            await a_price_reaches_the_cart(cluster)
    await postgres_server.drop(database_url)


async def one_query_crosses_subgraphs(cluster: Cluster) -> None:
    query = """query ($room: ID!, $wallet: ID!) {
        stream(id: $room) { state shelf { product { title } } }
        wallet(id: $wallet) { available { currency } owner { activeCarts { id } } } }"""
    wallet = demo_id("wal", PERSONAS["shopper"].customer)
    data = await cluster.data("shopper", query, room=ROOM, wallet=wallet)
    assert data["stream"]["state"] == "LIVE"
    assert all(item["product"]["title"] for item in data["stream"]["shelf"])
    assert data["wallet"] == {"available": {"currency": "INR"}, "owner": {"activeCarts": []}}


async def a_pin_reaches_viewers_in_order(cluster: Cluster) -> None:
    events = """subscription ($room: ID!, $after: EventCursor) {
        streamEvents(streamId: $room, types: [PINNED], after: $after) {
            sequence ... on ProductPinnedEvent { pin { product { id title } } } } }"""
    pin = """mutation ($input: StreamPinInput!) { streamPinProduct(input: $input) {
        pin { sequence } userErrors { code } } }"""
    room = "query ($room: ID!) { stream(id: $room) { headCursor shelf { product { id } } } }"
    stream = (await cluster.data("host", room, room=ROOM))["stream"]
    asked = {"room": ROOM, "after": stream["headCursor"]}
    products = [item["product"]["id"] for item in stream["shelf"]][:3]
    async with (
        over_sse(cluster.url, events, asked) as sse,
        over_websocket(cluster.url, events, asked) as websocket,
    ):
        for product in products:
            command = {"streamId": ROOM, "productId": product, "idempotencyKey": str(uuid4())}
            payload = (await cluster.data("host", pin, input=command))["streamPinProduct"]
            assert payload["userErrors"] == []
        async with asyncio.timeout(60):
            seen = [(await anext(sse))["data"]["streamEvents"] for _ in products]
            also = [(await anext(websocket))["data"]["streamEvents"] for _ in products]
    assert [event["pin"]["product"]["id"] for event in seen] == products
    assert seen == also


async def a_price_reaches_the_cart(cluster: Cluster) -> None:
    """The cart knows prices only by the catalog's events, which come through relay and Kafka."""
    price = """query ($id: ID!) { variant(id: $id) { price(channel: "in") { amount } } }"""
    create = """mutation ($input: CartCreateInput!) { cartCreate(input: $input) {
        cart { totals { total { amount } } lines { quantity unitPrice { amount } } }
        userErrors { message } } }"""
    variant = variant_id(1, 0)
    costs = (await cluster.data(None, price, id=variant))["variant"]["price"]["amount"]
    asked = {"channel": "in", "lines": [{"variantId": variant, "quantity": 2}]}
    payload: dict[str, Any] = {}
    async with asyncio.timeout(60):
        while not payload.get("cart"):
            payload = (await cluster.data("shopper", create, input=asked))["cartCreate"]
            await asyncio.sleep(0.2)
    assert payload["cart"] == {
        "totals": {"total": {"amount": 2 * costs}},
        "lines": [{"quantity": 2, "unitPrice": {"amount": costs}}],
    }
