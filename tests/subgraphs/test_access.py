"""What the graph says of who may ask, each subgraph checks itself: all such fields are tried.

The gateway reads `@authenticated` and `@requiresScopes`; here the fields that carry them are called
as if it had not. Who owns what is tested with each subgraph.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)
from strawberry.federation.schema_directives import Authenticated, RequiresScopes

from fusion.subgraphs import SUBGRAPHS, module
from subgraphs.shared.app import Subgraph, create_app
from subgraphs.shared.demo import customer_id, demo_id, variant_id
from tests.support.postgres import Server
from tests.support.subgraphs import Caller, calling, settings

ALL_SCOPES = ("catalog:write", "catalog:cost", "promotion:write", "stream:host", "wallet:write")
VALUES = {
    "ID": '"x"',
    "String": '"x"',
    "Int": "1",
    "Boolean": "true",
    "MinorUnits": "1",
    "CurrencyCode": '"INR"',
    "DateTime": '"2026-12-01T00:00:00Z"',
}
# Whoever knows an unclaimed cart's id may change it, and without an account: that is the shop.
OPEN = {"cartCreate", "cartLinesAdd", "cartLinesUpdate", "cartLinesRemove"}
ENTITIES = {
    "Customer": customer_id(8),
    "Post": demo_id("post", 1),
    "GroupBuy": demo_id("grp", 1),
    "ProductVariant": variant_id(1, 0),
}


class Guarded(msgspec.Struct, frozen=True):
    """A field that not everybody may ask; `scoped` if a scope is needed."""

    owner: str
    name: str
    scoped: bool
    query: str


def guarded_fields(name: str) -> Iterator[Guarded]:
    """All fields of a subgraph that have one of the two directives."""
    types = module(name, "app").SUBGRAPH.schema._schema.type_map
    for owner in types.values():
        if not isinstance(owner, GraphQLObjectType) or owner.name == "Subscription":
            continue
        for field_name, field in owner.fields.items():
            definition = field.extensions.get("strawberry-definition")
            directives = definition.directives if definition else ()
            scoped = any(isinstance(one, RequiresScopes) for one in directives)
            if scoped or any(isinstance(one, Authenticated) for one in directives):
                yield Guarded(owner.name, field_name, scoped, query(owner.name, field_name, field))
            else:
                assert owner.name != "Mutation" or field_name in OPEN, field_name


def query(owner: str, name: str, field: GraphQLField) -> str:
    """An operation that asks nothing but this field."""
    given = [
        f"{argument}: {value(one.type)}"
        for argument, one in field.args.items()
        if isinstance(one.type, GraphQLNonNull) and not isinstance(one.default_value, int)
    ]
    call = f"{name}({', '.join(given)})" if given else name
    if hasattr(get_named_type(field.type), "fields"):
        call += " { __typename }"
    if owner in {"Query", "Mutation"}:
        return f"{owner.lower()} {{ {call} }}"
    selected = f"_entities(representations: $r) {{ ... on {owner} {{ {call} }} }}"
    return f"query ($r: [_Any!]!) {{ {selected} }}"


def value(type_: GraphQLInputType) -> str:
    """Something that the type takes."""
    match type_:
        case GraphQLNonNull():
            return value(type_.of_type)
        case GraphQLList():
            return f"[{value(type_.of_type)}]"
        case GraphQLEnumType():
            return str(next(iter(type_.values)))
        case GraphQLInputObjectType():
            needed = [
                f"{name}: {value(field.type)}"
                for name, field in type_.fields.items()
                if isinstance(field.type, GraphQLNonNull)
            ]
            return f"{{{', '.join(needed)}}}"
        case _:
            return VALUES[type_.name]


async def refusals(
    call: Caller, field: Guarded, viewer: str | None, scopes: tuple[str, ...]
) -> list[Any]:
    """The codes with which the field is refused."""
    entity = {"__typename": field.owner, "id": ENTITIES.get(field.owner, "x")}
    answer = await call(field.query, {"r": [entity]}, viewer=viewer, scopes=scopes)
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


@pytest.mark.parametrize("name", SUBGRAPHS)
async def test_every_guarded_field_is_refused_to_those_who_may_not_ask_it(
    name: str, postgres_server: Server
):
    graph = module(name, "app").SUBGRAPH
    still = Subgraph(name=name, schema=graph.schema, loaders=graph.loaders)
    fields = list(guarded_fields(name))
    assert fields
    async with postgres_server.database(name) as database:
        if any(field.owner in {"Post", "GroupBuy", "ProductVariant"} for field in fields):
            await module(name, "seed").seed(database)
        async with calling(create_app(still, settings(name, database.url)), name) as call:
            for field in fields:
                anonymous = await refusals(call, field, None, ALL_SCOPES)
                assert anonymous == ["UNAUTHENTICATED"], field
                if field.scoped:
                    somebody = await refusals(call, field, customer_id(9), ("openid",))
                    assert somebody == ["FORBIDDEN"], field
