"""The `fields` of `@key`, `@requires` and `@provides`."""

import pytest

from tests.support.composition import composed, definition, error_codes, federation_1, subgraph


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ('":id"', "KEY_INVALID_FIELDS"),
        ('"a: id"', "KEY_INVALID_FIELDS"),
        ('"nothing"', "KEY_INVALID_FIELDS"),
        ('"o"', "KEY_INVALID_FIELDS"),
        ('"id { x }"', "KEY_INVALID_FIELDS"),
        ('["id"]', "KEY_INVALID_FIELDS_TYPE"),
        ("id", "KEY_INVALID_FIELDS_TYPE"),
        ('"args"', "KEY_FIELDS_HAS_ARGS"),
        ('"i"', "KEY_FIELDS_SELECT_INVALID_TYPE"),
        ('"u { ... on O { n } }"', "KEY_FIELDS_SELECT_INVALID_TYPE"),
        ('"o { ... @skip(if: true) { n } }"', "KEY_DIRECTIVE_IN_FIELDS_ARG"),
    ],
)
def test_keys_that_make_no_sense_are_refused(fields, code):
    sdl = (
        f"type Query {{ t: T }} type T @key(fields: {fields})"
        " { id: ID! args(x: Int): Int o: O i: I u: U }"
        " type O { n: Int } interface I { n: Int } union U = O"
    )

    assert error_codes(subgraph("one", sdl)) == [code]


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        (
            'r: Int @requires(fields: "own")',
            ["EXTERNAL_UNUSED", "REQUIRES_FIELDS_MISSING_EXTERNAL"],
        ),
        ('r: Int @requires(fields: ["x"])', ["EXTERNAL_UNUSED", "REQUIRES_INVALID_FIELDS_TYPE"]),
        ('r: Int @requires(fields: "y: x")', ["REQUIRES_INVALID_FIELDS"]),
        (
            'r: Int @requires(fields: "... @skip(if: true) { x }")',
            ["REQUIRES_DIRECTIVE_IN_FIELDS_ARG"],
        ),
        ("r: Int", ["EXTERNAL_UNUSED"]),
    ],
)
def test_requirements_are_external_and_plain(field, codes):
    sdl = (
        'type Query { t: T } type T @key(fields: "id") { id: ID! own: Int x: Int @external '
        + field
        + " }"
    )

    assert error_codes(subgraph("one", sdl)) == codes


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ('f: Int @provides(fields: "x")', ["PROVIDES_ON_NON_OBJECT_FIELD"]),
        ('f: T @provides(fields: "id")', ["EXTERNAL_UNUSED", "PROVIDES_FIELDS_MISSING_EXTERNAL"]),
        ('f: T @provides(fields: "{{x}}")', ["EXTERNAL_UNUSED", "PROVIDES_INVALID_FIELDS"]),
        ("f: T @provides(fields: x)", ["EXTERNAL_UNUSED", "PROVIDES_INVALID_FIELDS_TYPE"]),
        (
            'f: T @provides(fields: "x a(b: 1)")',
            ["PROVIDES_FIELDS_HAS_ARGS", "PROVIDES_FIELDS_MISSING_EXTERNAL"],
        ),
        (
            'f: T @provides(fields: "... on T @skip(if: true) { x }")',
            ["PROVIDES_DIRECTIVE_IN_FIELDS_ARG"],
        ),
    ],
)
def test_what_is_provided_is_external_and_plain(field, codes):
    sdl = (
        f"type Query {{ {field} }}"
        ' type T @key(fields: "id") { id: ID! a(b: Int): Int x: Int @external }'
    )

    assert error_codes(subgraph("one", sdl)) == codes


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ('f: T @provides(fields: "x")', ["PROVIDES_UNSUPPORTED_ON_INTERFACE"]),
        (
            'e: Int @external r: Int @requires(fields: "e") f: T',
            ["EXTERNAL_ON_INTERFACE", "EXTERNAL_UNUSED", "REQUIRES_UNSUPPORTED_ON_INTERFACE"],
        ),
    ],
)
def test_interfaces_promise_and_do_not_resolve(fields, codes):
    sdl = f"type Query {{ i: I }} interface I {{ {fields} }} type T {{ x: Int @external }}"

    assert error_codes(subgraph("one", sdl)) == codes


def test_interface_keys_came_with_version_2_3():
    old = subgraph("one", "type Query { a: Int }")
    sdl = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.2", import: ["@key"])'
        ' type Query { i: I } interface I @key(fields: "id") { id: ID! }'
    )

    assert error_codes(type(old)("one", "", sdl)) == ["KEY_UNSUPPORTED_ON_INTERFACE"]


def test_an_interface_key_is_a_key_of_every_implementation():
    sdl = (
        'type Query { i: I } interface I @key(fields: "a b") { a: ID! b: ID! }'
        ' type A implements I @key(fields: "b a") { a: ID! b: ID! }'
    )
    lacking = sdl + ' type B implements I @key(fields: "a") { a: ID! b: ID! }'

    composed(subgraph("one", sdl))
    assert error_codes(subgraph("one", lacking)) == ["INTERFACE_KEY_NOT_ON_IMPLEMENTATION"]


def test_several_and_nested_keys_are_told():
    sdl = (
        'type Query { t: T } type T @key(fields: "id") @key(fields: "o { n }", resolvable: false)'
        " { id: ID! o: O } type O { n: Int }"
    )

    assert definition(composed(subgraph("one", sdl)).supergraph_sdl, "T").startswith(
        'type T @join__type(graph: ONE, key: "id")'
        ' @join__type(graph: ONE, key: "o { n }", resolvable: false)'
    )


def test_what_is_required_must_be_askable_in_the_supergraph():
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id")'
        ' { id: ID! x(a: Int): Int @external y: Int @requires(fields: "x") }',
    )
    two = subgraph("two", 'type T @key(fields: "id") { id: ID! x(a: Int!): Int }')

    assert error_codes(one, two) == ["REQUIRES_INVALID_FIELDS"]


@pytest.mark.parametrize(
    "fields", ["", "  ", "{}", "c", 'c(x: \\"s\\")', "c(x: $v)", "c(y: 1)", "c(x: null)"]
)
@pytest.mark.parametrize("directive", ["key", "requires", "provides"])
def test_fields_are_selected_as_in_an_operation(directive: str, fields: str):
    asked = dict.fromkeys(("key", "requires", "provides"), "")
    asked[directive] = f'@{directive}(fields: "{fields}")'
    sdl = (
        f'type Query {{ t: T {asked["provides"]} }} type T @key(fields: "id") {asked["key"]}'
        f" {{ id: ID! c(x: Int!): Int r: Int {asked['requires']} }}"
    )

    assert error_codes(subgraph("one", sdl)) == [f"{directive.upper()}_INVALID_FIELDS"]


@pytest.mark.parametrize("value", ["1", "null", "true", "{ a: 1 }"])
@pytest.mark.parametrize("directive", ["requires", "provides"])
def test_federation_1_took_no_other_values_either(directive: str, value: str):
    asked = {"requires": "", "provides": "", directive: f"@{directive}(fields: {value})"}
    sdl = (
        f'type Query {{ t: T {asked["provides"]} }} type T @key(fields: "id")'
        f" {{ id: ID! r: Int {asked['requires']} }}"
    )

    code = f"{directive.upper()}_INVALID_FIELDS_TYPE"
    assert error_codes(federation_1("one", sdl)) == [code]


def test_a_type_s_name_is_everywhere_so_it_is_neither_required_nor_provided():
    def with_fields(fields: str):
        return subgraph(
            "one",
            'type Query { t: T } type T @key(fields: "id") { id: ID! s: S @external'
            f' r: Int @requires(fields: "{fields}") }} type S {{ p: Int @shareable }}',
        )

    two = subgraph("two", 'type T @key(fields: "id") { id: ID! s: S } type S @shareable { p: Int }')
    assert error_codes(with_fields("__typename s { p }"), two) == [
        "REQUIRES_FIELDS_MISSING_EXTERNAL"
    ]
    composed(with_fields("s { __typename p }"), two)
