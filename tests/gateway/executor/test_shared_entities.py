"""Entities that several places share: told apart by exact keys, and written down once."""

import json

from gateway.executor.context import ExecutionContext
from gateway.plan.nodes import Sequence
from tests.support.executor import Scripted, answer, compiled, entities, fetch, key

SDL = """
type Query { users: [User!] me: User feed: [Item] grid: [[User]] }
type User implements Item { id: ID! name: String age: Int friend: User tags: [String] }
type Post implements Item { id: ID! title: String author: User name: String }
interface Item { id: ID! name: String }
"""
USERS = fetch("a", "{ users { __typename id } }")
NAMES = entities(["users"], "b", "... on User { name }", key("User"))


async def test_entities_are_told_apart_by_large_integers() -> None:
    sdl = "scalar Big type Query { rows: [Row] } type Row { id: Big next: Big name: String }"
    rows = fetch("a", "{ rows { __typename id } }")
    names = entities(["rows"], "b", "... on Row { next name }", key("Row"))
    plan = compiled(Sequence((rows, names)), "{ rows { id next name } }", sdl)
    huge = 2**80
    keys = ", ".join(f'{{"__typename": "Row", "id": {huge + each}}}' for each in (0, 1, 0))
    found = ", ".join(f'{{"next": {huge - each}, "name": "{each}"}}' for each in (0, 1))
    b = Scripted(f'{{"data": {{"_entities": [{found}]}}}}'.encode())
    transports = {"a": Scripted(f'{{"data": {{"rows": [{keys}]}}}}'.encode()), "b": b}
    result = await plan.execute({}, ExecutionContext(transports))
    row = {"id": huge, "next": huge, "name": "0"}
    other = {"id": huge + 1, "next": huge - 1, "name": "1"}
    assert json.loads(result.body) == {"data": {"rows": [row, other, row]}}
    assert len(b.requests) == 1


async def test_errors_at_what_is_not_asked_of_a_shared_object_are_not_told() -> None:
    """`b` knows no types of items, so it is asked for the age of all, and fails for a post."""
    items = {"feed": [{"__typename": "Item", "id": "1", "age": None}]}
    failed = {"message": "no age", "path": ["feed", 0, "age"]}
    plan = compiled(
        Sequence(
            (
                fetch("b", "{ feed { __typename id age } }"),
                entities(["feed"], "a", "... on Item { __typename }", key("Item")),
            )
        ),
        "{ feed { id ... on User { age } } }",
        SDL,
    )
    result = await answer(
        plan,
        a=Scripted({"data": {"_entities": [{"__typename": "Post"}]}}),
        b=Scripted({"data": items, "errors": [failed]}),
    )
    assert result == {"data": {"feed": [{"id": "1"}]}}
