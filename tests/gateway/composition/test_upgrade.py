"""Federation 1 subgraphs: said again in federation 2's terms."""

import pytest

from tests.support.composition import (
    composed,
    definition,
    error_codes,
    federation_1,
    subgraph,
)

PRODUCTS = federation_1(
    "products",
    'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }',
)


def test_an_extension_is_an_entity_like_any():
    stock = federation_1(
        "stock", 'extend type Product @key(fields: "id") { id: ID! @external inStock: Int }'
    )

    assert definition(composed(PRODUCTS, stock).supergraph_sdl, "Product") == (
        'type Product @join__type(graph: PRODUCTS, key: "id") @join__type(graph: STOCK, key: "id")'
        " { id: ID! name: String @join__field(graph: PRODUCTS)"
        " inStock: Int @join__field(graph: STOCK) }"
    )


@pytest.mark.parametrize("fields", ['["id", "name"]', "id"])
def test_fields_were_not_always_strings(fields):
    one = federation_1(
        "one", f"type Query {{ t: T }} type T @key(fields: {fields}) {{ id: ID! name: ID }}"
    )

    assert '@join__type(graph: ONE, key: "id' in definition(composed(one).supergraph_sdl, "T")


def test_value_types_are_shared():
    one = federation_1("one", "type Query { a: V } type V { x: Int }")
    two = federation_1("two", "type Query { b: V } type V { x: Int }")

    assert definition(composed(one, two).supergraph_sdl, "V").endswith("{ x: Int }")


def test_federation_2_still_has_to_agree_to_share():
    one = subgraph("one", "type Query { a: V } type V { x: Int }")
    two = federation_1("two", "type Query { b: V } type V { x: Int }")

    assert error_codes(one, two) == ["INVALID_FIELD_SHARING"]


def test_unused_externals_are_dropped():
    stock = federation_1(
        "stock",
        'extend type Product @key(fields: "id") { id: ID! @external name: ID @external n: Int }',
    )

    assert "name: String @join__field(graph: PRODUCTS)" in definition(
        composed(PRODUCTS, stock).supergraph_sdl, "Product"
    )


def test_a_type_of_nothing_but_unused_externals_is_refused():
    other = federation_1(
        "other", "type Query { p: Product } extend type Product { name: String @external }"
    )

    assert error_codes(PRODUCTS, other) == ["TYPE_WITH_ONLY_UNUSED_EXTERNAL"]


def test_to_require_what_one_has_meant_nothing():
    one = federation_1(
        "one",
        'type Query { t: T } type T @key(fields: "id") { id: ID! y: Int @requires(fields: "id") }',
    )

    assert "requires" not in definition(composed(one).supergraph_sdl, "T")


def test_what_is_extended_must_be_defined():
    other = federation_1("other", 'extend type Nothing @key(fields: "id") { id: ID! }')

    assert error_codes(PRODUCTS, other) == ["EXTENSION_WITH_NO_BASE"]


def test_keys_on_interfaces_meant_nothing():
    one = federation_1(
        "one",
        'type Query { i: I } interface I @key(fields: "a") { a: ID } type T implements I { a: ID }',
    )

    assert definition(composed(one).supergraph_sdl, "I").startswith(
        "interface I @join__type(graph: ONE) {"
    )


def test_repeated_tags_on_externals_are_dropped():
    one = federation_1(
        "one",
        'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @tag(name: "a") }',
    )
    two = federation_1(
        "two",
        'extend type T @key(fields: "id")'
        ' { id: ID! @external x: Int @external @tag(name: "a") y: Int @requires(fields: "x") }',
    )

    assert 'x: Int @tag(name: "a") @join__field' in definition(
        composed(one, two).supergraph_sdl, "T"
    )


@pytest.mark.parametrize(
    "own",
    [
        "directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE scalar _FieldSet",
        "directive @key(fields: String) on OBJECT",
        "directive @key on OBJECT | INTERFACE",
    ],
)
def test_definitions_were_loose(own):
    one = federation_1(
        "one", f'type Query {{ t: T }} type T @key(fields: "id") {{ id: ID! }} {own}'
    )

    assert 'key: "id"' in definition(composed(one).supergraph_sdl, "T")


def test_what_is_extended_is_defined_elsewhere_extends_or_not():
    extension = federation_1("one", "type Query { a: Int } extend type T { x: Int }")
    marked = federation_1("two", "type Query { b: Int } type T @extends { y: Int }")
    union = federation_1("two", "type Query { b: U } extend union U = X type X { x: Int }")

    assert error_codes(extension) == ["EXTENSION_WITH_NO_BASE"]
    assert error_codes(marked) == ["EXTENSION_WITH_NO_BASE"]
    assert error_codes(extension, marked) == ["EXTENSION_WITH_NO_BASE"]  # `type T` is a base
    assert composed(union).supergraph_sdl


def test_newer_directives_work_where_they_are_defined():
    other = federation_1(
        "other",
        'type Product @key(fields: "id") { id: ID! name: String @override(from: "products") }'
        " directive @override(from: String!) on FIELD_DEFINITION",
    )

    assert 'override: "products"' in definition(composed(PRODUCTS, other).supergraph_sdl, "Product")


def test_a_type_of_unused_externals_is_left_out_unless_something_leads_to_it():
    other = federation_1("other", "type Query { b: Int @external } type W { y: Int @external }")
    linked = federation_1("linked", "type Query { w: W } type W { y: Int @external }")
    owner = federation_1("owner", "type Query { b: Int } type W { y: Int }")

    assert "OTHER" not in definition(composed(owner, other).supergraph_sdl, "W")
    assert error_codes(owner, linked) == ["TYPE_WITH_ONLY_UNUSED_EXTERNAL"]
