"""JavaScript clients understand the gateway, over each transport."""

import asyncio
import time
from typing import Any

import pytest

from tests.gateway.security.forge import claims, sign
from tests.interop.conftest import Gateway, JavaScriptClient, javascript_client

SUBSCRIPTION = """
subscription Events($after: EventCursor) {
  streamEvents(streamId: "strm_1", after: $after) { sequence ... on ChatEvent { body } }
}
"""
LEGACY, APOLLO, SINGLE = "subscriptions-transport-ws", "apollo", "graphql-sse-single"
ALL = ["graphql-ws", "graphql-sse", SINGLE, APOLLO, LEGACY]


def good_token() -> str:
    now = int(time.time())
    return sign(claims(iat=now - 10, exp=now + 300))


def bodies(*answers: dict[str, Any]) -> list[str]:
    return [answer["data"]["streamEvents"]["body"] for answer in answers]


@pytest.mark.parametrize("kind", ALL)
async def test_a_query_of_a_client_with_a_token_is_answered(
    gateway: Gateway, node: str, kind: str
) -> None:
    async with javascript_client(node, kind, gateway.url, TOKEN=good_token()) as client:
        client.subscribe("{ live }")
        assert await client.told() == {"id": "1", "next": {"data": {"live": True}}}
        assert await client.told() == {"id": "1", "complete": True}


@pytest.mark.parametrize("kind", ALL)
async def test_events_come_in_order_and_with_cursors(
    gateway: Gateway, node: str, kind: str
) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
        await gateway.happen("one", "two", "three")
        told = [await client.next() for _ in range(3)]
        assert bodies(*told) == ["one", "two", "three"]
        client.subscribe(SUBSCRIPTION, {"after": told[1]["extensions"]["cursor"]}, "resumed")
        assert await client.next_body("resumed") == "three"


@pytest.mark.parametrize("kind", ALL)
async def test_several_subscriptions_run_beside_each_other(
    gateway: Gateway, node: str, kind: str
) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(SUBSCRIPTION, operation="a")
        client.subscribe(SUBSCRIPTION, operation="b")
        await gateway.until_subscribed(2)
        await gateway.happen("one")
        first, second = await client.told(), await client.told()
        assert {first["id"], second["id"]} == {"a", "b"}
        assert bodies(first["next"], second["next"]) == ["one", "one"]
        client.dispose("a")
        await gateway.until_subscribed(1)
        await gateway.happen("two")
        assert await client.next_body("b") == "two"


@pytest.mark.parametrize("kind", ALL)
async def test_a_client_that_vanishes_is_freed(gateway: Gateway, node: str, kind: str) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
    await gateway.until_subscribed(0)


async def test_errors_reach_graphql_ws_as_errors(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, "graphql-ws", gateway.url) as client:
        client.subscribe("{ unknown }")
        told = await client.told()
        assert told["error"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_errors_reach_a_legacy_client_as_errors(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, LEGACY, gateway.url) as client:
        client.subscribe("{ unknown }")
        error = (await client.told())["error"]
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_errors_reach_graphql_sse_as_an_answer(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, "graphql-sse", gateway.url) as client:
        client.subscribe("{ unknown }")
        told = await client.told()
        assert told["next"]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert await client.told() == {"id": "1", "complete": True}


async def test_errors_reach_apollo_client_as_errors(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, APOLLO, gateway.url) as client:
        client.subscribe(SUBSCRIPTION, {"after": "forged"})
        (error,) = (await client.told())["failed"]["errors"]
        assert error["extensions"]["code"] == "CURSOR_INVALID"


async def test_a_wrong_token_closes_as_forbidden(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, "graphql-ws", gateway.url, TOKEN="wrong") as client:
        client.subscribe(SUBSCRIPTION)
        assert (await client.told())["closed"] == 4403


async def test_a_wrong_token_is_refused_whatever_a_legacy_client_started(
    gateway: Gateway, node: str
) -> None:
    async with javascript_client(node, LEGACY, gateway.url, TOKEN="wrong") as client:
        client.subscribe(SUBSCRIPTION)
        assert "token" in (await client.told())["refused"].lower()
    assert gateway.hubs[-1].followed_topics == {}


@pytest.mark.parametrize("kind", ["graphql-ws", SINGLE, LEGACY])
async def test_clients_that_reconnect_do_so_after_a_restart(
    gateway: Gateway, node: str, kind: str
) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
        await gateway.happen("one")
        assert await client.next_body() == "one"
        await gateway.stop()
        await gateway.start()
        await gateway.until_subscribed()
        await gateway.happen("two")
        assert await client.next_body() == "two"


async def test_apollo_client_is_told_that_the_gateway_stops_and_goes_on_at_the_cursor(
    gateway: Gateway, node: str
) -> None:
    async with javascript_client(node, APOLLO, gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
        await gateway.happen("one")
        assert await client.next_body() == "one"
        await gateway.stop()
        (error,) = (await client.told())["failed"]["errors"]
        assert error["extensions"]["code"] == "SUBSCRIPTION_SERVER_CLOSING"
        await gateway.happen("two")
        await gateway.start()
        client.subscribe(SUBSCRIPTION, {"after": error["extensions"]["cursor"]}, "resumed")
        assert await client.next_body("resumed") == "two"


async def test_an_event_source_resumes_unaided_after_a_restart(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, "eventsource", gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
        await gateway.happen("one", "two")
        assert [await client.next_body(), await client.next_body()] == ["one", "two"]
        await gateway.stop()
        await gateway.happen("three", "four")
        await gateway.start()
        assert [await client.next_body(), await client.next_body()] == ["three", "four"]
        await gateway.until_subscribed()
        await gateway.happen("five")
        assert await client.next_body() == "five"
        await assert_quiet(client)


async def assert_quiet(client: JavaScriptClient) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await client.told()
