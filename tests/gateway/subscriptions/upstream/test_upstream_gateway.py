"""Subscriptions that a Strawberry subgraph serves, through the whole gateway."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.security.internal_token import body_hash
from gateway.subscriptions.expiry import Expiry
from tests.gateway.subscriptions.upstream.live_market import (
    Gateway,
    catalog,
    market,
    serving,
    supergraph,
    token,
)
from tests.gateway.subscriptions.upstream.scripted_subgraph import ScriptedSubgraph
from tests.support.live import Payloads, over_sse, over_websocket

SALES = "subscription Sales($in: String) { sales(channel: $in) { amount product { name } } }"
AMOUNTS = "subscription { sales { amount } }"
PROTOCOLS = [
    "sse",
    "multipart",
    "graphql-transport-ws",
    "sse in process",
    "multipart in process",
]


@pytest.fixture(params=PROTOCOLS)
async def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with serving(tmp_path, request.param) as made:
        yield made
        await market.until_open(0)
    assert not market.queues


async def take(payloads: Payloads, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        return [await anext(payloads) for _ in range(count)]


def sale(number: int) -> dict[str, Any]:
    product = {"name": f"Product {number}"}
    return {"data": {"sales": {"amount": number, "product": product}}}


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_events_come_completed_from_other_subgraphs(gateway: Gateway) -> None:
    async with (
        over_sse(gateway.url, SALES, {}) as sse,
        over_websocket(gateway.url, SALES, {}) as websocket,
    ):
        await market.until_open(1)
        await gateway.until_metric("gateway_subscriptions ", 2)
        market.happen(1, 2, None)
        for client in (sse, websocket):
            assert await take(client, 2) == [sale(1), sale(2)]
            assert await anext(client, "complete") == "complete"
    assert len(market.asked) == 1, "both share one"
    assert len(catalog.calls) == 2, "each event is completed once"


async def test_the_subgraph_learns_whom_it_serves_by_a_token_of_the_gateways(
    gateway: Gateway,
) -> None:
    headers = token("usr_1")
    async with (
        over_sse(gateway.url, SALES, {"in": "a"}, headers),
        over_websocket(gateway.url, SALES, {"in": "a"}, headers),
        over_sse(gateway.url, SALES, {"in": "a"}, token("usr_2")),
        over_sse(gateway.url, SALES, {"in": "b"}, headers),
        over_sse(gateway.url, SALES, {"in": "a"}),
    ):
        await market.until_open(4)
        asked = market.asked
        assert [each.claims.get("sub") for each in asked] == ["usr_1", "usr_2", "usr_1", None]
        for each in asked:
            assert each.claims["aud"] == "market"
            assert each.headers["authorization"] != headers["authorization"]
            if each.body is not None:
                assert each.claims["bh"] == body_hash(each.body)
            else:
                assert each.init == {"authorization": each.headers["authorization"]}


async def test_the_subgraphs_refusal_is_told(gateway: Gateway) -> None:
    for over in (over_sse, over_websocket):
        async with over(gateway.url, SALES, {"in": "closed"}) as client:
            (answer,) = await take(client, 1)
            assert codes(answer) == ["DOWNSTREAM_SERVICE_ERROR"]
            assert "secret" not in str(answer)
            assert await anext(client, "complete") == "complete"


async def test_an_error_in_the_middle_ends_the_subscription_and_is_told(gateway: Gateway) -> None:
    async with over_sse(gateway.url, SALES, {}) as client:
        await market.until_open(1)
        market.happen(1, "secret")
        first, last = await take(client, 2)
        assert first == sale(1)
        assert codes(last) == ["DOWNSTREAM_SERVICE_ERROR"]
        assert "secret" not in str(last)
        assert await anext(client, "complete") == "complete"


async def test_the_upstream_ends_with_the_last_client(gateway: Gateway) -> None:
    gauge = "gateway_upstream_subscriptions{"
    async with over_sse(gateway.url, SALES, {}) as stays:
        async with over_sse(gateway.url, SALES, {}):
            await market.until_open(1)
        await gateway.until_metric("gateway_subscriptions ", 1)
        market.happen(1)
        assert await take(stays, 1) == [sale(1)]
        assert await gateway.metric(gauge) == 1
    await market.until_open(0)
    await gateway.until_metric(gauge, 0)


async def test_nothing_is_left_of_subscriptions_that_ended(gateway: Gateway) -> None:
    tasks, files = 0, 0
    for turn in range(3):
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(over(gateway.url, SALES, {"in": channel}))
                for over in (over_sse, over_websocket)
                for channel in "abc"
            ]
            await market.until_open(3)
            await gateway.until_metric("gateway_subscriptions ", 6)
            market.happen(1)
            for client in clients:
                assert await take(client, 1) == [sale(1)]
        await market.until_open(0)
        await gateway.until_metric("gateway_upstream_subscriptions{", 0)
        gc.collect()
        if not turn:
            tasks, files = len(asyncio.all_tasks()), descriptors()
    # Both sides of a connection end in their own time, and nothing tells when.
    async with asyncio.timeout(60):
        while len(asyncio.all_tasks()) > tasks + 2 or descriptors() > files + 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


# --- what does not depend on the protocol ---------------------------------------


@pytest.mark.parametrize("protocol", ["sse", "multipart", "graphql-transport-ws"])
async def test_a_restart_of_the_subgraph_is_survived_and_told(
    tmp_path: Path, protocol: str
) -> None:
    async with (
        serving(tmp_path, protocol) as gateway,
        over_sse(gateway.url, SALES, {}) as sse,
        over_websocket(gateway.url, SALES, {}) as websocket,
    ):
        await market.until_open(1)
        await gateway.until_metric("gateway_subscriptions ", 2)
        market.happen(1)
        assert await take(sse, 1) == await take(websocket, 1) == [sale(1)]
        await gateway.subgraph.stop()
        await market.until_open(0)
        await gateway.subgraph.start()
        await market.until_open(1)
        market.happen(2)
        for client in (sse, websocket):
            gap, following = await take(client, 2)
            assert codes(gap) == ["SUBSCRIPTION_EVENTS_MAY_BE_LOST"]
            assert following == sale(2)
        assert await gateway.metric("gateway_upstream_interruptions_total{") == 1


async def test_what_cannot_be_reached_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path, "sse") as gateway:
        await gateway.subgraph.stop()
        async with over_websocket(gateway.url, SALES, {}) as client:
            (answer,) = await take(client, 1)
    assert codes(answer) == ["SUBREQUEST_CONNECTION_ERROR"]


async def test_a_broken_upstream_is_given_up_after_the_time_that_is_configured(
    tmp_path: Path,
) -> None:
    async with (
        serving(tmp_path, "sse", reconnect_timeout="100ms") as gateway,
        over_websocket(gateway.url, SALES, {}) as client,
    ):
        await market.until_open(1)
        await gateway.subgraph.stop()
        (answer,) = await take(client, 1)
    assert codes(answer) == ["SUBSCRIPTION_UPSTREAM_LOST"]


async def test_a_subscription_ends_when_its_token_expires(
    tmp_path: Path, expiries: list[Expiry]
) -> None:
    async with (
        serving(tmp_path, "sse") as gateway,
        over_sse(gateway.url, AMOUNTS, {}, token("usr_1")) as ends,
        over_sse(gateway.url, AMOUNTS, {}, token("usr_1")) as stays,
    ):
        expiries[0].expire()
        (answer,) = await take(ends, 1)
        assert codes(answer) == ["SUBSCRIPTION_TOKEN_EXPIRED"]
        market.happen(1)
        assert await take(stays, 1) == [{"data": {"sales": {"amount": 1}}}]


async def test_a_request_that_a_foreign_page_can_cause_reaches_no_subgraph(tmp_path: Path) -> None:
    async with serving(tmp_path, "sse") as gateway, httpx.AsyncClient(timeout=60) as http:
        headers = {"accept": "text/event-stream"}
        parameters = {"query": AMOUNTS}
        plain = await http.get(f"{gateway.url}/graphql", params=parameters, headers=headers)
        assert "CSRF_PREFLIGHT_REQUIRED" in plain.text
        assert not market.asked
        own = {**headers, "sec-fetch-site": "same-origin"}
        async with http.stream("GET", f"{gateway.url}/graphql", params=parameters, headers=own):
            await market.until_open(1)


async def test_upstreams_are_limited(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, "sse", limits={"upstreams": 1}) as gateway,
        over_sse(gateway.url, SALES, {"in": "a"}),
        over_sse(gateway.url, SALES, {"in": "a"}),
        over_sse(gateway.url, SALES, {"in": "b"}) as refused,
    ):
        (answer,) = await take(refused, 1)
    assert codes(answer) == ["TOO_MANY_UPSTREAM_SUBSCRIPTIONS"]


async def test_a_client_that_does_not_keep_up_is_told(tmp_path: Path) -> None:
    """The first event takes long to complete; meanwhile further ones come."""
    async with (
        serving(tmp_path, "sse", backpressure={"queue_capacity": 2}) as gateway,
        over_sse(gateway.url, SALES, {}) as client,
    ):
        await market.until_open(1)
        held = catalog.hold()
        market.happen(*range(10))
        await gateway.until_overrun()
        held.set()
        first, last = await take(client, 2)
        assert first == sale(0)
        assert codes(last) == ["SUBSCRIPTION_SLOW_CONSUMER"]
        assert await anext(client, "complete") == "complete"


NOVELTY = "\n\ntype Novelty @join__type(graph: CATALOG) { a: Int }"
WITHOUT_NAME = ("  name: String @join__field(graph: CATALOG)\n", "")


@pytest.mark.parametrize("protocol", ["sse", "sse in process"])
async def test_subscriptions_go_on_when_the_supergraph_is_exchanged(
    tmp_path: Path, protocol: str
) -> None:
    async with (
        serving(tmp_path, protocol) as gateway,
        over_sse(gateway.url, AMOUNTS, {}) as stays,
        over_sse(gateway.url, SALES, {}) as ends,
    ):
        await market.until_open(2)
        old = gateway.app.state.reloader._pipeline.serving
        await gateway.publish(supergraph() + NOVELTY)
        async with asyncio.timeout(60):
            await old.unused()
        market.happen(1)
        assert await take(stays, 1) == [{"data": {"sales": {"amount": 1}}}]
        assert await take(ends, 1) == [sale(1)]
        before, after = WITHOUT_NAME
        assert before in supergraph()
        await gateway.publish(supergraph().replace(before, after))
        (answer,) = await take(ends, 1)
        assert codes(answer) == ["SUBSCRIPTION_SCHEMA_CHANGED"]
        market.happen(2)
        assert await take(stays, 1) == [{"data": {"sales": {"amount": 2}}}]
        assert len(market.asked) == 2


async def test_a_supergraph_that_asks_otherwise_moves_to_another_upstream(tmp_path: Path) -> None:
    """The market may be asked for the name itself now, which saves the fetch from the catalog."""
    async with (
        serving(tmp_path, "sse") as gateway,
        over_sse(gateway.url, SALES, {}) as client,
    ):
        await market.until_open(1)
        market.happen(1)
        assert await take(client, 1) == [sale(1)]
        shared = "  name: String @join__field(graph: CATALOG)"
        assert shared in supergraph()
        everywhere = f"{shared} @join__field(graph: MARKET)"
        await gateway.publish(supergraph().replace(shared, everywhere))
        (gap,) = await take(client, 1)
        assert codes(gap) == ["SUBSCRIPTION_EVENTS_MAY_BE_LOST"]
        await market.until_open(1)
        market.happen(2)
        named = {"amount": 2, "product": {"name": "Product 2 of the market"}}
        assert await take(client, 1) == [{"data": {"sales": named}}]
        assert len(catalog.calls) == 1


async def test_subscriptions_end_when_the_gateway_stops(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack, serving(tmp_path, "sse") as gateway:
        client = await stack.enter_async_context(over_sse(gateway.url, AMOUNTS, {}))
        await market.until_open(1)
        gateway.app.state.readiness.stopping.set()
        assert await anext(client, "closed") == "closed"
        await market.until_open(0)


async def test_a_subgraph_calls_back(tmp_path: Path) -> None:
    subgraph = ScriptedSubgraph()
    patient = {"heartbeat": "60s"}
    async with serving(tmp_path, "callback", subgraph, own=patient) as gateway:
        async with (
            over_sse(gateway.url, AMOUNTS, {}) as sse,
            over_websocket(gateway.url, AMOUNTS, {}) as websocket,
        ):
            served = await subgraph.begun.get()
            await gateway.until_metric("gateway_subscriptions ", 2)
            served.event({"data": {"sales": {"amount": 7}}})
            expected = [{"data": {"sales": {"amount": 7}}}]
            assert await take(sse, 1) == await take(websocket, 1) == expected
            asked = served.request["extensions"]["subscription"]
            assert asked["callbackUrl"] == f"{gateway.url}/callback/{asked['subscriptionId']}"
            assert asked["heartbeatIntervalMs"] == 60_000
        async with asyncio.timeout(60):
            await served.gone.wait()
        assert subgraph.begun.empty()
