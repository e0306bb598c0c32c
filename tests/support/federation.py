"""Small federated subgraphs on graphql-core, as ASGI apps, for tests of the gateway."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from graphql import (
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    graphql,
)

Resolver = Callable[..., Any]
Entity = dict[str, Any]

_FEDERATION = """
scalar _Any
directive @key(fields: String!) repeatable on OBJECT | INTERFACE
"""


def make_schema(
    sdl: str,
    resolvers: Mapping[str, Resolver],
    entities: Mapping[str, Callable[[Entity], Any]] | None = None,
) -> GraphQLSchema:
    """A subgraph's schema.

    `resolvers` are by "Type.field"; `entities` make an entity of a representation, by type name.
    """
    entities = entities or {}
    union = f"union _Entity = {' | '.join(entities)}" if entities else ""
    query = "extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
    schema = build_schema("\n".join([_FEDERATION, sdl, union, query if entities else ""]))
    for name, resolver in resolvers.items():
        type_name, field = name.split(".")
        named = schema.type_map[type_name]
        assert isinstance(named, GraphQLObjectType)
        named.fields[field].resolve = resolver
    if entities:
        assert schema.query_type is not None
        schema.query_type.fields["_entities"].resolve = _resolve_entities(entities)
        scalar, of_entities = schema.type_map["_Any"], schema.type_map["_Entity"]
        assert isinstance(scalar, GraphQLScalarType)
        assert isinstance(of_entities, GraphQLUnionType)
        of_entities.resolve_type = lambda value, *_: value["__typename"]
    return schema


def _resolve_entities(entities: Mapping[str, Callable[[Entity], Any]]) -> Resolver:
    def resolve(_root: Any, _info: Any, representations: list[Entity]) -> list[Any]:
        found: list[Any] = []
        for representation in representations:
            name = representation["__typename"]
            try:
                entity = entities[name](representation)
            except ValueError as error:
                found.append(error)
                continue
            found.append(None if entity is None else {"__typename": name, **entity})
        return found

    return resolve


class GraphqlApp:
    """An ASGI app that answers GraphQL requests; remembers them in `requests`."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.requests: list[dict[str, Any]] = []
        self.events: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        request = orjson.loads((await receive())["body"])
        self.requests.append(request)
        result = await graphql(
            self.schema, request["query"], variable_values=request.get("variables")
        )
        await send({"type": "http.response.start", "status": 200, "headers": []})
        body = orjson.dumps(result.formatted)
        await send({"type": "http.response.body", "body": body[:10], "more_body": True})
        await send({"type": "http.response.body", "body": body[10:]})

    async def _lifespan(self, receive: Any, send: Any) -> None:
        for event in ("startup", "shutdown"):
            message = await receive()
            assert message["type"] == f"lifespan.{event}"
            self.events.append(event)
            await send({"type": f"lifespan.{event}.complete"})
