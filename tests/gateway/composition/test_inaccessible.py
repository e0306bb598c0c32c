"""`@inaccessible`: what clients see is whole."""

import pytest

from tests.support.composition import composed, definition, error_codes, subgraph


@pytest.mark.parametrize(
    ("sdl", "code"),
    [
        ("type Query { a: T } type T @inaccessible { b: Int }", "REFERENCED_INACCESSIBLE"),
        ("type Query { a(b: T): Int } enum T @inaccessible { C }", "REFERENCED_INACCESSIBLE"),
        ("type Query @inaccessible { a: Int }", "QUERY_ROOT_TYPE_INACCESSIBLE"),
        ("type Query { a: T } type T { b: Int @inaccessible }", "ONLY_INACCESSIBLE_CHILDREN"),
        ("type Query { a: E } enum E { B @inaccessible }", "ONLY_INACCESSIBLE_CHILDREN"),
        (
            "type Query { a: U } union U = T type T @inaccessible { b: Int }",
            "ONLY_INACCESSIBLE_CHILDREN",
        ),
        (
            "type Query { a: I } interface I { b: Int c: Int }"
            " type T implements I { b: Int @inaccessible c: Int }",
            "IMPLEMENTED_BY_INACCESSIBLE",
        ),
        (
            "type Query { a: I } interface I { b(x: Int): Int }"
            " type T implements I { b(x: Int @inaccessible): Int }",
            "IMPLEMENTED_BY_INACCESSIBLE",
        ),
        ("type Query { a(b: Int! @inaccessible): Int }", "REQUIRED_INACCESSIBLE"),
        (
            "type Query { a(b: I): Int } input I { c: Int d: Int! @inaccessible }",
            "REQUIRED_INACCESSIBLE",
        ),
        (
            "type Query { a(b: E = C): Int } enum E { C @inaccessible D }",
            "DEFAULT_VALUE_USES_INACCESSIBLE",
        ),
        (
            "type Query { a(b: [I] = [{c: 1}]): Int } input I { c: Int @inaccessible d: Int }",
            "DEFAULT_VALUE_USES_INACCESSIBLE",
        ),
    ],
)
def test_what_clients_see_does_not_lean_on_what_is_hidden(sdl, code):
    assert error_codes(subgraph("one", sdl)) == [code]


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { a: Int b: T @inaccessible } type T @inaccessible { c: Int }",
        "type Query { a(b: Int = 1 @inaccessible): Int }",
        "type Query { a: U } union U = S | T type S { b: Int } type T @inaccessible { b: Int }",
    ],
)
def test_what_is_hidden_whole_is_fine(sdl):
    result = composed(subgraph("one", sdl))

    assert "inaccessible/v0.2" in definition(result.supergraph_sdl, "schema")


def test_hidden_in_one_subgraph_is_hidden():
    one = subgraph(
        "one", "type Query { a: Int t: T @inaccessible } type T @shareable { b: Int c: Int }"
    )
    two = subgraph("two", "type T @shareable { b: Int c: Int @inaccessible }")

    assert "c: Int @inaccessible }" in definition(composed(one, two).supergraph_sdl, "T")
