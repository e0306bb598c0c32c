"""A shop of two small subgraphs that run in the gateway's process, to try the gateway with."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import orjson
from graphql import GraphQLError, GraphQLSchema, build_schema, graphql
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

SUPERGRAPH = Path(__file__).with_name("shop_supergraph.graphql")


class Call(msgspec.Struct):
    """One request that a subgraph got."""

    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> str:
        return str(orjson.loads(self.body)["query"])


class FakeSubgraph:
    """An ASGI app over a schema; remembers the calls it got."""

    def __init__(self, sdl: str, root: dict[str, Any], entities: Any = None) -> None:
        self.calls: list[Call] = []
        self._held: asyncio.Event | None = None
        self.holding = asyncio.Event()
        self._schema = _with_entities(sdl, entities)
        self._root = root

    def hold(self) -> asyncio.Event:
        """The next request is answered once the event is set; `holding` is when it came."""
        self._held, self.holding = asyncio.Event(), asyncio.Event()
        return self._held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        request = Request(scope, receive)
        self.calls.append(Call(dict(request.headers), await request.body()))
        held, self._held = self._held, None
        if held is not None:
            self.holding.set()
            await held.wait()
        asked = orjson.loads(self.calls[-1].body)
        result = await graphql(
            self._schema, asked["query"], self._root, variable_values=asked.get("variables")
        )
        response = Response(orjson.dumps(result.formatted), media_type="application/json")
        await response(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def _with_entities(sdl: str, entities: Any) -> GraphQLSchema:
    schema = build_schema(
        f"{sdl}\nscalar _Any\nunion _Entity = Product\n"
        "extend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}".replace(
            "{{", "{"
        ).replace("}}", "}")
    )
    query = schema.query_type
    assert query is not None
    query.fields["_entities"].resolve = lambda _root, _info, representations: [
        {"__typename": "Product", **entities(each)} for each in representations
    ]
    return schema


def _product(number: int) -> dict[str, Any]:
    return {"__typename": "Product", "id": str(number), "name": f"Product {number}", "cost": 100}


def _broken(_info: Any) -> int:
    raise GraphQLError("the password is hunter2", extensions={"code": "BROKEN", "trace": "secret"})


catalog = FakeSubgraph(
    """
    type Query {
      products(first: Int = 2): [Product!]!
      product(id: ID!): Product
      me: String
      broken: Int
    }
    type Mutation { rename(id: ID!, name: String!): Product reprice(id: ID!, cost: Int!): Product }
    type Product { id: ID! name: String cost: Int }
    """,
    {
        "products": lambda _info, first: [_product(number + 1) for number in range(first)],
        "product": lambda _info, id: _product(int(id)),  # noqa: A006
        "me": "someone",
        "broken": _broken,
        "rename": lambda _info, id, name: {**_product(int(id)), "name": name},  # noqa: A006
        "reprice": lambda _info, id, cost: {**_product(int(id)), "cost": cost},  # noqa: A006
    },
    lambda representation: _product(int(representation["id"])),
)

reviews = FakeSubgraph(
    "type Query { unused: Int } type Product { id: ID! rating: Int }",
    {},
    lambda representation: {"id": representation["id"], "rating": int(representation["id"]) % 6},
)
