"""Each code of the registry by the smallest change that gives it."""

from collections import Counter

import pytest
from graphql import build_schema, find_breaking_changes, find_dangerous_changes

from gateway.supergraph.changes.codes import CHANGES, Severity
from gateway.supergraph.changes.compare import compare

CASES: dict[str, tuple[str, str, str]] = {
    "OPERATION_TYPE_REMOVED": (
        "type Mutation { a: Int }",
        "",
        "schema.mutation",
    ),
    "OPERATION_TYPE_ADDED": ("", "type Mutation { a: Int }", "schema.mutation"),
    "TYPE_REMOVED": ("type T { a: Int }", "", "T"),
    "TYPE_ADDED": ("", "type T { a: Int }", "T"),
    "TYPE_CHANGED_KIND": ("type T { a: Int }", "input T { a: Int }", "T"),
    "TYPE_REMOVED_FROM_UNION": (
        "union U = A | B type A { a: Int } type B { a: Int }",
        "union U = A type A { a: Int } type B { a: Int }",
        "U",
    ),
    "TYPE_ADDED_TO_UNION": (
        "union U = A type A { a: Int } type B { a: Int }",
        "union U = A | B type A { a: Int } type B { a: Int }",
        "U",
    ),
    "IMPLEMENTED_INTERFACE_REMOVED": (
        "interface I { a: Int } type T implements I { a: Int }",
        "interface I { a: Int } type T { a: Int }",
        "T",
    ),
    "IMPLEMENTED_INTERFACE_ADDED": (
        "interface I { a: Int } type T { a: Int }",
        "interface I { a: Int } type T implements I { a: Int }",
        "T",
    ),
    "VALUE_REMOVED_FROM_ENUM": ("enum E { A B }", "enum E { A }", "E.B"),
    "VALUE_ADDED_TO_ENUM": (
        "enum E { A } type T { e: E! }",
        "enum E { A B } type T { e: E! }",
        "E.B",
    ),
    "INPUT_VALUE_ADDED_TO_ENUM": (
        "enum E { A } input T { e: [E] }",
        "enum E { A B } input T { e: [E] }",
        "E.B",
    ),
    "FIELD_REMOVED": ("type T { a: Int b: Int }", "type T { a: Int }", "T.b"),
    "FIELD_ADDED": ("type T { a: Int }", "type T { a: Int b: Int }", "T.b"),
    "FIELD_CHANGED_KIND": ("type T { a: Int! }", "type T { a: Int }", "T.a"),
    "FIELD_CHANGED_KIND_SAFE": ("type T { a: [Int] }", "type T { a: [Int!]! }", "T.a"),
    "REQUIRED_INPUT_FIELD_ADDED": ("input T { a: Int }", "input T { a: Int b: Int! }", "T.b"),
    "OPTIONAL_INPUT_FIELD_ADDED": (
        "input T { a: Int }",
        "input T { a: Int b: Int! = 1 }",
        "T.b",
    ),
    "INPUT_FIELD_BECAME_REQUIRED": ("input T { a: Int! = 1 }", "input T { a: Int! }", "T.a"),
    "INPUT_FIELD_DEFAULT_VALUE_ADDED": ("input T { a: Int! }", "input T { a: Int! = 1 }", "T.a"),
    "INPUT_FIELD_DEFAULT_VALUE_CHANGE": (
        "input T { a: Int = 1 }",
        "input T { a: Int = 2 }",
        "T.a",
    ),
    "ONE_OF_ADDED": ("input T { a: Int b: Int }", "input T @oneOf { a: Int b: Int }", "T"),
    "ONE_OF_REMOVED": ("input T @oneOf { a: Int b: Int }", "input T { a: Int b: Int }", "T"),
    "REQUIRED_ARG_ADDED": ("type T { a: Int }", "type T { a(b: Int!): Int }", "T.a(b:)"),
    "OPTIONAL_ARG_ADDED": ("type T { a: Int }", "type T { a(b: Int): Int }", "T.a(b:)"),
    "ARG_REMOVED": ("type T { a(b: Int): Int }", "type T { a: Int }", "T.a(b:)"),
    "ARG_CHANGED_KIND": ("type T { a(b: Int): Int }", "type T { a(b: ID): Int }", "T.a(b:)"),
    "ARG_CHANGED_KIND_SAFE": ("type T { a(b: Int!): Int }", "type T { a(b: Int): Int }", "T.a(b:)"),
    "ARG_BECAME_REQUIRED": (
        "type T { a(b: Int! = 1): Int }",
        "type T { a(b: Int!): Int }",
        "T.a(b:)",
    ),
    "ARG_DEFAULT_VALUE_ADDED": (
        "type T { a(b: Int!): Int }",
        "type T { a(b: Int! = 1): Int }",
        "T.a(b:)",
    ),
    "ARG_DEFAULT_VALUE_CHANGE": (
        "type T { a(b: Int): Int }",
        "type T { a(b: Int = 1): Int }",
        "T.a(b:)",
    ),
    "SPECIFIED_BY_CHANGED": (
        'scalar S @specifiedBy(url: "https://a.example")',
        'scalar S @specifiedBy(url: "https://b.example")',
        "S",
    ),
    "DIRECTIVE_REMOVED": ("directive @d on FIELD", "", "@d"),
    "DIRECTIVE_ADDED": ("", "directive @d on FIELD", "@d"),
    "DIRECTIVE_ARG_REMOVED": ("directive @d(a: Int) on FIELD", "directive @d on FIELD", "@d(a:)"),
    "REQUIRED_DIRECTIVE_ARG_ADDED": (
        "directive @d on FIELD",
        "directive @d(a: Int!) on FIELD",
        "@d(a:)",
    ),
    "OPTIONAL_DIRECTIVE_ARG_ADDED": (
        "directive @d on FIELD",
        "directive @d(a: Int) on FIELD",
        "@d(a:)",
    ),
    "DIRECTIVE_REPEATABLE_REMOVED": (
        "directive @d repeatable on FIELD",
        "directive @d on FIELD",
        "@d",
    ),
    "DIRECTIVE_REPEATABLE_ADDED": (
        "directive @d on FIELD",
        "directive @d repeatable on FIELD",
        "@d",
    ),
    "DIRECTIVE_LOCATION_REMOVED": (
        "directive @d on FIELD | QUERY",
        "directive @d on FIELD",
        "@d",
    ),
    "DIRECTIVE_LOCATION_ADDED": ("directive @d on FIELD", "directive @d on FIELD | QUERY", "@d"),
    "DEPRECATED": ("type T { a: Int }", "type T { a: Int @deprecated }", "T.a"),
    "DEPRECATION_REMOVED": ("enum E { A @deprecated }", "enum E { A }", "E.A"),
    "DEPRECATION_REASON_CHANGED": (
        "input T { a: Int @deprecated }",
        'input T { a: Int @deprecated(reason: "b") }',
        "T.a",
    ),
    "DESCRIPTION_CHANGED": (
        "type T { a(b: Int): Int }",
        'type T { a("c" b: Int): Int }',
        "T.a(b:)",
    ),
}


def schema(sdl: str):
    return build_schema("type Query { q: Int } " + sdl)


def test_each_code_has_a_case():
    assert CASES.keys() == CHANGES.keys()


@pytest.mark.parametrize("code", CASES)
def test_the_change_is_told_once_with_its_coordinate(code):
    old, new, coordinate = CASES[code]
    changes = [change for change in compare(schema(old), schema(new)) if change.code.name == code]
    assert [change.coordinate for change in changes] == [coordinate]
    assert changes[0].message.endswith(".") or "DEPRECAT" in code


@pytest.mark.parametrize("code", CASES)
def test_the_same_schema_has_no_changes(code):
    for sdl in CASES[code][:2]:
        assert compare(schema(sdl), schema(sdl)) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("code", CASES)
def test_nothing_is_missed_that_graphql_core_finds_breaking(code):
    old, new = (schema(sdl) for sdl in CASES[code][:2])
    ours = Counter(change.code.name for change in compare(old, new))
    scalars = "Standard scalar"  # built-in ones are there whether or not they are referred to
    theirs = Counter(
        change.type.name
        for change in find_breaking_changes(old, new)
        if not change.description.startswith(scalars)
    )
    assert theirs - ours == Counter()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("code", CASES)
def test_what_graphql_core_finds_dangerous_is_told_or_known_better(code):
    old, new = (schema(sdl) for sdl in CASES[code][:2])
    ours = {change.code.name for change in compare(old, new)}
    better = {
        "VALUE_ADDED_TO_ENUM": "INPUT_VALUE_ADDED_TO_ENUM",
        "ARG_DEFAULT_VALUE_CHANGE": "ARG_BECAME_REQUIRED",
        "INPUT_FIELD_DEFAULT_VALUE_CHANGE": "INPUT_FIELD_BECAME_REQUIRED",
    }
    for change in find_dangerous_changes(old, new):
        assert {change.type.name, better.get(change.type.name)} & ours


def test_a_changed_default_is_told_beside_a_changed_type():
    old, new = schema("input T { a: Int! = 1 }"), schema("input T { a: Int = 2 }")
    assert [change.code.name for change in compare(old, new)] == [
        "INPUT_FIELD_DEFAULT_VALUE_CHANGE",
        "FIELD_CHANGED_KIND_SAFE",
    ]


def test_the_worst_comes_first():
    old, new = schema("type T { a: Int z: Int }"), schema("type T { b: Int a: String }")
    severities = [change.code.severity for change in compare(old, new)]
    assert severities == [Severity.BREAKING, Severity.BREAKING, Severity.SAFE]
