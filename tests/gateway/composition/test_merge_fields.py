"""Fields of objects and interfaces: who has what, in which type."""

from tests.support.composition import composed, definition, error_codes, hint_codes, subgraph

CATALOG = subgraph(
    "catalog",
    'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String! }',
)


def test_fields_of_an_entity_come_from_all_subgraphs():
    stock = subgraph("stock", 'type Product @key(fields: "id") { id: ID! inStock: Int }')

    sdl = composed(CATALOG, stock).supergraph_sdl

    assert definition(sdl, "Product") == (
        'type Product @join__type(graph: CATALOG, key: "id") @join__type(graph: STOCK, key: "id")'
        " { id: ID! name: String! @join__field(graph: CATALOG)"
        " inStock: Int @join__field(graph: STOCK) }"
    )


def test_a_field_alike_in_all_subgraphs_needs_no_join():
    one = subgraph("one", "type Query { a: Money } type Money @shareable { amount: Int! }")
    two = subgraph("two", "type Query { b: Money } type Money @shareable { amount: Int! }")

    assert "amount: Int! }" in definition(composed(one, two).supergraph_sdl, "Money")


def test_the_order_of_subgraphs_does_not_matter():
    stock = subgraph("stock", 'type Product @key(fields: "id") { id: ID! inStock: Int }')

    assert composed(stock, CATALOG) == composed(CATALOG, stock)


def test_an_output_is_as_wide_as_the_widest():
    one = subgraph("one", "type Query { a: T } type T @shareable { f: [String!]! }")
    two = subgraph("two", "type T @shareable { f: [String] }")

    result = composed(one, two)

    assert (
        'f: [String] @join__field(graph: ONE, type: "[String!]!")'
        ' @join__field(graph: TWO, type: "[String]")'
    ) in definition(result.supergraph_sdl, "T")
    assert [h.code.name for h in result.hints] == ["INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"]


def test_an_interface_is_as_wide_as_its_implementations():
    one = subgraph(
        "one",
        "type Query { a: T } interface I { x: Int } type A implements I @shareable { x: Int }"
        " type T @shareable { f: I }",
    )
    two = subgraph("two", "type A @shareable { x: Int } type T @shareable { f: A }")

    assert "f: I @join__field" in definition(composed(one, two).supergraph_sdl, "T")


def test_types_that_do_not_fit_are_refused():
    one = subgraph("one", "type Query { a: T } type T @shareable { f: String }")
    two = subgraph("two", "type T @shareable { f: Int }")

    assert error_codes(one, two) == ["FIELD_TYPE_MISMATCH"]


def test_a_value_type_that_differs_gets_a_hint():
    one = subgraph("one", "type Query { a: T } type T @shareable { f: Int g: Int }")
    two = subgraph("two", "type T @shareable { f: Int }")

    assert hint_codes(one, two) == ["INCONSISTENT_OBJECT_VALUE_TYPE_FIELD"]


def test_an_interface_that_differs_gets_a_hint():
    one = subgraph("one", "type Query { a: Int } interface T { f: Int g: Int }")
    two = subgraph("two", "interface T { f: Int }")

    assert hint_codes(one, two) == ["INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD"]


def test_an_entity_in_some_subgraphs_only_gets_a_hint():
    other = subgraph("other", "type Product @shareable { id: ID! }")

    assert hint_codes(CATALOG, other) == ["INCONSISTENT_ENTITY"]


def test_a_name_is_one_kind_of_type():
    other = subgraph("other", "enum Product { A }")

    assert error_codes(CATALOG, other) == ["TYPE_KIND_MISMATCH"]


def test_the_most_frequent_description_is_kept():
    one = subgraph("one", 'type Query { a: Int } "One." scalar S')
    two = subgraph("two", '"Two." scalar S')
    three = subgraph("three", '"""Two.""" scalar S')

    result = composed(one, two, three)

    assert definition(result.supergraph_sdl, "S").startswith('"""Two."""')
    assert [h.code.name for h in result.hints] == ["INCONSISTENT_DESCRIPTION"]


def test_a_supergraph_needs_a_query():
    assert error_codes(subgraph("one", "type T { f: Int }")) == ["NO_QUERIES"]


def test_root_types_go_by_their_usual_names():
    one = subgraph("one", "schema { query: Root } type Root { a: Int again: Root }")

    assert definition(composed(one).supergraph_sdl, "Query").endswith("{ a: Int again: Query }")


def test_union_members_of_all_subgraphs_are_kept():
    one = subgraph(
        "one", "type Query { u: U } union U = A | B type A @shareable { a: Int } type B { b: Int }"
    )
    two = subgraph("two", "union U = A type A @shareable { a: Int }")

    result = composed(one, two)

    assert definition(result.supergraph_sdl, "U").endswith("= A | B")
    assert [h.code.name for h in result.hints] == ["INCONSISTENT_UNION_MEMBER"]
