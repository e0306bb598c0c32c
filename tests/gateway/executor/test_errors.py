"""Faults of subgraphs: partial data, and errors at the places of the answer that they concern."""

from typing import Any

import pytest

from gateway.executor.context import ExecutionContext
from gateway.executor.errors import (
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.plan.nodes import HIDDEN, Fetch, Parallel, Rename, Sequence
from tests.support.executor import Scripted, answer, compiled, entities, fetch, key, path

SDL = """
type Query { users: [User] me: User count: Int! other: Int }
type User { id: ID! name: String age: Int must: Int! friend: User }
"""
USERS = fetch("a", "{ users { __typename id } }")
NAMES = entities(["users"], "b", "... on User { name age }", key("User"))
TWO_AND_ONE_AGAIN = {
    "data": {"users": [{"__typename": "User", "id": value} for value in ("1", "2", "1")]}
}


def places(result: dict[str, Any]) -> list[Any]:
    return [error.get("path") for error in result["errors"]]


async def test_an_entity_error_is_told_wherever_the_entity_stands() -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { id name } }", SDL)
    error = {"message": "No name", "path": ["_entities", 0, "name"], "extensions": {"code": "GONE"}}
    b = Scripted({"data": {"_entities": [{"name": None}, {"name": "Bob"}]}, "errors": [error]})
    result = await answer(plan, a=Scripted(TWO_AND_ONE_AGAIN), b=b)
    assert result["data"]["users"][1] == {"id": "2", "name": "Bob"}
    assert result["errors"] == [
        {
            "message": "No name",
            "path": ["users", place, "name"],
            "extensions": {"code": "GONE", "service": "b"},
        }
        for place in (0, 2)
    ]


async def test_an_error_of_a_whole_entity_concerns_each_of_its_fields() -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { name age } }", SDL)
    error = {"message": "No such user", "path": ["_entities", 1]}
    b = Scripted({"data": {"_entities": [{"name": "A", "age": 1}, None]}, "errors": [error]})
    result = await answer(plan, a=Scripted(TWO_AND_ONE_AGAIN), b=b)
    assert places(result) == [["users", 1, "name"], ["users", 1, "age"]]
    assert result["errors"][0]["extensions"] == {"code": "DOWNSTREAM_SERVICE_ERROR", "service": "b"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (SubgraphTimeout(), "SUBREQUEST_TIMEOUT"),
        (SubgraphHttpError(503), "SUBREQUEST_HTTP_ERROR"),
        (SubgraphError(), "SUBREQUEST_FAILED"),
        (b"not JSON", "SUBREQUEST_MALFORMED_RESPONSE"),
        (b'{"data": {"_entities": [{"name": "\xff"}]}}', "SUBREQUEST_MALFORMED_RESPONSE"),
        ([], "SUBREQUEST_MALFORMED_RESPONSE"),
        ({}, "SUBREQUEST_MALFORMED_RESPONSE"),
        ({"data": None}, "SUBREQUEST_MALFORMED_RESPONSE"),
        ({"data": []}, "SUBREQUEST_MALFORMED_RESPONSE"),
        ({"data": {}, "errors": {}}, "SUBREQUEST_MALFORMED_RESPONSE"),
        ({"data": {"_entities": {}}}, "SUBREQUEST_MALFORMED_RESPONSE"),
        ({"data": {"_entities": [{"name": "A"}]}}, "SUBREQUEST_MALFORMED_RESPONSE"),
        ({"errors": [{"message": "no"}]}, "DOWNSTREAM_SERVICE_ERROR"),
        ({"errors": ["no"]}, "DOWNSTREAM_SERVICE_ERROR"),
        ({"errors": [{"path": [{}], "extensions": 1}]}, "DOWNSTREAM_SERVICE_ERROR"),
    ],
)
async def test_a_failing_subgraph_leaves_the_rest_of_the_answer(given: object, code: str) -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { id name } }", SDL)
    result = await answer(plan, a=Scripted(TWO_AND_ONE_AGAIN), b=Scripted(given))
    assert [user["id"] for user in result["data"]["users"]] == ["1", "2", "1"]
    assert [user["name"] for user in result["data"]["users"]] == [None] * 3
    assert {error["extensions"]["code"] for error in result["errors"]} == {code}
    assert {error["extensions"]["service"] for error in result["errors"]} == {"b"}
    assert sorted(places(result)) == [["users", place, "name"] for place in range(3)]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            ["_entities", 2, "name"],
            [["users", 0, "name"], ["users", 1, "name"], ["users", 2, "name"]],
        ),
        (["_entities", -1], [["users", 0, "name"], ["users", 1, "name"], ["users", 2, "name"]]),
        (["_entities", "1"], [["users", 0, "name"], ["users", 1, "name"], ["users", 2, "name"]]),
        (["_entities", 1, "unasked"], [["users", 1, "name"]]),
        (["_entities", 1, "name", "below", 3], [["users", 1, "name"]]),
        (["_entities", 1, 0, "name"], [["users", 1]]),
    ],
)
async def test_an_entity_error_is_told_though_its_path_leads_nowhere(
    given: list[Any], told: list[Any]
) -> None:
    name = entities(["users"], "b", "... on User { name }", key("User"))
    plan = compiled(Sequence((USERS, name)), "{ users { name } }", SDL)
    error = {"message": "No", "path": given}
    b = Scripted({"data": {"_entities": [{"name": None}, {"name": None}]}, "errors": [error]})
    result = await answer(plan, a=Scripted(TWO_AND_ONE_AGAIN), b=b)
    assert sorted(places(result)) == told


async def test_a_root_error_is_told_though_its_path_leads_nowhere() -> None:
    plan = compiled(fetch("a", "{ me { alias: name } }"), "{ me { alias: name } }", SDL)
    errors = [{"message": "No", "path": ["me", "name"]}, {"message": "No", "path": ["you"]}]
    a = Scripted({"data": {"me": {"alias": None}}, "errors": errors})
    result = await answer(plan, a=a)
    assert places(result) == [["me"], None]


async def test_a_failure_is_logged_once_under_the_request_s_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost = SubgraphUnreachable()
    lost.__cause__ = OSError("refused")
    plan = compiled(fetch("a", "{ count other }"), "{ count other }", SDL)
    context = ExecutionContext({"a": Scripted(lost, lost)}, request_id="r1")
    await plan.execute({}, context)
    (record,) = caplog.records
    assert (record.levelname, record.message) == ("WARNING", "a subgraph gave no answer")
    said = ("subgraph", "code", "cause", "request_id")
    assert [getattr(record, name) for name in said] == [
        "a",
        "SUBREQUEST_CONNECTION_ERROR",
        "refused",
        "r1",
    ]


@pytest.mark.parametrize("given", [1, "x", True, [], [{}], [None, 3]])
async def test_entities_of_wrong_types_are_none(given: object) -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { name } }", SDL)
    b = Scripted({"data": {"_entities": [given, {"name": given}]}})
    result = await answer(plan, a=Scripted(TWO_AND_ONE_AGAIN), b=b)
    names = [user["name"] for user in result["data"]["users"]]
    assert names == [None, "x" if given == "x" else None, None]


@pytest.mark.parametrize("given", [None, 1, "x", [[1]], [{"friend": []}], {"id": {}}, [[], {}]])
async def test_root_data_of_wrong_types_never_crashes(given: object) -> None:
    plan = compiled(
        Sequence((USERS, entities(["users", "friend"], "b", "... on User { name }", key("User")))),
        "{ users { friend { name } } }",
        SDL,
    )
    result = await answer(plan, a=Scripted({"data": {"users": given}}), b=Scripted())
    assert "users" in result["data"]


@pytest.mark.parametrize("typename", [None, 1, [], {}])
async def test_a_typename_of_a_wrong_type_never_crashes(typename: object) -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { __typename id } }", SDL)
    users = [{"__typename": typename, "id": "1"}]
    result = await answer(plan, a=Scripted({"data": {"users": users}}), b=Scripted())
    assert result == {"data": {"users": [{"__typename": "User", "id": "1"}]}}


async def test_an_answer_nested_too_deeply_to_be_sent_on_is_an_error() -> None:
    deep = b"[" * 900 + b"]" * 900
    sdl = "scalar JSON type Query { me: User } type User { id: JSON! name: String any: JSON }"
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ me { __typename id any } }"),
                entities(["me"], "b", "... on User { name }", key("User")),
            )
        ),
        "{ me { name } }",
        sdl,
    )
    a = Scripted(b'{"data": {"me": {"__typename": "User", "id": ' + deep + b"}}}")
    result = await answer(plan, a=a, b=Scripted())
    assert [error["extensions"]["code"] for error in result["errors"]] == [
        "SUBREQUEST_MALFORMED_RESPONSE"
    ]
    plan = compiled(fetch("a", "{ me { any } }"), "{ me { any } }", sdl)
    a = Scripted(b'{"data": {"me": {"any": ' + deep + b"}}}")
    result = await answer(plan, a=a)
    assert result["errors"][0]["extensions"]["code"] == "SUBREQUEST_MALFORMED_RESPONSE"


async def test_a_subgraph_that_is_not_there_cannot_be_reached() -> None:
    plan = compiled(fetch("a", "{ count other }"), "{ count other }", SDL)
    result = await answer(plan)
    assert result["data"] is None
    assert places(result) == [["count"], ["other"]]
    assert result["errors"][0]["extensions"]["code"] == "SUBREQUEST_CONNECTION_ERROR"


async def test_a_null_that_must_not_be_rises_and_is_explained_once() -> None:
    musts = entities(["users"], "b", "... on User { must }", key("User"))
    plan = compiled(Sequence((USERS, musts)), "{ users { id must } }", SDL)
    error = {"message": "Lost", "path": ["_entities", 1, "must"]}
    b = Scripted({"data": {"_entities": [{"must": 1}, None]}, "errors": [error]})
    result = await answer(plan, a=Scripted(TWO_AND_ONE_AGAIN), b=b)
    assert result["data"]["users"] == [{"id": "1", "must": 1}, None, {"id": "1", "must": 1}]
    assert places(result) == [["users", 1, "must"]]


async def test_a_null_that_no_subgraph_explains_is_an_error_of_the_gateway() -> None:
    plan = compiled(fetch("a", "{ me { must } count }"), "{ me { m: must } count }", SDL)
    result = await answer(plan, a=Scripted({"data": {"me": {"must": None}, "count": 1}}))
    assert result == {
        "data": {"me": None, "count": 1},
        "errors": [
            {
                "message": "Cannot return null for non-nullable field User.must.",
                "path": ["me", "m"],
                "extensions": {"code": "NON_NULL_VIOLATION"},
            }
        ],
    }


async def test_hidden_fields_do_not_show_in_paths() -> None:
    text = f"{{ me {{ __typename {HIDDEN}1: friend {{ id }} }} }}"
    plan = compiled(fetch("a", text), "{ me { name } }", SDL)
    error = {"message": "no", "path": ["me", f"{HIDDEN}1", "id"]}
    data = {"me": {"__typename": "User", f"{HIDDEN}1": None}}
    result = await answer(plan, a=Scripted({"data": data, "errors": [error]}))
    assert result["data"] == {"me": {"name": None}}
    assert places(result) == [["me"]]


async def test_paths_follow_renames() -> None:
    rename = Rename(path("me"), f"{HIDDEN}age", "age")
    text = f"{{ me {{ {HIDDEN}age: age }} }}"
    plan = compiled(fetch("a", text, renames=(rename,)), "{ me { age } }", SDL)
    assert await answer(plan, a=Scripted({"data": {"me": {f"{HIDDEN}age": 3}}})) == {
        "data": {"me": {"age": 3}}
    }
    error = {"message": "no", "path": ["me", f"{HIDDEN}age"]}
    data = {"me": {f"{HIDDEN}age": None}}
    result = await answer(plan, a=Scripted({"data": data, "errors": [error]}))
    assert places(result) == [["me", "age"]]


async def test_what_a_subgraph_tells_of_its_insides_is_not_passed_on() -> None:
    plan = compiled(fetch("a", "{ other }"), "{ other }", SDL)
    extensions = {"stacktrace": ["x"], "exception": {}, "service": "evil", "hint": "fine"}
    error = {"message": "no", "path": ["other"], "extensions": extensions}
    result = await answer(plan, a=Scripted({"data": {"other": None}, "errors": [error]}))
    assert result["errors"][0]["extensions"] == {
        "code": "DOWNSTREAM_SERVICE_ERROR",
        "service": "a",
        "hint": "fine",
    }


async def test_a_fault_of_many_fields_is_not_told_without_end() -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { name age } }", SDL)
    users = [{"__typename": "User", "id": str(number)} for number in range(500)]
    b = Scripted(SubgraphTimeout())
    result = await answer(plan, a=Scripted({"data": {"users": users}}), b=b)
    assert len(result["errors"]) == 50


async def test_branches_fail_apart() -> None:
    plan = compiled(
        Parallel((fetch("a", "{ me { name } }"), fetch("b", "{ other }"))),
        "{ other me { name } }",
        SDL,
    )
    result = await answer(
        plan, a=Scripted({"data": {"me": {"name": "Ann"}}}), b=Scripted(SubgraphTimeout())
    )
    assert result["data"] == {"other": None, "me": {"name": "Ann"}}
    assert places(result) == [["other"]]


async def test_a_query_is_sent_once_more_after_a_broken_connection() -> None:
    plan = compiled(fetch("a", "{ other }"), "{ other }", SDL)
    a = Scripted(SubgraphUnreachable(), {"data": {"other": 1}})
    assert await answer(plan, a=a) == {"data": {"other": 1}}
    a = Scripted(SubgraphUnreachable(), SubgraphUnreachable())
    result = await answer(plan, a=a)
    assert result["errors"][0]["extensions"]["code"] == "SUBREQUEST_CONNECTION_ERROR"
    assert len(a.requests) == 2


async def test_a_mutation_is_never_sent_again() -> None:
    sdl = "type Query { x: Int } type Mutation { pay: Int }"
    plan = compiled(Fetch(0, "a", "mutation", "mutation { pay }"), "mutation { pay }", sdl)
    a = Scripted(SubgraphUnreachable(), {"data": {"pay": 1}})
    result = await answer(plan, a=a)
    assert result["data"] == {"pay": None}
    assert len(a.requests) == 1


async def test_mutations_run_one_after_the_other() -> None:
    sdl = "type Query { x: Int } type Mutation { one: Int two: Int }"
    plan = compiled(
        Sequence(
            (
                Fetch(0, "a", "mutation", "mutation { one }"),
                Fetch(1, "a", "mutation", "mutation { two }"),
            )
        ),
        "mutation { one two }",
        sdl,
    )
    a = Scripted(SubgraphTimeout(), {"data": {"two": 2}})
    result = await answer(plan, a=a)
    assert result["data"] == {"one": None, "two": 2}
    assert [request["query"] for request in a.requests] == ["mutation { one }", "mutation { two }"]
