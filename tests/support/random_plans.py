"""Random operations with random, right plans for them, over a world in which every value is known.

A world is a function: the value of each field of each entity follows from a salt. Subgraphs answer
by it, and so does a monolith on graphql-core, whose answer is the one to expect.
"""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
import orjson
from graphql import (
    FieldNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    execute_sync,
    parse,
)
from hypothesis import strategies as st

from gateway.plan.nodes import Parallel, PlanNode, Sequence
from tests.support.executor import entities, fetch, key

SDL = """
type Query { users: [User] me: User! things: [Thing!] }
interface Thing { id: ID! name: String owner: User }
type User implements Thing {
  id: ID! name: String owner: User age: Int must: Int!
  friend: User posts: [Post!] pet: Thing best: Post!
}
type Post implements Thing {
  id: ID! name: String owner: User author: User rows: [[User]] mood: Mood
}
enum Mood { GOOD BAD }
"""
SCHEMA = build_schema(SDL)
LEAVES = {
    "Thing": ["id", "name"],
    "User": ["id", "name", "age", "must"],
    "Post": ["id", "name", "mood"],
}
OBJECTS = {
    "Query": {"users": "User", "me": "User", "things": "Thing"},
    "Thing": {"owner": "User"},
    "User": {"owner": "User", "friend": "User", "posts": "Post", "pet": "Thing", "best": "Post"},
    "Post": {"owner": "User", "author": "User", "rows": "User"},
}


Dice = list[int]


def _thing(typename: str, die: int) -> dict[str, str]:
    return {"__typename": typename, "id": str(die % 4)}


def _maybe(typename: str, dice: Dice) -> Any:
    return None if dice[0] < 50 else _thing(typename, dice[1])


REGULAR: dict[str, Callable[[Dice], Any]] = {
    "must": lambda dice: dice[0],
    "name": lambda dice: None if dice[0] < 40 else f"n{dice[1]}",
    "age": lambda dice: None if dice[0] < 40 else dice[1],
    "mood": lambda dice: ["GOOD", "BAD", None][dice[0] % 3],
    "me": lambda dice: _thing("User", dice[1]),
    "best": lambda dice: _thing("Post", dice[1]),
    "friend": lambda dice: _maybe("User", dice),
    "author": lambda dice: _maybe("User", dice),
    "owner": lambda dice: _maybe("User", dice),
    "pet": lambda dice: _thing(["User", "Post"][dice[0] % 2], dice[1]),
    "users": lambda dice: [_thing("User", die) if die > 30 else None for die in dice],
    "posts": lambda dice: [_thing("Post", die) for die in dice[: dice[0] % 4]],
    "things": lambda dice: [_thing(["User", "Post"][die % 2], die // 2) for die in dice],
    "rows": lambda dice: [[_thing("User", die)] if die > 30 else None for die in dice[:2]],
}


def _wrong(field: str) -> Any:
    """A value that does not fit the field, and that graphql-core refuses too."""
    if field in ("users", "posts", "things", "rows"):
        return 5
    return {"wrong": 1} if field in ("name", "age", "mood", "must") else None


class World:
    """Every value, by a salt. With `faults` some are missing or wrong."""

    def __init__(self, salt: int, *, faults: bool) -> None:
        self._salt = salt
        self._faults = faults

    def value(self, typename: str, number: str, field: str) -> Any:
        """A leaf, an object `{"__typename", "id"}`, or lists of those."""
        seed = f"{self._salt}/{typename}/{number}/{field}".encode()
        dice = list(blake2b(seed, digest_size=8).digest())
        if field == "id":
            return number
        if self._faults and dice[7] < 20:
            return [None, _wrong(field)][dice[6] % 2]
        return REGULAR[field](dice)

    def expected(self, text: str) -> tuple[Any, bool]:
        """The data that a monolith answers with, and whether there are errors."""

        def resolve(source: Any, info: GraphQLResolveInfo[Any]) -> Any:
            return self.value(info.parent_type.name, source["id"], info.field_name)

        result = execute_sync(
            SCHEMA,
            parse(text),
            root_value={"id": ""},
            field_resolver=resolve,
            type_resolver=lambda value, *_: value.get("__typename", ""),
        )
        return result.data, bool(result.errors)


class WorldTransport:
    """A subgraph that knows the world.

    Where it is `contrary`, it answers with other values in each request and at each place.
    """

    def __init__(self, world: World, *, contrary: bool = False) -> None:
        self._world = world
        self._contrary = contrary
        self._body, self._places = "", 0
        self.requests: list[bytes] = []

    async def startup(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        self.requests.append(body)
        self._body, self._places = blake2b(body).hexdigest(), 0
        request = orjson.loads(body)
        definition = parse(request["query"]).definitions[0]
        assert isinstance(definition, OperationDefinitionNode)
        if "variables" not in request:
            return orjson.dumps({"data": self._object({}, "Query", "", definition.selection_set)})
        top = definition.selection_set.selections[0]
        assert isinstance(top, FieldNode)
        found = [
            self._object({}, representation["__typename"], representation["id"], top.selection_set)
            for representation in request["variables"]["representations"]
        ]
        return orjson.dumps({"data": {"_entities": found}})

    def _object(
        self, into: dict[str, Any], typename: str, number: str, node: SelectionSetNode | None
    ) -> dict[str, Any]:
        assert node is not None
        self._places += 1
        for child in node.selections:
            if isinstance(child, InlineFragmentNode):
                if child.type_condition and child.type_condition.name.value in (typename, "Thing"):
                    self._object(into, typename, number, child.selection_set)
            elif isinstance(child, FieldNode):
                name = child.name.value
                into[name] = (
                    typename
                    if name == "__typename"
                    else _both(
                        into.get(name), self._filled(self._value(typename, number, name), child)
                    )
                )
        return into

    def _value(self, typename: str, number: str, field: str) -> Any:
        if not self._contrary or field == "id":
            return self._world.value(typename, number, field)
        return self._world.value(typename, f"{number}/{self._places}/{self._body}", field)

    def _filled(self, value: Any, node: FieldNode) -> Any:
        if isinstance(value, list):
            return [self._filled(item, node) for item in value]
        if isinstance(value, dict) and "id" in value:
            return self._object({}, value["__typename"], value["id"], node.selection_set)
        return value


def _both(first: Any, second: Any) -> Any:
    """What two selections of one field give together."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first | {key: _both(first.get(key), value) for key, value in second.items()}
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return [_both(*pair) for pair in zip(first, second, strict=True)]
    return second


class Case(msgspec.Struct):
    """An operation and a plan for it."""

    text: str
    plan: PlanNode


class _Wanted(msgspec.Struct):
    """What the client asks of an object: leaves, objects, and more by concrete type."""

    leaves: list[str]
    objects: "dict[str, _Wanted]"
    by_type: "dict[str, _Wanted]"

    def text(self) -> str:
        parts = ["__typename", *self.leaves]
        parts += [f"{name} {{ {inner.text()} }}" for name, inner in self.objects.items()]
        parts += [f"... on {name} {{ {inner.text()} }}" for name, inner in self.by_type.items()]
        return " ".join(parts)


@st.composite
def wanted(draw: st.DrawFn, typename: str, depth: int) -> _Wanted:
    leaves = draw(st.lists(st.sampled_from(LEAVES.get(typename, ["__typename"])), unique=True))
    names = sorted(OBJECTS[typename]) if depth else []
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=2)) if names else []
    if typename == "Query" and not chosen:
        chosen = ["users"]
    objects = {name: draw(wanted(OBJECTS[typename][name], depth - 1)) for name in chosen}
    by_type = {}
    if typename == "Thing":
        by_type = {
            name: draw(wanted(name, depth)) for name in ("User", "Post") if draw(st.booleans())
        }
    return _Wanted(leaves, objects, by_type)


class _Planner:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def grouped(self, nodes: list[PlanNode]) -> list[PlanNode]:
        if len(nodes) < 2:
            return nodes
        order = self._draw(st.permutations(nodes))
        kind = Parallel if self._draw(st.booleans()) else Sequence
        return [kind(tuple(order))]

    def place(
        self, want: _Wanted, typename: str, path: list[Any], here: str
    ) -> tuple[str, list[PlanNode]]:
        """What subgraph `here` is asked for at `path`, and what is to be fetched after that."""
        texts: dict[str, list[str]] = {here: ["__typename", "id"]}
        after: dict[str, list[PlanNode]] = {here: []}
        for name in want.leaves:
            texts.setdefault(self._subgraph(here), []).append(name)
        for name, inner in want.objects.items():
            subgraph = self._subgraph(here)
            text, nodes = self.place(inner, OBJECTS[typename][name], [*path, name], subgraph)
            texts.setdefault(subgraph, []).append(f"{name} {{ {text} }}")
            after.setdefault(subgraph, []).extend(nodes)
        for name, inner in want.by_type.items():
            text, nodes = self.place(inner, name, [*path, frozenset({name})], here)
            texts[here].append(f"... on {name} {{ {text} }}")
            after[here].extend(nodes)
        later = list(after.pop(here))
        own = texts.pop(here)
        later += [
            self._entities(path, subgraph, typename, fields, after.get(subgraph, []))
            for subgraph, fields in texts.items()
        ]
        return " ".join(own), self.grouped(later)

    def _entities(
        self,
        path: list[Any],
        subgraph: str,
        typename: str,
        fields: list[str],
        after: list[PlanNode],
    ) -> PlanNode:
        types = ["User", "Post"] if typename == "Thing" else [typename]
        step = entities(
            path, subgraph, f"... on {typename} {{ {' '.join(fields)} }}", *map(key, types)
        )
        return Sequence((step, *self.grouped(after))) if after else step

    def _subgraph(self, here: str) -> str:
        return self._draw(st.sampled_from([here, "b", "c"]))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Operations with plans."""
    want = draw(wanted("Query", 4))
    planner = _Planner(draw)
    roots: list[PlanNode] = []
    for name, inner in want.objects.items():
        text, nodes = planner.place(inner, OBJECTS["Query"][name], [name], "a")
        root = fetch("a", f"{{ {name} {{ {text} }} }}")
        roots.append(Sequence((root, *nodes)) if nodes else root)
    want.leaves = []
    return Case(f"{{ {want.text()} }}", planner.grouped(roots)[0])
