"""`@interfaceObject`: fields for all implementations from a subgraph that knows none of them."""

from tests.support.composition import composed, definition, error_codes, subgraph

MEDIA = subgraph(
    "media",
    'type Query { media: Media } interface Media @key(fields: "id") { id: ID! title: String }'
    ' type Book implements Media @key(fields: "id") { id: ID! title: String }'
    ' type Film implements Media @key(fields: "id") { id: ID! title: String }',
)
REVIEWS = subgraph(
    "reviews",
    'type Media @key(fields: "id") @interfaceObject'
    ' { id: ID! stars(of: Int = 5): Float @tag(name: "public") }',
)


def test_implementations_gain_the_fields():
    sdl = composed(MEDIA, REVIEWS).supergraph_sdl

    assert 'stars(of: Int = 5): Float @tag(name: "public") @join__field }' in definition(
        sdl, "Book"
    )
    assert '@join__type(graph: REVIEWS, key: "id", isInterfaceObject: true)' in definition(
        sdl, "Media"
    )


def test_an_interface_object_is_an_entity():
    one = subgraph("reviews", "type Media @interfaceObject { stars: Float }")

    assert error_codes(MEDIA, one) == ["INTERFACE_OBJECT_USAGE_ERROR"]


def test_some_subgraph_must_know_the_interface():
    one = subgraph(
        "one", 'type Query { m: M } type M @key(fields: "id") @interfaceObject { id: ID! }'
    )

    assert error_codes(one) == ["INTERFACE_OBJECT_USAGE_ERROR"]


def test_an_interface_object_comes_without_implementations():
    one = subgraph(
        "reviews",
        'type Media @key(fields: "id") @interfaceObject { id: ID! stars: Float }'
        ' type Book @key(fields: "id") { id: ID! pages: Int }',
    )

    assert error_codes(MEDIA, one) == ["INTERFACE_OBJECT_USAGE_ERROR"]


def test_interface_object_and_plain_object_do_not_mix():
    one = subgraph("one", 'type Media @key(fields: "id") { id: ID! }')

    assert error_codes(MEDIA, REVIEWS, one) == ["TYPE_KIND_MISMATCH"]


def test_a_type_must_have_what_its_merged_interface_promises():
    one = subgraph(
        "one", "type Query { i: I } interface I { a: Int } type A implements I { a: Int }"
    )
    two = subgraph("two", "interface I { b: Int } type B implements I { b: Int }")

    assert error_codes(one, two) == ["INTERFACE_FIELD_NO_IMPLEM", "INTERFACE_FIELD_NO_IMPLEM"]


def test_a_subgraph_asked_for_an_interface_knows_all_its_types():
    games = subgraph(
        "games",
        'interface Media @key(fields: "id") { id: ID! }'
        ' type Game implements Media @key(fields: "id") { id: ID! title: String }',
    )

    codes = error_codes(MEDIA, games)

    assert codes == ["INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"] * 2


def test_a_merged_field_must_not_be_wider_than_its_interface_promises():
    one = subgraph(
        "one",
        "type Query { i: I } interface I { f: Int! } type T implements I @shareable { f: Int! }",
    )
    two = subgraph("two", "type T @shareable { f: Int }")

    assert error_codes(one, two) == ["INVALID_GRAPHQL"]
