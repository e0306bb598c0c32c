"""INVALID_GRAPHQL: each subgraph is a valid schema by itself."""

import pytest

from gateway.composition.compose import SubgraphSource
from tests.support.composition import composed, error_codes, failed, federation_1, subgraph


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { a: Nothing }",
        "type Query { a(b: Nothing): Int }",
        "type Query { a(b: Query): Int }",
        "type Query { a: I } input I { b: Int }",
        "type Query { a: Int } type Empty",
        "type Query { a: Int } enum Empty",
        "type Query { a: Int a: Int }",
        "type Query { a: Int } type Query { b: Int }",
        "type Query { a: Int } union U = Int2",
        "type Query { a: Int } interface I { b: Int } union U = I",
        "type Query { a: Int } type T implements I { b: Int }",
        "type Query { a: Int } interface I { b: Int } type T implements I { c: Int }",
        "type Query { a: Int } interface I { b: Int } type T implements I { b: String }",
        "type Query { a: Int } interface I { b(c: Int): Int } type T implements I { b: Int }",
        "type Query { a: Int } interface I { b: Int } type T implements I { b(c: Int!): Int }",
        "type Query { a: Int } interface I { b: Int } interface J implements I { b: Int }"
        " type T implements J { b: Int }",
        "type Query { a(b: Int = true): Int }",
        "type Query { a(b: E = C): Int } enum E { A }",
        "type Query { a(b: I = {c: 1}): Int } input I { b: Int }",
        "type Query { a: Int @nothing }",
        "type Query { a: Int @key(fields: 1) }",
        "type Query { a: Int @tag }",
        "type Query { a: Int @tag(name: 1) }",
        'type Query { a: Int @tag(name: "x", other: 1) }',
        "type Query { a: Int @inaccessible @inaccessible }",
        "type Query { __a: Int }",
        "type Query { a: Int",
        "query { a }",
    ],
)
def test_a_schema_that_is_not_valid_is_refused(sdl):
    assert error_codes(subgraph("one", sdl)) == ["INVALID_GRAPHQL"]


def test_all_faults_are_told_at_once():
    errors = failed(
        subgraph("one", "type Query { a: A b: B }"), subgraph("two", "scalar S @x @y")
    ).errors

    assert [error.code.name for error in errors] == ["INVALID_GRAPHQL"] * 3
    assert [place.coordinate for place in errors[0].places] == ["Query.a", "Query.b"]


def test_errors_tell_line_and_column():
    source = SubgraphSource("one", "", "type Query {\n  a: Int\n  b(c: Nothing): Int\n}\n")

    (error,) = failed(source).errors

    (place,) = error.places
    assert (place.subgraph, place.coordinate) == ("one", "Query.b(c:)")
    assert (place.line, place.column) == (3, 5)


def test_syntax_errors_tell_line_and_column():
    (error,) = failed(federation_1("one", "type Query {\n  a Int\n}")).errors

    assert (error.places[0].line, error.places[0].column) == (2, 5)


def test_a_misspelt_directive_is_recognised():
    (error,) = failed(subgraph("one", "type Query { a: Int @sharable }")).errors

    assert "@shareable" in error.message


def test_federation_2_directives_need_a_link():
    (error,) = failed(federation_1("one", "type Query { a: Int @shareable }")).errors

    assert "@link" in error.message


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("query", "ROOT_QUERY_USED"),
        ("mutation", "ROOT_MUTATION_USED"),
        ("subscription", "ROOT_SUBSCRIPTION_USED"),
    ],
)
def test_the_names_of_roots_are_theirs(kind, code):
    sdl = f"schema {{ {kind}: Root }} type Root {{ a: Int }} type {kind.capitalize()} {{ b: Int }}"

    assert error_codes(subgraph("one", sdl)) == [code]


def test_what_introspection_adds_is_let_go():
    sdl = (
        "type Query { a: Int _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }"
        ' type T @key(fields: "id") { id: ID! } scalar _Any union _Entity = T'
        " type _Service { sdl: String! }"
    )

    assert "_Service" not in composed(subgraph("one", sdl)).supergraph_sdl
