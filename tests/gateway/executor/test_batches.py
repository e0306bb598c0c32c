"""Entity fetches at several paths that are sent as one request."""

from gateway.executor.errors import SubgraphTimeout
from gateway.plan.nodes import Batch, Flatten, Sequence
from tests.support.executor import Scripted, answer, compiled, entities, fetch, key

SDL = """
type Query { users: [User] me: User }
type User { id: ID! name: String friend: User }
"""
TEXT = "{ users { name } me { friend { name } } }"


def node(*at: str) -> Flatten:
    return entities(at, "b", "... on User { name }", key("User"))


def plan() -> Sequence:
    root = fetch("a", "{ users { __typename id } me { __typename id friend { __typename id } } }")
    return Sequence((root, Batch((node("users"), node("me", "friend")))))


def user(number: str) -> dict[str, object]:
    return {"__typename": "User", "id": number}


ROOT = {"data": {"users": [user("1"), user("2"), user("1")], "me": {"friend": user("3")}}}


async def test_a_batch_is_one_request() -> None:
    b = Scripted({"data": {"_entities": [{"name": "A"}, {"name": "B"}, {"name": "C"}]}})
    result = await answer(compiled(plan(), TEXT, SDL), a=Scripted(ROOT), b=b)
    assert b.representations == [user("1"), user("2"), user("3")]
    assert result["data"] == {
        "users": [{"name": "A"}, {"name": "B"}, {"name": "A"}],
        "me": {"friend": {"name": "C"}},
    }


async def test_errors_of_a_batch_are_told_at_the_path_of_their_part() -> None:
    errors = [{"message": "no", "path": ["_entities", index, "name"]} for index in (0, 2)]
    b = Scripted({"data": {"_entities": [None, {"name": "B"}, None]}, "errors": errors})
    result = await answer(compiled(plan(), TEXT, SDL), a=Scripted(ROOT), b=b)
    assert [error["path"] for error in result["errors"]] == [
        ["users", 0, "name"],
        ["users", 2, "name"],
        ["me", "friend", "name"],
    ]


async def test_a_batch_that_fails_is_told_wherever_something_is_missing() -> None:
    b = Scripted(SubgraphTimeout())
    result = await answer(compiled(plan(), TEXT, SDL), a=Scripted(ROOT), b=b)
    assert [error["path"] for error in result["errors"]] == [
        ["users", 0, "name"],
        ["users", 2, "name"],
        ["users", 1, "name"],
        ["me", "friend", "name"],
    ]


async def test_parts_without_objects_are_left_out() -> None:
    b = Scripted({"data": {"_entities": [{"name": "C"}]}})
    root: dict[str, object] = {"data": {"users": [], "me": {"friend": user("3")}}}
    result = await answer(compiled(plan(), TEXT, SDL), a=Scripted(root), b=b)
    assert result == {"data": {"users": [], "me": {"friend": {"name": "C"}}}}
    nothing: dict[str, object] = {"data": {"users": None, "me": None}}
    assert await answer(compiled(plan(), TEXT, SDL), a=Scripted(nothing), b=Scripted()) == nothing
