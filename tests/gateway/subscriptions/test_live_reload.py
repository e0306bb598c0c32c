"""Live queries go on while the supergraph is exchanged: with real events, over each transport."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from gateway.app import create_app
from gateway.reload.reloader import Reloader
from gateway.server.run import listen, make_server
from tests.gateway.subscriptions.live_shop import catalog, chat, pinned, settings
from tests.gateway.subscriptions.outbox_log import OutboxLog, append
from tests.support.live import Payloads, over_sse, over_websocket
from tests.support.patience import connect

EVENTS = """
subscription Events($id: ID!) {
  streamEvents(streamId: $id) {
    number: sequence
    ... on ProductPinnedEvent { pin { product { name } } }
    ... on ChatEvent { body }
  }
}
"""
NUMBERS = "subscription Numbers($id: ID!) { streamEvents(streamId: $id) { number: sequence } }"
STATE = "subscription State($id: ID!) { streamState(streamId: $id) { viewers } }"
ROOM = {"id": "strm_1"}


class Live:
    """A running gateway over real events, and the file of its supergraph."""

    def __init__(self, url: str, file: Path, reloader: Reloader) -> None:
        self.url = url
        self.file = file
        self.first = file.read_text()
        self.reloader = reloader

    async def publish(self, *changes: tuple[str, str]) -> None:
        """Serve the first supergraph with these changes, and move all live queries to it."""
        sdl = self.first
        for before, after in changes:
            assert before in sdl
            sdl = sdl.replace(before, after)
        self.file.write_text(sdl)
        await self.reloader.check(force=True)
        renewal = self.reloader._renewal
        assert renewal is not None
        async with asyncio.timeout(60):
            await renewal

    async def until_open(self, count: int) -> None:
        """Wait until so many subscriptions stand: by then their topic is followed."""
        async with asyncio.timeout(60):
            while await self.metric("gateway_topic_subscribers{") < count:
                pass

    async def metric(self, name: str) -> float:
        async with httpx.AsyncClient(timeout=60) as client:
            text = (await client.get(f"{self.url}/metrics")).text
        values = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(name)]
        return float(values[0]) if values else 0.0


ONE = ("type ChatEvent", "type Novelty @join__type(graph: CATALOG) { a: Int }\n\ntype ChatEvent")
OTHER = ("type ChatEvent", "type Other @join__type(graph: CATALOG) { a: Int }\n\ntype ChatEvent")
NO_NAME = ("  name: String @join__field(graph: CATALOG)\n", "")


@asynccontextmanager
async def live(log: OutboxLog, folder: Path, **subscriptions: Any) -> AsyncIterator[Live]:
    options = settings(log, folder, **subscriptions)
    options = options.model_copy(
        update={"reload": options.reload.model_copy(update={"spread": 0.05})}
    )
    catalog.calls.clear()
    app = create_app(options)
    ready = asyncio.Event()
    server = make_server(app, options, ready.set)
    with listen(options.http) as listener:
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server._serve([listener]))
            await ready.wait()
            port = listener.getsockname()[1]
            file = options.supergraph.file
            assert file is not None
            yield Live(f"http://127.0.0.1:{port}", file, app.state.reloader)
            server.should_exit = True
            await serving


async def take(payloads: Payloads, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        return [await anext(payloads) for _ in range(count)]


def numbers(payloads: list[dict[str, Any]]) -> list[int]:
    return [each["data"]["streamEvents"]["number"] for each in payloads]


async def test_events_are_neither_lost_nor_repeated_across_twenty_exchanges(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    topic, count = outbox_log.topic("event"), 400
    # All that happens while the log is not read may come at once.
    bound = {"queue_capacity": count, "queue_bytes": "10MB"}
    async with (
        live(outbox_log, tmp_path, backpressure=bound) as gateway,
        asyncio.TaskGroup() as group,
    ):

        async def happen() -> None:
            async with outbox_log.connection() as connection:
                for number in range(1, count + 1):
                    async with connection.transaction():
                        data = pinned(number) if number % 5 == 0 else chat("hi")
                        await append(connection, "livestream", topic, "strm_1", data)
                    if number % 20 == 10:
                        await gateway.publish(ONE if number % 40 == 10 else OTHER)

        async def watch(over: Any) -> list[dict[str, Any]]:
            async with over(gateway.url, EVENTS, ROOM) as viewer:
                return await take(viewer, count)

        viewers = [group.create_task(watch(over)) for over in (over_sse, over_websocket) * 3]
        await gateway.until_open(len(viewers))
        await happen()
        swaps = await gateway.metric('gateway_supergraph_reloads_total{result="swapped"}')
        continued = await gateway.metric('gateway_subscriptions_renewed_total{result="continued"}')
    for viewer in viewers:
        assert numbers(viewer.result()) == list(range(1, count + 1))
        names = [
            event["pin"]["product"]["name"]
            for each in viewer.result()
            if "pin" in (event := each["data"]["streamEvents"])
        ]
        assert names == [f"Product {number}" for number in range(5, count + 1, 5)]
    assert swaps == 20
    assert continued == 20 * len(viewers)


async def test_a_subscription_that_is_no_longer_valid_ends_with_its_reason_and_cursor(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    """Others on the same WebSocket go on."""
    topic = outbox_log.topic("event")
    async with live(outbox_log, tmp_path) as gateway, websocket(gateway.url) as socket:
        await socket.send(subscribe("ends", EVENTS))
        await socket.send(subscribe("stays", NUMBERS))
        await gateway.until_open(2)
        await outbox_log.append(topic, "strm_1", chat("hi"))
        first = {(await receive(socket))["id"] for _ in range(2)}
        await gateway.publish(NO_NAME)
        ended = await receive(socket)
        await outbox_log.append(topic, "strm_1", chat("still there"))
        following = await receive(socket)
        await socket.send(subscribe("again", "{ __typename }"))
        answered = await receive(socket)
        counted = await gateway.metric('gateway_subscriptions_renewed_total{result="ended"}')
    assert first == {"ends", "stays"}
    assert (ended["id"], ended["type"]) == ("ends", "error")
    (error,) = ended["payload"]
    assert error["extensions"]["code"] == "SUBSCRIPTION_SCHEMA_CHANGED"
    assert "name" in error["extensions"]["reason"]
    assert "cursor" in error["extensions"]
    assert following["id"] == "stays"
    assert following["payload"]["data"]["streamEvents"]["number"] == 2
    assert answered["id"] == "again"
    assert counted == 1


async def test_an_event_stream_is_told_that_it_is_no_longer_valid(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    async with (
        live(outbox_log, tmp_path) as gateway,
        over_sse(gateway.url, EVENTS, ROOM) as viewer,
    ):
        await gateway.publish(NO_NAME)
        (told,) = await take(viewer, 1)
        assert await anext(viewer, None) is None
    assert told["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_SCHEMA_CHANGED"


async def test_a_stream_that_moves_to_another_topic_ends(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    topic = outbox_log.topic("event")
    async with (
        live(outbox_log, tmp_path) as gateway,
        over_sse(gateway.url, NUMBERS, ROOM) as viewer,
    ):
        await gateway.publish((topic, "fc.elsewhere.v1"))
        (told,) = await take(viewer, 1)
    assert "another stream" in told["errors"][0]["message"]


async def test_state_goes_on_without_a_snapshot_that_the_client_has(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    topic = outbox_log.topic("state")
    await outbox_log.append(topic, "strm_1", {"viewers": 7})
    async with (
        live(outbox_log, tmp_path) as gateway,
        over_websocket(gateway.url, STATE, ROOM) as viewer,
    ):
        before = await take(viewer, 1)
        await gateway.publish(ONE)
        await outbox_log.append(topic, "strm_1", {"viewers": 8})
        after = await take(viewer, 1)
    viewers = [each["data"]["streamState"]["viewers"] for each in before + after]
    assert viewers == [7, 8]


async def test_a_supergraph_is_let_go_once_its_live_queries_have_moved(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    async with (
        live(outbox_log, tmp_path) as gateway,
        over_sse(gateway.url, NUMBERS, ROOM) as viewer,
    ):
        old = gateway.reloader._pipeline.serving
        await gateway.publish(ONE)
        async with asyncio.timeout(60):
            await old.unused()
        await outbox_log.append(outbox_log.topic("event"), "strm_1", chat("hi"))
        assert numbers(await take(viewer, 1)) == [1]


@asynccontextmanager
async def websocket(url: str) -> AsyncIterator[Any]:
    protocols: Any = ["graphql-transport-ws"]
    async with connect(f"{url}/graphql".replace("http", "ws", 1), subprotocols=protocols) as socket:
        await socket.send('{"type":"connection_init"}')
        await socket.recv()
        yield socket


def subscribe(name: str, query: str) -> str:
    payload = {"query": query, "variables": ROOM if "$id" in query else {}}
    return json.dumps({"id": name, "type": "subscribe", "payload": payload})


async def receive(socket: Any) -> dict[str, Any]:
    async with asyncio.timeout(60):
        message: dict[str, Any] = json.loads(await socket.recv())
    return message
