"""`@shareable`, and who may resolve a field."""

import pytest

from gateway.composition.compose import SubgraphSource
from tests.support.composition import composed, definition, error_codes, failed, subgraph


def test_a_field_is_resolved_by_one_subgraph():
    one = subgraph("one", "type Query { a: Int }")
    two = subgraph("two", "type Query { a: Int }")

    assert error_codes(one, two) == ["INVALID_FIELD_SHARING"]


def test_all_subgraphs_must_share():
    one = subgraph("one", "type Query { a: Int @shareable }")
    two = subgraph("two", "type Query { a: Int }")

    (error,) = failed(one, two).errors

    assert error.code.name == "INVALID_FIELD_SHARING"
    assert 'non-shareable in subgraph "two"' in error.message


def test_sharing_a_declaration_does_not_share_its_extensions():
    one = subgraph(
        "one", "type Query { t: T } type T @shareable { a: Int } extend type T { b: Int }"
    )
    two = subgraph("two", "type T @shareable { a: Int b: Int }")

    assert error_codes(one, two) == ["INVALID_FIELD_SHARING"]


def test_key_fields_are_shared_by_nature():
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id o { n }") { id: ID! o: O } type O { n: Int }',
    )
    two = subgraph("two", 'type T @key(fields: "id o { n }") { id: ID! o: O } type O { n: Int }')

    composed(one, two)


def test_what_is_provided_counts_as_resolved():
    one = subgraph("one", 'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int }')
    two = subgraph(
        "two",
        'type Query { u: T @provides(fields: "a") }'
        ' type T @key(fields: "id") { id: ID! a: Int @external }',
    )

    assert error_codes(one, two) == ["INVALID_FIELD_SHARING"]


def test_an_interface_object_shares_with_the_implementations():
    one = subgraph("one", 'type I @key(fields: "id") @interfaceObject { id: ID! x: Int }')
    two = subgraph(
        "two",
        'type Query { i: I } interface I @key(fields: "id") { id: ID! x: Int }'
        ' type A implements I @key(fields: "id") { id: ID! x: Int }',
    )

    assert error_codes(one, two) == ["INVALID_FIELD_SHARING"]


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { a: Int } interface I { a: Int @shareable }",
        "type Query { a: Int @shareable @shareable }",
        "type Query @shareable @shareable { a: Int }",
    ],
)
def test_shareable_stands_once_and_on_objects(sdl):
    assert error_codes(subgraph("one", sdl)) == ["INVALID_SHAREABLE_USAGE"]


def test_subscriptions_are_not_shared():
    one = subgraph("one", "type Query { a: Int } type Subscription { s: Int @shareable }")

    assert error_codes(one) == ["INVALID_FIELD_SHARING"]


def test_a_field_of_two_interface_objects_is_shared_by_what_implements_both():
    def one(directive: str) -> SubgraphSource:
        return subgraph(
            "one",
            'type Query { a: Int } type I @interfaceObject @key(fields: "id") { id: ID! x: Int'
            f' {directive} }} type J @interfaceObject @key(fields: "id") {{ id: ID!'
            " x: Int @shareable }",
        )

    two = subgraph(
        "two",
        'type Query { i: I } interface I @key(fields: "id") { id: ID! }'
        ' interface J @key(fields: "id") { id: ID! }'
        ' type A implements I & J @key(fields: "id") { id: ID! }',
    )

    assert error_codes(one(""), two) == ["INVALID_FIELD_SHARING"]
    assert "x: Int" in definition(composed(one("@shareable"), two).supergraph_sdl, "A")
