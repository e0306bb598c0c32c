"""The client's shape: keys, order, types, conditions, leaves."""

from typing import Any

import orjson
import pytest

from gateway.executor.codegen import source as source_module
from gateway.executor.codegen.generate import MAX_FIELDS
from gateway.executor.codegen.source import Module
from gateway.executor.context import ExecutionContext
from gateway.plan.nodes import Condition, QueryPlan, Sequence
from tests.support.executor import Scripted, answer, compiled, entities, fetch, key

SDL = """
type Query {
  me: User any: Any things: [Thing!] matrix: [[Int!]] day: Day days: [Day] int: Int must: Day!
  float: Float flag: Boolean text: String id: ID json: JSON
}
interface Thing { id: ID! name: String }
type User implements Thing { id: ID! name: String friend: User pet: Pet }
type Pet implements Thing { id: ID! name: String age: Int }
union Any = User | Pet
enum Day { MON TUE }
scalar JSON
"""


async def shaped(text: str, data: object, **variables: object) -> dict[str, Any]:
    plan = compiled(fetch("a", "{ me { id } }"), text, SDL)
    return await answer(plan, variables, a=Scripted({"data": data}))


async def test_keys_come_as_the_client_asked_for_them_and_nothing_else() -> None:
    me = {"name": "Ann", "__typename": "User", "hidden": 1, "b": "1", "id": "1"}
    result = await shaped("{ t: __typename me { b: id n2: name id name } }", {"me": me, "x": 1})
    assert orjson.dumps(result["data"]) == (
        b'{"t":"Query","me":{"b":"1","n2":null,"id":"1","name":"Ann"}}'
    )


async def test_typename_is_that_of_the_object_under_any_alias() -> None:
    data = {"any": {"__typename": "Pet"}, "me": {"__typename": "Other", "t": "Other"}}
    result = await shaped("{ any { t: __typename } me { t: __typename __typename } }", data)
    assert result == {
        "data": {"any": {"t": "Pet"}, "me": {"t": "User", "__typename": "User"}},
    }


async def test_fragments_apply_by_concrete_type_and_merge() -> None:
    text = """{ things { id ... on Thing { name } ... on User { friend { id } }
      ... on Pet { age ... on Thing { id } } ... on User { friend { name } } } }"""
    friend = {"id": "2", "name": "Bob"}
    things = [
        {"__typename": "User", "id": "1", "name": "A", "friend": friend, "age": 3},
        {"__typename": "Pet", "id": "1", "name": None, "age": 3, "friend": friend},
    ]
    assert await shaped(text, {"things": things}) == {
        "data": {
            "things": [
                {"id": "1", "name": "A", "friend": friend},
                {"id": "1", "name": None, "age": 3},
            ]
        }
    }


async def test_conditions_are_by_variables() -> None:
    plan = compiled(
        Condition("x", fetch("a", "{ me { id } }"), None),
        "query($x: Boolean!, $y: Boolean!) { me @include(if: $x) { id @skip(if: $y) } "
        "me @include(if: $x) { name ... @include(if: $y) { id } } flag @skip(if: $x) }",
        SDL,
    )
    me = {"me": {"id": "1", "name": "Ann"}}
    for y, keys in ((False, ["id", "name"]), (True, ["name", "id"])):
        result = await answer(plan, {"x": True, "y": y}, a=Scripted({"data": me}))
        assert list(result["data"]) == ["me"]
        assert list(result["data"]["me"]) == keys
    assert await answer(plan, {"x": False, "y": True}) == {"data": {"flag": None}}


async def test_a_type_that_only_skipped_selections_depend_on_need_not_be_known() -> None:
    text = "query($x: Boolean!) { things { ... on User { id @include(if: $x) } } }"
    data = {"things": [{"__typename": "Thing"}]}
    assert await shaped(text, data, x=False) == {"data": {"things": [{}]}}


async def test_a_condition_variable_must_not_be_null() -> None:
    plan = compiled(None, "query($x: Boolean) { flag @include(if: $x) }", SDL)
    for variables in ({}, {"x": None}):
        result = await answer(plan, variables)
        assert result["data"] is None
        assert result["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_many_combinations_of_conditions_are_not_all_remembered() -> None:
    names = [f"v{number}" for number in range(7)]
    fields = " ".join(f"{name}: flag @include(if: ${name})" for name in names)
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    plan = compiled(None, f"query({declared}) {{ {fields} }}", SDL)
    for number in range(2**7):
        values = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        result = await answer(plan, values)
        assert list(result["data"]) == [name for name in names if values[name]]
    assert len(plan._variants) == 32


@pytest.mark.parametrize(
    ("field", "given", "told"),
    [
        ("int", 3, 3),
        ("int", 3.0, 3),
        ("int", 2**31 - 1, 2**31 - 1),
        ("float", 3, 3),
        ("float", 2.5, 2.5),
        ("flag", False, False),
        ("text", "é\u2028😀", "é\u2028😀"),
        ("id", 12345678901234567890, "12345678901234567890"),
        ("id", "1", "1"),
        ("json", {"a": [1, None]}, {"a": [1, None]}),
        ("json", 2**63, 2**63),
        ("day", "TUE", "TUE"),
        ("days", ["MON", None], ["MON", None]),
        ("matrix", [[1], None, []], [[1], None, []]),
    ],
)
async def test_leaves_that_fit(field: str, given: object, told: object) -> None:
    result = await shaped(f"{{ x: {field} }}", {"x": given})
    assert result == {"data": {"x": told}}
    assert type(result["data"]["x"]) is type(told)


@pytest.mark.parametrize(
    ("field", "given", "told", "place"),
    [
        ("int", 3.5, None, []),
        ("int", True, None, []),
        ("int", 2**31, None, []),
        ("int", "3", None, []),
        ("float", True, None, []),
        ("float", "1", None, []),
        ("flag", 1, None, []),
        ("text", 1, None, []),
        ("text", {"secret": 1}, None, []),
        ("id", 1.5, None, []),
        ("id", True, None, []),
        ("day", "SUN", None, []),
        ("day", 1, None, []),
        ("day", ["MON"], None, []),
        ("days", "MON", None, []),
        ("days", ["MON", "SUN"], ["MON", None], [1]),
        ("matrix", [[1, None], [2]], [None, [2]], [0, 1]),
        ("matrix", [[1, "x"], [2]], [None, [2]], [0, 1]),
    ],
)
async def test_leaves_that_do_not_fit(
    field: str, given: object, told: object, place: list[int]
) -> None:
    result = await shaped(f"{{ x: {field} }}", {"x": given})
    assert result["data"] == {"x": told}
    (error,) = result["errors"]
    assert error["path"] == ["x", *place]
    assert error["extensions"]["code"] in ("RESULT_COERCION_FAILED", "NON_NULL_VIOLATION")


async def test_a_null_rises_to_the_root() -> None:
    result = await shaped("{ int must }", {"int": 1, "must": "SUN"})
    assert result["data"] is None
    assert [error["path"] for error in result["errors"]] == [["must"]]


@pytest.mark.parametrize("given", [{"id": "1"}, {"__typename": "Day"}, {"__typename": 1}, []])
async def test_an_object_of_unknown_type_is_null(given: object) -> None:
    result = await shaped("{ any { ... on User { id } } }", {"any": given})
    assert result["data"] == {"any": None}
    assert result["errors"][0]["path"] == ["any"]


@pytest.mark.parametrize(
    "field", ["__schema { queryType { name } }", '__type(name: "Day") { name }']
)
async def test_introspection_is_answered_beside_other_fields(field: str) -> None:
    text = f"{{ i: {field} int }}"
    plan = compiled(fetch("a", "{ int }"), text, SDL)
    result = await answer(plan, a=Scripted({"data": {"int": 1}}))
    assert result["data"]["int"] == 1
    assert result["data"]["i"] in ({"name": "Day"}, {"queryType": {"name": "Query"}})


async def test_introspection_takes_variables() -> None:
    text = "query($n: String!, $x: Boolean!) { __type(name: $n) { name kind @include(if: $x) } }"
    plan = compiled(None, text, SDL)
    for name, kind in (("Day", "ENUM"), ("Pet", "OBJECT")):
        told = {"__type": {"name": name, "kind": kind}}
        assert await answer(plan, {"n": name, "x": True}) == {"data": told}
    assert await answer(plan, {"n": "No", "x": False}) == {"data": {"__type": None}}


async def test_introspection_can_be_disabled() -> None:
    plan = compiled(fetch("a", "{ int }"), "{ int __schema { queryType { name } } }", SDL)
    a = Scripted()
    result = await plan.execute({}, ExecutionContext({"a": a}, introspection=False))
    told = orjson.loads(result.body)
    assert told["data"] is None
    assert told["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"
    assert a.requests == []
    allowed = compiled(None, "{ __typename }", SDL)
    result = await allowed.execute({}, ExecutionContext({}, introspection=False))
    assert result.body == b'{"data":{"__typename":"Query"}}'


async def test_fixed_variables_reach_the_fetches_that_use_them() -> None:
    plan = compiled(
        Sequence(
            (
                fetch("a", "query($i: Int) { me { __typename id } }", variables=("i", "absent")),
                entities(["me"], "b", "... on User { name }", key("User"), variables=("j",)),
            )
        ),
        "query($i: Int, $j: String) { me { name } }",
        SDL,
    )
    a = Scripted({"data": {"me": {"__typename": "User", "id": "1"}}})
    b = Scripted({"data": {"_entities": [{"name": "Ann"}]}})
    await answer(plan, {"i": None, "j": "é", "other": 1}, a=a, b=b)
    assert a.requests[0]["variables"] == {"i": None}
    assert b.requests[0]["variables"] == {
        "representations": [{"__typename": "User", "id": "1"}],
        "j": "é",
    }


def test_the_generated_code_can_be_looked_at() -> None:
    import linecache  # noqa: PLC0415

    plan = compiled(QueryPlan(None).node, "query Named { int }", SDL)
    module = plan._variants[()].generated.module
    assert "Named" in module.file_name
    assert "def project" in "".join(linecache.getlines(module.file_name))


async def test_an_object_too_wide_to_compile_at_once_is_answered_all_the_same() -> None:
    aliases = " ".join(f"a{index}: int" for index in range(MAX_FIELDS + 1))
    plan = compiled(fetch("a", f"{{ {aliases} }}"), f"{{ {aliases} }}", SDL)
    assert "def project" not in plan._variants[()].generated.module.source
    given = {f"a{index}": index for index in range(MAX_FIELDS + 1)}
    assert await answer(plan, {}, a=Scripted({"data": given})) == {"data": given}


def test_functions_are_compiled_one_at_a_time_and_keep_their_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units: list[str] = []

    def compiling(text: str, *rest: Any) -> Any:
        units.append(text.lstrip("\n"))
        return compile(text, *rest)

    monkeypatch.setattr(source_module, "compile", compiling, raising=False)
    module = Module("two", "def one():\n    return 1\ndef two():\n    raise OSError\n", {})
    assert units == ["def one():\n    return 1\n", "def two():\n    raise OSError\n"]
    assert module["two"].__code__.co_firstlineno == 3
