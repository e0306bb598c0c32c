"""`@external` against the field's own subgraph."""

import pytest

from tests.support.composition import composed, definition, error_codes, subgraph


def pair(external: str, own: str):
    return (
        subgraph(
            "one",
            'type Query { t: T @provides(fields: "f") }'
            f' type T @key(fields: "id") {{ id: ID! {external} @external }}',
        ),
        subgraph("two", f'type T @key(fields: "id") {{ id: ID! {own} @shareable }}'),
    )


@pytest.mark.parametrize(
    ("external", "own", "codes"),
    [
        ("f: Int", "f: String", ["EXTERNAL_TYPE_MISMATCH"]),
        ("f: Int", "f(a: Int): Int", ["EXTERNAL_ARGUMENT_MISSING"]),
    ],
)
def test_an_external_field_must_agree(external, own, codes):
    assert error_codes(*pair(external, own)) == codes


@pytest.mark.parametrize(
    ("external", "own", "codes"),
    [
        ("f(a: Int)", "f(a: String)", ["EXTERNAL_ARGUMENT_TYPE_MISMATCH"]),
        ("f(a: Int = 1)", "f(a: Int = 2)", ["EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"]),
    ],
)
def test_an_external_fields_arguments_must_agree(external, own, codes):
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id")'
        f' {{ id: ID! {external}: Int @external g: Int @requires(fields: "f") }}',
    )
    two = subgraph("two", f'type T @key(fields: "id") {{ id: ID! {own}: Int }}')

    assert error_codes(one, two) == codes


def test_a_field_cannot_be_external_everywhere():
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id")'
        ' { id: ID! x: Int @external y: Int @requires(fields: "x") }',
    )

    assert error_codes(one) == ["EXTERNAL_MISSING_ON_BASE"]


def test_an_external_type_makes_its_fields_external():
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id")'
        ' { id: ID! x: X @external y: Int @requires(fields: "x { a }") }'
        " type X @external { a: Int }",
    )
    two = subgraph("two", 'type T @key(fields: "id") { id: ID! x: X } type X { a: Int b: Int }')

    assert "a: Int @join__field(graph: ONE, external: true) @join__field(graph: TWO)" in definition(
        composed(one, two).supergraph_sdl, "X"
    )


def test_an_extension_owns_its_key_fields_though_they_are_marked_external():
    one = subgraph(
        "one",
        'type Query { t: T } extend type T @key(fields: "id") { id: ID! @external x: Int }',
    )
    two = subgraph("two", 'type T @key(fields: "id") { id: ID! y: Int }')

    assert definition(composed(one, two).supergraph_sdl, "T") == (
        'type T @join__type(graph: ONE, key: "id", extension: true)'
        ' @join__type(graph: TWO, key: "id")'
        " { id: ID! x: Int @join__field(graph: ONE) y: Int @join__field(graph: TWO) }"
    )


@pytest.mark.parametrize("directive", ['@tag(name: "t")', "@inaccessible", "@deprecated"])
def test_external_fields_carry_no_composed_directives(directive):
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id")'
        f' {{ id: ID! x: Int @external {directive} y: Int @requires(fields: "x") }}',
    )
    two = subgraph("two", 'type T @key(fields: "id") { id: ID! x: Int }')

    assert error_codes(one, two) == ["MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"]
