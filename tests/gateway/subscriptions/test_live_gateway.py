"""Live queries through the whole gateway, with each event log, over each transport."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from gateway.subscriptions.cursor import Cursor, CursorCodec
from tests.gateway.subscriptions.kafka_log import KafkaLog
from tests.gateway.subscriptions.live_shop import (
    SECRET,
    catalog,
    chat,
    pinned,
    serving,
    settings,
    until_standing,
)
from tests.gateway.subscriptions.outbox_log import OutboxLog, append
from tests.support.held_up import HeldUp
from tests.support.live import Payloads, over_sse, over_websocket
from tests.support.patience import connect

Log = OutboxLog | KafkaLog

EVENTS = """
subscription Events($id: ID!, $types: [StreamEventType!], $after: EventCursor) {
  streamEvents(streamId: $id, types: $types, after: $after) {
    kind: __typename
    number: sequence
    ... on ProductPinnedEvent { pin { product { id name } } }
    ... on ChatEvent { body }
  }
}
"""
STATE = "subscription State($id: ID!) { streamState(streamId: $id) { viewers sequence } }"
ROOM = {"id": "strm_1"}


async def take(payloads: Payloads, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        return [await anext(payloads) for _ in range(count)]


async def test_events_reach_all_transports_in_order(log: Log, tmp_path: Path) -> None:
    topic = log.topic("event")
    async with (
        serving(settings(log, tmp_path)) as url,
        over_sse(url, EVENTS, ROOM) as sse,
        over_websocket(url, EVENTS, ROOM) as websocket,
    ):
        await until_standing(url, topic, 2)
        for number in range(1, 6):
            await log.append(topic, "strm_1", pinned(number) if number % 2 else chat("hi"))
            await log.append(topic, "strm_2", chat("elsewhere"))
        seen = await take(sse, 5)
        assert await take(websocket, 5) == seen
    assert [each["data"]["streamEvents"] for each in seen[:2]] == [
        {
            "kind": "ProductPinnedEvent",
            "number": 1,
            "pin": {"product": {"id": "1", "name": "Product 1"}},
        },
        {"kind": "ChatEvent", "number": 2, "body": "hi"},
    ]
    assert [each["data"]["streamEvents"]["number"] for each in seen] == [1, 2, 3, 4, 5]


async def test_one_entity_fetch_serves_all_who_ask_the_same(log: Log, tmp_path: Path) -> None:
    async with serving(settings(log, tmp_path)) as url, asyncio.TaskGroup() as group:
        standing = asyncio.Semaphore(0)

        async def view() -> list[dict[str, Any]]:
            async with over_sse(url, EVENTS, ROOM) as viewer:
                standing.release()
                return await take(viewer, 3)

        viewers = [group.create_task(view()) for _ in range(15)]
        for _ in viewers:
            await standing.acquire()
        for number in range(1, 4):
            await log.append(log.topic("event"), "strm_1", pinned(number))
    assert all(viewer.result() == viewers[0].result() for viewer in viewers)
    assert len(catalog.calls) == 3


async def test_a_restart_of_the_gateway_loses_and_repeats_nothing(log: Log, tmp_path: Path) -> None:
    options, topic = settings(log, tmp_path), log.topic("event")
    async with serving(options) as url, over_sse(url, EVENTS, ROOM) as viewer:
        await log.append(topic, "strm_1", chat("one"))
        (seen,) = await take(viewer, 1)
    for body in ("two", "three"):
        await log.append(topic, "strm_1", chat(body))
    variables = {**ROOM, "after": seen["extensions"]["cursor"]}
    async with serving(options) as url, over_websocket(url, EVENTS, variables) as viewer:
        (missed,) = await take(viewer, 1)
        await log.append(topic, "strm_1", chat("four"))
        later = await take(viewer, 2)
        bodies = [each["data"]["streamEvents"]["body"] for each in (missed, *later)]
    assert bodies == ["two", "three", "four"]


async def test_only_the_types_asked_for_are_sent(log: Log, tmp_path: Path) -> None:
    variables = {**ROOM, "types": ["PINNED"]}
    async with serving(settings(log, tmp_path)) as url, over_sse(url, EVENTS, variables) as viewer:
        await log.append(log.topic("event"), "strm_1", chat("hi"))
        await log.append(log.topic("event"), "strm_1", pinned(2))
        (seen,) = await take(viewer, 1)
    assert seen["data"]["streamEvents"]["number"] == 2


async def test_state_begins_with_what_is(log: Log, tmp_path: Path) -> None:
    topic = log.topic("state")
    await log.append(topic, "strm_1", {"viewers": 7})
    await log.append(topic, "strm_1", {"viewers": 9})
    async with serving(settings(log, tmp_path)) as url, over_sse(url, STATE, ROOM) as viewer:
        assert (await take(viewer, 1))[0]["data"] == {"streamState": {"viewers": 9, "sequence": 2}}
        await log.append(topic, "strm_1", {"viewers": 10})
        assert (await take(viewer, 1))[0]["data"] == {"streamState": {"viewers": 10, "sequence": 3}}


# --- what does not depend on the log ---------------------------------------


async def test_a_browsers_event_source_subscribes_by_get_and_resumes(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    topic = outbox_log.topic("event")
    for body in ("one", "two", "three"):
        await outbox_log.append(topic, "strm_1", chat(body))
    cursor = CursorCodec(SECRET.encode()).encode(Cursor(topic, "strm_1", 2, "2026-11-22T15:00:00Z"))
    parameters = {"query": EVENTS, "variables": json.dumps(ROOM)}
    headers = {"accept": "text/event-stream", "last-event-id": cursor}
    async with (
        serving(settings(outbox_log, tmp_path)) as url,
        httpx.AsyncClient(timeout=60) as http,
        http.stream("GET", f"{url}/graphql", params=parameters, headers=headers) as response,
        asyncio.timeout(60),
    ):
        assert response.status_code == 200
        lines = [line async for line in _until_data(response)]
    stands, identity = [line for line in lines if line.startswith("id: ")]
    assert stands == f"id: {cursor}"
    assert CursorCodec(SECRET.encode()).decode(identity.removeprefix("id: ")).sequence == 3
    assert json.loads(lines[-1].removeprefix("data: "))["data"]["streamEvents"]["body"] == "three"


async def _until_data(response: httpx.Response) -> Any:
    async for line in response.aiter_lines():
        yield line
        if line.startswith("data: "):
            return


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"id": "strm_1", "after": "forged"}, "CURSOR_INVALID"),
        ({"id": ""}, "SUBSCRIPTION_KEY_INVALID"),
        ({}, "BAD_USER_INPUT"),
    ],
)
@pytest.mark.parametrize("transport", [over_sse, over_websocket])
async def test_what_cannot_begin_is_told_with_its_code(
    outbox_log: OutboxLog, tmp_path: Path, transport: Any, variables: Any, code: str
) -> None:
    async with (
        serving(settings(outbox_log, tmp_path)) as url,
        transport(url, EVENTS, variables) as viewer,
    ):
        (answer,) = await take(viewer, 1)
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


async def test_queries_run_over_the_live_transports_too(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    async with serving(settings(outbox_log, tmp_path)) as url:
        for transport in (over_sse, over_websocket):
            async with transport(url, "{ live }", {}) as answers:
                assert await take(answers, 1) == [{"data": {"live": True}}]


async def test_a_client_that_stops_reading_delays_nobody_and_is_let_go(
    outbox_log: OutboxLog, tmp_path: Path, held_up: HeldUp
) -> None:
    """Far more is sent than the kernel keeps for a client that does not read."""
    options = settings(outbox_log, tmp_path, write_timeout="30s", heartbeat_interval="1h")
    topic, body = outbox_log.topic("event"), json.dumps({"query": EVENTS, "variables": ROOM})
    async with serving(options) as url, outbox_log.connection() as connection:
        address = httpx.URL(url)
        reader, writer = await asyncio.open_connection(address.host, address.port, limit=1)
        writer.write(
            f"POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n"
            f"accept: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
        )
        await reader.read(1)
        async with over_sse(url, EVENTS, ROOM) as healthy:
            for _ in range(60):
                async with connection.transaction():
                    for _ in range(20):
                        await append(connection, "livestream", topic, "strm_1", chat("x" * 10_000))
                await take(healthy, 20)
            metrics = ""
            while "gateway_subscriptions 1.0" not in metrics:
                held_up(31)
                async with httpx.AsyncClient(timeout=60) as http:
                    metrics = (await http.get(f"{url}/metrics")).text
        writer.close()


async def test_a_shutdown_ends_streams_so_that_clients_reconnect(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    async with asyncio.timeout(60):
        async with serving(settings(outbox_log, tmp_path)) as url:
            socket = await connect(f"{url}/graphql".replace("http", "ws"), subprotocols=WS)
            await socket.send('{"type":"connection_init"}')
            await socket.recv()
            payload = {"query": EVENTS, "variables": ROOM}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            http = httpx.AsyncClient(timeout=60)
            request = http.build_request(
                "POST", f"{url}/graphql", json=payload, headers={"accept": "text/event-stream"}
            )
            response = await http.send(request, stream=True)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1001
        assert "complete" not in (await response.aread()).decode()
        await http.aclose()


WS: Any = ["graphql-transport-ws"]
