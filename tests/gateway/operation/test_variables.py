"""Coercion of variables."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import build_schema

from gateway.errors import RequestErrors
from gateway.operation.variables import coerce_variables
from tests.support.executor import operation

SCHEMA = build_schema("""
type Query { x: Int }
input Line { sku: ID! quantity: Int! = 1 note: String gift: Gift }
input Gift { wrap: Boolean! }
input Order { lines: [Line!]! day: Day = MON extra: JSON price: Float nested: Order }
input By @oneOf { id: ID name: String }
enum Day { MON TUE }
scalar JSON
""")


def coerce(declared: str, **raw: Any) -> dict[str, Any]:
    return coerce_variables(operation(f"query({declared}) {{ x }}"), raw, SCHEMA)


def faults(declared: str, **raw: Any) -> list[dict[str, Any]]:
    with pytest.raises(RequestErrors) as raised:
        coerce(declared, **raw)
    return [error.formatted() for error in raised.value.errors]


@pytest.mark.parametrize(
    ("declared", "given", "coerced"),
    [
        ("Int", 5, 5),
        ("Int", 5.0, 5),
        ("Int!", -(2**31), -(2**31)),
        ("Float", 5, 5),
        ("Float", 1e300, 1e300),
        ("String", "é\u0000😀", "é\u0000😀"),
        ("ID", 7, "7"),
        ("ID", 2**60, str(2**60)),
        ("Boolean", False, False),
        ("Day", "TUE", "TUE"),
        ("[Int]", 1, [1]),
        ("[[Int]]", [1, None, [2]], [[1], None, [2]]),
        ("JSON", {"a": [2**63, "x"]}, {"a": [2**63, "x"]}),
        ("JSON", 2**80, 2**80),
        ("JSON", None, None),
        ("By", {"id": 1}, {"id": "1"}),
        (
            "Order",
            {"lines": {"sku": 1}, "nested": None},
            {"lines": [{"sku": "1", "quantity": 1}], "day": "MON", "nested": None},
        ),
    ],
)
def test_values_that_fit(declared: str, given: object, coerced: object) -> None:
    value = coerce(f"$v: {declared}", v=given)["v"]
    assert value == coerced
    assert type(value) is type(coerced)


@pytest.mark.parametrize(
    ("declared", "given", "place", "words"),
    [
        ("Int!", None, "v", "must not be null"),
        ("Int", "5", "v", 'Int cannot represent "5"'),
        ("Int", True, "v", "Int cannot represent true"),
        ("Int", 1.5, "v", "Int cannot represent 1.5"),
        ("Int", 2**31, "v", "more than 32 bits"),
        ("Float", "1", "v", "Float"),
        ("String", 1, "v", "String"),
        ("ID", 1.5, "v", "ID"),
        ("Boolean", "true", "v", "Boolean"),
        ("Day", "SUN", "v", 'not a value of the enum "Day"'),
        ("Day", ["MON"], "v", "Day"),
        ("[Int!]", [1, None], "v[1]", "must not be null"),
        ("Order", "x", "v", "expected an object"),
        ("Order", {"lines": [{"sku": "1"}, {}]}, "v.lines[1].sku", "is required"),
        ("Order", {"lines": [], "typo": 1}, "v", 'no field "typo"'),
        ("Order", {"lines": [{"sku": 1, "gift": {}}]}, "v.lines[0].gift.wrap", "is required"),
        ("By", {"id": 1, "name": "x"}, "v", "exactly one"),
        ("By", {"id": None}, "v", "exactly one"),
        ("By", {}, "v", "exactly one"),
    ],
)
def test_values_that_do_not_fit(declared: str, given: object, place: str, words: str) -> None:
    (fault,) = faults(f"$v: {declared}", v=given)
    assert fault["extensions"] == {"code": "BAD_USER_INPUT", "variable": place}
    assert words in fault["message"]
    assert fault["message"].startswith('Variable "$v" has a wrong value')
    assert fault["locations"] == [{"line": 1, "column": 7}]


def test_all_faults_are_told_at_once() -> None:
    found = faults(
        "$a: Int!, $b: [Day!], $c: Order!", b=["SUN", "MON", "SAT"], c={"lines": [{}], "day": 1}
    )
    assert [fault["extensions"]["variable"] for fault in found] == [
        "a",
        "b[0]",
        "b[2]",
        "c.lines[0].sku",
        "c.day",
    ]


def test_faults_are_told_up_to_a_number() -> None:
    assert len(faults("$v: [Int]", v=["x"] * 1000)) == 50


def test_faults_are_not_looked_for_once_there_are_enough() -> None:
    class Values(list[Any]):
        read = 0

        def __iter__(self) -> Iterator[Any]:
            for value in super().__iter__():
                self.read += 1
                yield value

    values = Values(["x"] * 1000)
    assert len(faults("$v: [Int]", v=values)) == 50
    assert values.read == 51


def test_defaults_stand_in_for_absent_values_only() -> None:
    declared = (
        '$a: Int = 3, $b: [Day!] = MON, $c: Int, $d: Int = 4, $e: Order = {lines: [{sku: "s"}]}'
    )
    assert coerce(declared, d=None, other=1) == {
        "a": 3,
        "b": ["MON"],
        "d": None,
        "e": {"lines": [{"sku": "s", "quantity": 1}], "day": "MON"},
    }


def test_a_null_for_a_non_null_variable_with_default_is_a_fault() -> None:
    assert faults("$v: Int! = 1", v=None)[0]["extensions"]["variable"] == "v"


def test_endless_nesting_is_a_fault() -> None:
    deep: dict[str, Any] = {"lines": []}
    for _ in range(900):
        deep = {"lines": [], "nested": deep}
    (fault,) = faults("$v: Order", v=deep)
    assert "nested too deeply" in fault["message"]


def test_a_long_value_is_shown_in_short() -> None:
    (fault,) = faults("$v: Int", v="x" * 10_000)
    assert len(fault["message"]) < 200
