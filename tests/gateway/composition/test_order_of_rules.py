"""Which faults are told together: what others depend on comes first, and alone.

Types that are unknown, then what the schema is made of, then how that is used; federation 2 before
what federation 1 is upgraded to.
"""

from collections import Counter

import pytest

from gateway.composition.compose import SubgraphSource
from tests.support.composition import failed, federation_1, subgraph

_BAD_DEFINITION = "directive @external repeatable on FIELD_DEFINITION "
_BAD_UPGRADE = "directive @override on FIELD_DEFINITION "
_BAD_KEY = 'type S @key(fields: "z") { a: Int } '
_NO_BASE = "extend type T { x: Int } "
_UNUSED = "type W { y: Int @external } "
_QUERY = "type Query { a: Int w: W } "


def codes(*sources: SubgraphSource) -> Counter[str]:
    return Counter(error.code.name for error in failed(*sources).errors)


@pytest.mark.parametrize(
    ("sdl", "expected"),
    [
        ("type Query { a: Foo }", {"INVALID_GRAPHQL": 1}),
        ("type Query { a: Int a: Int }", {"INVALID_GRAPHQL": 1}),
        (
            "type Query { a: Int @foo @bar }",
            {"DIRECTIVE_DEFINITION_INVALID": 1, "INVALID_GRAPHQL": 2},
        ),
        (
            "type Query implements T { a: Int } type T { a: Int }",
            {"DIRECTIVE_DEFINITION_INVALID": 1, "INVALID_GRAPHQL": 1},
        ),
        (
            "type Query { a: U } union U = Int",
            {"DIRECTIVE_DEFINITION_INVALID": 1, "INVALID_GRAPHQL": 1},
        ),
        ("type Query implements T { a: Int } interface T { b: Int }", "uses"),
        ("type Query @deprecated { a: Int }", "uses"),
        ("type Query { a: Int } type T", "uses"),
        ('type Query { a(x: Int = "s"): Int }', "uses"),
        ("type Query { a: Int __b: Int }", "uses"),
    ],
)
def test_beside_a_wrong_definition(sdl: str, expected: dict[str, int] | str):
    if expected == "uses":
        expected = {"DIRECTIVE_DEFINITION_INVALID": 1}
    assert codes(federation_1("A", _BAD_DEFINITION + sdl)) == expected


def test_a_wrong_field_set_of_federation_2_is_told_beside_another_subgraph_s_wrong_graphql():
    found = codes(
        federation_1("A", "type Query { a: Int @foo }"),
        subgraph("B", "type Query { b: Int } " + _BAD_KEY),
    )
    assert found == {"INVALID_GRAPHQL": 1, "KEY_INVALID_FIELDS": 1}


@pytest.mark.parametrize("fault", [_BAD_UPGRADE, _NO_BASE, _BAD_KEY])
def test_federation_1_is_looked_at_when_all_else_is_in_order(fault: str):
    old = federation_1("A", fault + "type Query { a: Int }")
    new = subgraph("B", "type Query { b: Int @foo }")
    assert codes(old, new) == {"INVALID_GRAPHQL": 1}


@pytest.mark.parametrize(
    ("sdl", "code"),
    [
        (_BAD_UPGRADE + _NO_BASE + _QUERY + _UNUSED, "DIRECTIVE_DEFINITION_INVALID"),
        (_NO_BASE + _BAD_KEY + _QUERY + _UNUSED, "EXTENSION_WITH_NO_BASE"),
        (_BAD_KEY + _QUERY + _UNUSED, "TYPE_WITH_ONLY_UNUSED_EXTERNAL"),
    ],
)
def test_an_upgrade_stops_at_its_first_fault(sdl: str, code: str):
    assert codes(federation_1("A", sdl)) == {code: 1}


def test_each_federation_1_subgraph_goes_as_far_as_it_can():
    found = codes(
        federation_1("A", _BAD_UPGRADE + "type Query { a: Int }"),
        federation_1("B", _NO_BASE + "type Query { b: Int }"),
        federation_1("C", _BAD_KEY + "type Query { c: Int }"),
    )
    assert found == {
        "DIRECTIVE_DEFINITION_INVALID": 1,
        "EXTENSION_WITH_NO_BASE": 1,
        "KEY_INVALID_FIELDS": 1,
    }
