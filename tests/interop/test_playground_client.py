"""The playground's live tabs go on by themselves, with nothing lost, when the gateway was gone."""

from typing import Any

import pytest

from tests.interop.conftest import ROOM, Gateway, JavaScriptClient, javascript_client

LOG = 'subscription { streamEvents(streamId: "strm_1") { sequence ... on ChatEvent { body } } }'
STATE = 'subscription { streamState(streamId: "strm_1") { viewers } }'
RESUMED_AT_WRONG = LOG.replace('"strm_1")', '"strm_1", after: "wrong")')
KINDS = ["playground-websocket", "playground-sse"]


async def status(client: JavaScriptClient, state: str) -> dict[str, Any]:
    """What the page says of the connection, once it says this state."""
    while (found := (await client.told()).get("status") or {}).get("state") != state:
        pass
    told: dict[str, Any] = found
    return told


@pytest.mark.parametrize("kind", KINDS)
async def test_a_live_tab_goes_on_after_the_last_event_it_saw(
    gateway: Gateway, node: str, kind: str
) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(LOG)
        await gateway.until_subscribed()
        await gateway.happen("one", "two")
        assert [await client.next_body(), await client.next_body()] == ["one", "two"]
        for bodies in (["three", "four"], ["five"]):
            await gateway.stop()
            await status(client, "lost")
            await gateway.happen(*bodies)
            await gateway.start()
            assert [await client.next_body() for _ in bodies] == bodies
        restored = (await status(client, "live"))["restored"]
        assert restored["how"] == "after the last event seen"
        await gateway.until_subscribed()
        await gateway.happen("six")
        assert await client.next_body() == "six"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_state_goes_on_with_the_newest(gateway: Gateway, node: str, kind: str) -> None:
    topic = gateway.log.topic("state")
    async with javascript_client(node, kind, gateway.url) as client:
        await gateway.log.append(topic, ROOM, {"viewers": 1})
        client.subscribe(STATE)
        assert (await client.next())["data"] == {"streamState": {"viewers": 1}}
        await gateway.stop()
        for viewers in (2, 3):
            await gateway.log.append(topic, ROOM, {"viewers": viewers})
        await gateway.start()
        assert (await client.next())["data"] == {"streamState": {"viewers": 3}}


@pytest.mark.parametrize("kind", KINDS)
async def test_what_no_retry_mends_is_the_last_answer(
    gateway: Gateway, node: str, kind: str
) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(RESUMED_AT_WRONG)
        (error,) = (await client.next())["errors"]
        assert error["extensions"]["code"] == "CURSOR_INVALID"
        while (told := await client.told()) != {"id": "1", "complete": True}:
            assert told["status"] is None


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_token_is_told_once(gateway: Gateway, node: str, kind: str) -> None:
    async with javascript_client(node, kind, gateway.url, TOKEN="wrong") as client:
        client.subscribe(LOG)
        (error,) = (await client.next())["errors"]
        told = {
            "playground-websocket": {"closeCode": 4403},
            "playground-sse": {"code": "UNAUTHENTICATED"},
        }
        assert error["extensions"] | told[kind] == error["extensions"]


@pytest.mark.parametrize("kind", KINDS)
async def test_who_stops_is_freed_at_once(gateway: Gateway, node: str, kind: str) -> None:
    async with javascript_client(node, kind, gateway.url) as client:
        client.subscribe(LOG)
        await gateway.until_subscribed()
        client.dispose()
        await gateway.until_subscribed(0)
