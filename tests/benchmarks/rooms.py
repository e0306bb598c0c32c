"""Two small subgraphs to measure live queries with, and the supergraph of both.

They run in the gateway's process, so `process` tells of the gateway itself what only it knows.
"""

import asyncio
import gc
from collections import Counter
from functools import lru_cache
from typing import Any

import orjson
from graphql import GraphQLSchema, build_schema, execute_sync, parse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.composition.compose import Composed, SubgraphSource, compose

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"'
_ROOMS = """
type Query { process(types: [String!]!): Process! }
type Process { tasks: Int! objects: [Int!]! }
type RoomEvent { number: Int! sentAt: String! text: String product: Product }
type Product @key(fields: "id") { id: ID! }
scalar EventCursor
"""
_STREAMS = """, "@composeDirective"])
  @link(url: "https://fusioncommerce.dev/specs/event-stream/v1.0", import: ["@eventStream"])
  @composeDirective(name: "@eventStream")
directive @eventStream(topic: String!, key: String!, class: EventStreamClass!) on FIELD_DEFINITION
enum EventStreamClass { LOG STATE }
type Subscription {
  room(id: ID!, after: EventCursor): RoomEvent!
    @eventStream(topic: "TOPIC", key: "id", class: LOG)
}
"""
_PRODUCTS = """
type Query { unused: Int }
type Product @key(fields: "id") { id: ID! name: String! }
"""
_ENTITIES = """
scalar _Any
union _Entity = Product
extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
"""
WATCHED = ("LogReader", "OpenQuery", "StreamWriter", "WebSocket", "Lease")
"""Types of objects that the gateway has for each subscriber; all have to go with it."""
SUBSCRIPTION = """
subscription Room($id: ID!, $after: EventCursor) {
  room(id: $id, after: $after) { number sentAt text product { name } }
}
"""


def supergraph(topic: str) -> str:
    """The supergraph, whose events come from this topic."""
    composed = compose(
        [
            SubgraphSource("rooms", "", _LINK + _STREAMS.replace("TOPIC", topic) + _ROOMS),
            SubgraphSource("products", "", _LINK + "])" + _PRODUCTS),
        ]
    )
    assert isinstance(composed, Composed), composed
    return composed.supergraph_sdl


class Subgraph:
    """An ASGI app over a schema that keeps nothing of what it is asked.

    It does not validate, which makes garbage that the gateway's process would have to collect.
    """

    def __init__(self, schema: GraphQLSchema, root: dict[str, Any]) -> None:
        self._schema = schema
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        asked = orjson.loads(await Request(scope, receive).body())
        document, variables = _parsed(asked["query"]), asked.get("variables")
        result = execute_sync(self._schema, document, self._root, variable_values=variables)
        response = Response(orjson.dumps(result.formatted), media_type="application/json")
        await response(scope, receive, send)


_parsed = lru_cache(maxsize=16)(parse)


def _process(_info: Any, types: list[str]) -> dict[str, Any]:
    gc.collect()
    found = Counter(type(each).__name__ for each in gc.get_objects())
    return {"tasks": len(asyncio.all_tasks()), "objects": [found[name] for name in types]}


def _named(_info: Any, representations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"__typename": "Product", "id": each["id"], "name": f"Product {each['id']}"}
        for each in representations
    ]


rooms = Subgraph(build_schema(_ROOMS.replace('@key(fields: "id")', "")), {"process": _process})
products = Subgraph(
    build_schema(_PRODUCTS.replace('@key(fields: "id")', "") + _ENTITIES), {"_entities": _named}
)
