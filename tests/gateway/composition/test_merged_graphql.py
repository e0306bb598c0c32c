"""What each subgraph keeps to and the merged types do not: INVALID_GRAPHQL."""

import pytest

from tests.support.composition import composed, error_codes, failed, hint_codes, subgraph

_T = "type Query { t: T } interface I { f(a: Int): Int } type T implements I @shareable"


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        (
            "type Query { t: T } interface I { f: Int! }"
            " type T implements I @shareable { f: Int! }",
            "type Query { b: T } type T @shareable { f: Int }",
            "I.f expects type Int!",
        ),
        (
            _T + " { f(a: Int): Int }",
            "type Query { b: T } type T @shareable { f: Int }",
            "I.f(a:) expected",
        ),
        (
            _T + " { f(a: Int): Int }",
            "type Query { b: T } type T @shareable { f(a: Int!): Int }",
            "I.f(a:) expects type Int",
        ),
        (
            "type Query { t: T } interface I { f: Int } type T implements I { f: Int }",
            "type Query { b: I } interface J { f: Int } interface I implements J { f: Int }"
            " type Z implements I & J { f: Int }",
            "Type T must implement J",
        ),
        (
            "type Query { a(x: I): Int } input I { j: J } input J { k: I! }",
            "type Query { b(x: J): Int } input I { j: J! } input J { k: I }",
            '"j.k"',
        ),
        (
            "type Query { a(x: E = B): Int } enum E { A B }",
            "type Query { b(x: E): Int } enum E { A }",
            "default value (got: B)",
        ),
        (
            "type Query { a(x: I = { b: 1 }): Int } input I { a: Int b: Int }",
            "type Query { b(x: I): Int } input I { a: Int }",
            "default value (got: {b: 1})",
        ),
        (
            "type Query { a(x: Int!): Int @shareable }",
            "type Query { a(x: Int @deprecated): Int @shareable }",
            "Query.a(x:) cannot be deprecated",
        ),
        (
            "type Query { a(x: I): Int } input I { x: Int! }",
            "type Query { b(x: I): Int } input I { x: Int @deprecated }",
            "I.x cannot be deprecated",
        ),
    ],
)
def test_merging_can_break_what_each_keeps(one: str, two: str, message: str):
    (error,) = failed(subgraph("one", one), subgraph("two", two)).errors

    assert error.code.name == "INVALID_GRAPHQL"
    assert message in error.message
    assert error.places


@pytest.mark.parametrize(
    ("sdl", "count"),
    [
        ("type Query { a(x: I): Int } input I { i: I! }", 1),
        ("type Query { a(x: I): Int } input I { j: J! k: J! } input J { i: I! k: I! }", 2),
        ("type Query { a(x: Int! @deprecated): Int }", 1),
        ("directive @f(a: Int! @deprecated) on OBJECT type Query { a: Int }", 1),
    ],
)
def test_what_must_be_given_can_be(sdl: str, count: int):
    assert error_codes(subgraph("one", sdl)) == ["INVALID_GRAPHQL"] * count


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { a(x: I): Int } input I { i: [I!]! j: I }",
        "type Query { a(x: Int! = 1 @deprecated): Int }",
    ],
)
def test_what_need_not_be_given_may_be_circular_or_deprecated(sdl: str):
    assert composed(subgraph("one", sdl)).supergraph_sdl


def test_versions_of_a_composed_feature_share_a_major():
    def linking(name: str, version: str, composed: str):
        link = f'extend schema @link(url: "https://example.com/foo/{version}", import: ["@foo"])'
        definition = "directive @foo on FIELD_DEFINITION"
        return subgraph(name, f"{link} {composed} {definition} type Query {{ {name}: Int @foo }}")

    asked = '@composeDirective(name: "@foo")'
    assert error_codes(linking("a", "v1.0", asked), linking("b", "v2.0", asked)) == [
        "DIRECTIVE_COMPOSITION_ERROR"
    ]
    mixed = (linking("a", "v1.0", asked), linking("b", "v2.0", ""))
    assert hint_codes(*mixed) == ["DIRECTIVE_COMPOSITION_INFO"]
