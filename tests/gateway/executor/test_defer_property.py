"""Answers in parts, merged, are the answers to the same operations without `@defer`."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import GraphQLResolveInfo, build_schema, graphql_sync
from hypothesis import HealthCheck, example, given, settings, strategies as st

from gateway.executor.compile import compile_operation
from gateway.executor.context import ExecutionContext
from gateway.executor.in_parts import CompiledInParts, Sending
from gateway.executor.parts import Payload
from gateway.operation.deferred import settle
from gateway.operation.parse import parse_document, resolve_operation
from gateway.planner.planner import Planner
from gateway.server.multipart import PartsForm
from tests.support.deferred import merged_by_id, merged_by_path
from tests.support.planner import supergraph
from tests.support.random_plans import LEAVES, OBJECTS, SDL, World

ALL = "@join__type(graph: A) @join__type(graph: B) @join__type(graph: C)"
KEYED = " ".join(
    f'@join__type(graph: {name}, key: "id") @join__implements(graph: {name}, interface: "Thing")'
    for name in "ABC"
)
SUPERGRAPH = supergraph(
    "a b c",
    f"""
type Query {ALL} {{
  users: [User] @join__field(graph: A)
  me: User! @join__field(graph: B)
  things: [Thing!] @join__field(graph: C)
}}
interface Thing {ALL} {{ id: ID! name: String owner: User }}
type User implements Thing {KEYED} {{
  id: ID!
  name: String @join__field(graph: A)
  owner: User @join__field(graph: C)
  age: Int @join__field(graph: B)
  must: Int! @join__field(graph: C)
  friend: User @join__field(graph: A) @join__field(graph: C)
  posts: [Post!] @join__field(graph: B)
  pet: Thing @join__field(graph: C)
  best: Post! @join__field(graph: A)
}}
type Post implements Thing {KEYED} {{
  id: ID!
  name: String @join__field(graph: B)
  owner: User @join__field(graph: A)
  author: User @join__field(graph: C, requires: "mood")
  rows: [[User]] @join__field(graph: B)
  mood: Mood @join__field(graph: A) @join__field(graph: C, external: true)
}}
enum Mood {ALL} {{ GOOD @join__enumValue(graph: A) BAD @join__enumValue(graph: A) }}
""",
)
SUBGRAPH = build_schema(
    SDL.replace("type Query {", "scalar _Any union _Entity = User | Post\ntype Query {"
                " _entities(representations: [_Any!]!): [_Entity]!")
)  # fmt: skip
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


class Subgraph:
    """Knows the world, whatever it is asked."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.calls = 0

    async def startup(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        self.calls += 1
        asked = orjson.loads(body)
        for _ in range(len(body) % 5):
            await asyncio.sleep(0)
        result = graphql_sync(
            SUBGRAPH,
            asked["query"],
            {"id": ""},
            variable_values=asked.get("variables"),
            field_resolver=self._resolve,
            type_resolver=lambda value, *_: value.get("__typename", ""),
        )
        return orjson.dumps(result.formatted)

    def _resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if info.field_name == "_entities":
            return arguments["representations"]
        return self._world.value(info.parent_type.name, source["id"], info.field_name)


@st.composite
def selections(draw: st.DrawFn, typename: str, depth: int) -> str:
    """The fields of an object, some in fragments, of which some are deferred."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 5))
        if kind > 3 and depth:
            on = draw(st.sampled_from(["", f"on {typename}", "on Post", "on Thing"]))
            fits = on in ("", f"on {typename}") or typename == "Thing" or on == "on Thing"
            if not fits or (typename == "Query" and on):
                on = ""
            inner = draw(selections(on.removeprefix("on ") or typename, depth - 1))
            found.append(
                f"... {on} {draw(st.sampled_from(['', '@defer', '@defer']))} {{ {inner} }}"
            )
        elif kind > 1 and depth:
            name = draw(st.sampled_from(sorted(OBJECTS[typename])))
            alias = draw(st.sampled_from(["", "", f"other_{name}: "]))
            inner = draw(selections(OBJECTS[typename][name], depth - 1))
            found.append(f"{alias}{name} {{ {inner} }}")
        else:
            found.append(draw(st.sampled_from(["__typename", *LEAVES.get(typename, [])])))
    return " ".join(found)


async def whole(text: str, world: World) -> tuple[Any, int]:
    subgraph = Subgraph(world)
    operation = resolve_operation(parse_document(text), None, SUPERGRAPH.api_schema)
    compiled = compile_operation(Planner(SUPERGRAPH).plan(operation), operation, SUPERGRAPH)
    context = ExecutionContext(dict.fromkeys("abc", subgraph))
    answer = await compiled.execute({}, context)
    return orjson.loads(answer.body), subgraph.calls


async def in_parts(text: str, world: World, form: PartsForm) -> tuple[list[Any], int]:
    subgraph = Subgraph(world)
    document = parse_document(text)
    operation = resolve_operation(document, None, SUPERGRAPH.api_schema, defers=True)
    operation = settle(operation, ())
    plan = Planner(SUPERGRAPH).plan(operation)
    payloads: list[Any] = []

    async def send(payload: Payload) -> None:
        payloads.append(orjson.loads(form.write(payload)))

    compiled = CompiledInParts(plan, operation, SUPERGRAPH.api_schema)
    context = ExecutionContext(dict.fromkeys("abc", subgraph))
    sending = Sending(send, whole=form is PartsForm.DEFER_2022)
    await compiled.execute({}, context, sending)
    return payloads, subgraph.calls


@SLOW
@example(
    "... @defer { me { __typename } } ... @defer { me { __typename } id: __typename }", 14, True
)
@given(selections("Query", 4), st.integers(0, 10_000), st.booleans())
def test_merged_parts_are_the_answer_without_defer(text: str, salt: int, faults: bool) -> None:
    world = World(salt, faults=faults)

    async def both() -> None:
        expected, _ = await whole(f"{{ {text} }}", world)
        for form, merge in (
            (PartsForm.DEFER_2022, merged_by_path),
            (PartsForm.INCREMENTAL_V02, merged_by_id),
        ):
            payloads, _ = await in_parts(f"{{ {text} }}", world, form)
            assert [one["hasNext"] for one in payloads][-1:] == [False]
            merged = merge(payloads)
            if not merged["failed"]:
                assert merged["data"] == expected["data"]
            assert bool(merged["errors"]) is ("errors" in expected)

    asyncio.run(both())
