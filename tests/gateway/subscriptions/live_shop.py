"""A gateway on a real server over a catalog and a livestream whose events come from a real log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from gateway.app import create_app
from gateway.composition.compose import Composed, SubgraphSource, compose
from gateway.config.settings import Settings
from gateway.server.run import listen, make_server
from tests.gateway.subscriptions.kafka_log import KafkaLog
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.support.patience import patient
from tests.support.shop import FakeSubgraph

SECRET = "0123456789abcdef"
_LINK = """
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9",
        import: ["@key", "@composeDirective", "@shareable"])
  @link(url: "https://fusioncommerce.dev/specs/event-stream/v1.0", import: ["@eventStream"])
  @composeDirective(name: "@eventStream")
directive @eventStream(topic: String!, key: String!, class: EventStreamClass!) on FIELD_DEFINITION
enum EventStreamClass { LOG STATE }
"""
LIVESTREAM = """
scalar EventCursor
type Query { live: Boolean }
type Subscription {
  streamEvents(streamId: ID!, types: [StreamEventType!], after: EventCursor): StreamEvent!
    @eventStream(topic: "TOPIC_LOG", key: "streamId", class: LOG)
  streamState(streamId: ID!): StreamState!
    @eventStream(topic: "TOPIC_STATE", key: "streamId", class: STATE)
}
interface StreamEvent { eventId: ID! type: StreamEventType! sequence: Int! cursor: EventCursor! }
enum StreamEventType { PINNED CHAT }
type ProductPinnedEvent implements StreamEvent {
  eventId: ID! type: StreamEventType! sequence: Int! cursor: EventCursor! pin: Pin!
}
type ChatEvent implements StreamEvent {
  eventId: ID! type: StreamEventType! sequence: Int! cursor: EventCursor! body: String!
}
type Pin { id: ID! product: Product! }
type StreamState { viewers: Int! sequence: Int! }
type Product @key(fields: "id") { id: ID! }
"""
CATALOG = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { products: [Product!]! }
type Product @key(fields: "id") { id: ID! name: String }
"""

catalog = FakeSubgraph(
    "type Query { products: [Product!]! } type Product { id: ID! name: String }",
    {"products": []},
    lambda representation: {"id": representation["id"], "name": f"Product {representation['id']}"},
)
livestream = FakeSubgraph("type Query { live: Boolean } type Product { id: ID! }", {"live": True})


def pinned(product: int) -> dict[str, Any]:
    pin = {"id": f"pin_{product}", "product": {"id": str(product)}}
    return {"__typename": "ProductPinnedEvent", "type": "PINNED", "pin": pin}


def chat(body: str) -> dict[str, Any]:
    return {"__typename": "ChatEvent", "type": "CHAT", "body": body}


def supergraph(log: OutboxLog | KafkaLog) -> str:
    sdl = _LINK + LIVESTREAM
    sdl = sdl.replace("TOPIC_LOG", log.topic("event")).replace("TOPIC_STATE", log.topic("state"))
    composed = compose(
        [
            SubgraphSource("livestream", "http://livestream", sdl),
            SubgraphSource("catalog", "http://catalog", CATALOG),
        ]
    )
    assert isinstance(composed, Composed), composed
    return composed.supergraph_sdl


def settings(log: OutboxLog | KafkaLog, folder: Path, **subscriptions: Any) -> Settings:
    file = folder / "supergraph.graphql"
    file.write_text(supergraph(log))
    return Settings.model_validate(
        patient(
            {
                "http": {"port": 0},
                "supergraph": {"file": file},
                "subgraphs": {
                    "catalog": {"app": f"{__name__}:catalog"},
                    "livestream": {"app": f"{__name__}:livestream"},
                },
                "events": {"providers": [_provider(log)]},
                "subscriptions": {"cursor_secret": SECRET, **subscriptions},
            }
        )
    )


def _provider(log: OutboxLog | KafkaLog) -> dict[str, Any]:
    if isinstance(log, KafkaLog):
        topics = [log.topic("event"), log.topic("state")]
        return {"kind": "kafka", "bootstrap_servers": [log.bootstrap], "topics": topics}
    return {"kind": "postgres", "url": log.url, "schemas": ["livestream"]}


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """A gateway on a real server; gives its URL."""
    catalog.calls.clear()
    app = create_app(settings)
    ready = asyncio.Event()
    server = make_server(app, settings, ready.set)
    with listen(settings.http) as listener:
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server._serve([listener]))
            await ready.wait()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            server.should_exit = True
            await serving


async def until_measured(url: str, line: str) -> None:
    """Wait until the gateway's metrics have this line."""
    async with asyncio.timeout(60), httpx.AsyncClient(timeout=60) as http:
        while line not in (await http.get(f"{url}/metrics")).text:
            pass


async def until_standing(url: str, topic: str, count: int) -> None:
    """Wait until so many subscribers miss nothing any more: a topic that is told is followed."""
    await until_measured(url, f'gateway_topic_subscribers{{topic="{topic}"}} {count}.0')
