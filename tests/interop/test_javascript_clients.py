"""`graphql-ws`, `graphql-sse` and a browser's `EventSource` understand the gateway."""

import asyncio

import pytest

from tests.gateway.subscriptions.events import event
from tests.interop.conftest import Gateway, javascript_client

SUBSCRIPTION = "subscription Events($after: EventCursor) { events(after: $after) { number } }"
LIBRARIES = ["graphql-ws", "graphql-sse"]


@pytest.mark.parametrize("kind", LIBRARIES)
async def test_a_query_is_answered(gateway: Gateway, node: str, kind: str) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe("{ __typename }")
        assert await client.told() == {"id": "1", "next": {"data": {"__typename": "Query"}}}
        assert await client.told() == {"id": "1", "complete": True}


@pytest.mark.parametrize("kind", LIBRARIES)
async def test_events_come_in_order_and_with_cursors(
    gateway: Gateway, node: str, kind: str
) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
        gateway.happen(1, 2, 3)
        told = [await client.told() for _ in range(3)]
        assert [each["next"]["data"]["events"]["number"] for each in told] == [1, 2, 3]
        cursor = told[1]["next"]["extensions"]["cursor"]
        client.subscribe(SUBSCRIPTION, {"after": cursor}, "resumed")
        assert await client.next_number("resumed") == 3


@pytest.mark.parametrize("kind", LIBRARIES)
async def test_ending_a_subscription_frees_it(gateway: Gateway, node: str, kind: str) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
        client.dispose()
        await gateway.until_subscribed(0)


@pytest.mark.parametrize("kind", LIBRARIES)
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


async def test_errors_reach_graphql_sse_as_an_answer(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, "graphql-sse", gateway.url) as client:
        client.subscribe("{ unknown }")
        told = await client.told()
        assert told["next"]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert await client.told() == {"id": "1", "complete": True}


async def test_a_wrong_token_closes_as_forbidden(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, "graphql-ws", gateway.url, TOKEN="wrong") as client:
        client.subscribe(SUBSCRIPTION)
        assert await client.told() == {"closed": 4403, "reason": "The token is wrong."}


async def test_graphql_ws_reconnects_after_a_restart(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, "graphql-ws", gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
        gateway.happen(1)
        assert await client.next_number() == 1
        await gateway.stop()
        await gateway.start()
        await gateway.until_subscribed()
        gateway.happen(2)
        assert await client.next_number() == 2


async def test_an_event_source_resumes_unaided_after_a_restart(gateway: Gateway, node: str) -> None:
    async with javascript_client(node, "eventsource", gateway.url) as client:
        client.subscribe(SUBSCRIPTION)
        await gateway.until_subscribed()
        gateway.happen(1, 2)
        assert [await client.next_number(), await client.next_number()] == [1, 2]
        await gateway.stop()
        gateway.source.keep(event(3), event(4))
        await gateway.start()
        assert [await client.next_number(), await client.next_number()] == [3, 4]
        await gateway.until_subscribed()
        gateway.happen(5)
        assert await client.next_number() == 5
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.told()
