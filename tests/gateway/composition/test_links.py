"""`@link`: versions, imports, renames, and the definitions they stand for."""

import pytest

from tests.support.composition import composed, definition, error_codes, federation_1, subgraph

LINK = "https://specs.apollo.dev"


def linked(name: str, links: str, sdl: str):
    return federation_1(name, f"extend schema {links}\n{sdl}")


def federation(imports: str = "", version: str = "v2.11", alias: str = "") -> str:
    return f'@link(url: "{LINK}/federation/{version}", import: [{imports}]{alias})'


def test_imports_may_be_renamed():
    source = linked(
        "one",
        federation('{name: "@key", as: "@id"}, {name: "@tag", as: "@label"}'),
        'type Query { t: T @label(name: "a") } type T @id(fields: "k") { k: ID! }',
    )

    sdl = composed(source).supergraph_sdl

    assert '@join__type(graph: ONE, key: "k")' in definition(sdl, "T")
    assert 't: T @label(name: "a")' in definition(sdl, "Query")
    assert 'import: [{ name: "@tag", as: "@label" }]' in definition(sdl, "schema")


def test_what_is_not_imported_has_its_full_name():
    source = linked(
        "one",
        federation(alias=', as: "fed"'),
        'type Query { t: T } type T @fed__key(fields: "k") { k: ID! }',
    )

    assert 'key: "k"' in definition(composed(source).supergraph_sdl, "T")


def test_the_link_directive_itself_may_be_renamed():
    source = federation_1(
        "one",
        f'extend schema @uses(url: "{LINK}/link/v1.0", as: "uses")'
        f' @uses(url: "{LINK}/federation/v2.11", import: ["@key"])'
        ' type Query { t: T } type T @key(fields: "k") { k: ID! }',
    )

    assert 'key: "k"' in definition(composed(source).supergraph_sdl, "T")


@pytest.mark.parametrize(
    ("links", "code"),
    [
        (federation(version="v2.99"), "UNKNOWN_FEDERATION_LINK_VERSION"),
        (f'@link(url: "{LINK}/link/v9.0")', "UNKNOWN_LINK_VERSION"),
        ('@link(url: "https://example.com")', "INVALID_LINK_IDENTIFIER"),
        (federation('"@nothing"'), "INVALID_LINK_DIRECTIVE_USAGE"),
        (federation('{name: "@key", as: "id"}'), "INVALID_LINK_DIRECTIVE_USAGE"),
        (federation() + federation(), "INVALID_LINK_DIRECTIVE_USAGE"),
        (f'@link(url: "{LINK}/tag/v0.3")', "INVALID_LINK_DIRECTIVE_USAGE"),
    ],
)
def test_links_that_make_no_sense_are_refused(links, code):
    assert error_codes(linked("one", links, "type Query { a: Int }")) == [code]


@pytest.mark.parametrize(
    "own",
    [
        "directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on"
        " OBJECT | INTERFACE scalar federation__FieldSet",
        "directive @key(fields: String!) repeatable on OBJECT",
    ],
)
def test_definitions_may_be_repeated(own):
    sdl = f'type Query {{ t: T }} type T @key(fields: "k") {{ k: ID! }} {own}'

    composed(linked("one", federation('"@key"'), sdl))


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("directive @key on OBJECT", "DIRECTIVE_DEFINITION_INVALID"),
        ("directive @key(fields: String!, x: Int) on OBJECT", "DIRECTIVE_DEFINITION_INVALID"),
        ("directive @key(fields: [String!]!) on OBJECT", "DIRECTIVE_DEFINITION_INVALID"),
        ("directive @key(fields: String!) on UNION", "DIRECTIVE_DEFINITION_INVALID"),
        (
            "directive @federation__extends repeatable on OBJECT",
            "DIRECTIVE_DEFINITION_INVALID",
        ),
        ("enum federation__FieldSet { A }", "TYPE_DEFINITION_INVALID"),
        ("enum link__Purpose { SECURITY OTHER }", "TYPE_DEFINITION_INVALID"),
    ],
)
def test_definitions_must_not_contradict_the_specification(own, code):
    sdl = f"type Query {{ a: Int }} {own}"

    assert error_codes(linked("one", federation('"@key"'), sdl)) == [code]


def test_a_composed_directive_has_one_name():
    one = linked("one", federation('"@tag"'), 'type Query { a: Int @tag(name: "x") }')
    two = linked(
        "two", federation('{name: "@tag", as: "@t"}'), 'type Query { b: Int @t(name: "x") }'
    )

    assert error_codes(one, two) == ["LINK_IMPORT_NAME_MISMATCH"]


def test_connectors_imply_a_newer_federation():
    source = linked(
        "one",
        federation(version="v2.5")
        + f'@link(url: "{LINK}/connect/v0.1", import: ["@connect", "@source"])'
        + '@source(name: "api", http: {baseURL: "http://api"})',
        'type Query { a: Int @connect(source: "api", http: {GET: "/a"}, selection: "$") }',
    )

    result = composed(source)

    assert [hint.code.name for hint in result.hints] == ["IMPLICITLY_UPGRADED_FEDERATION_VERSION"]
    assert 'name: "source"' in definition(result.supergraph_sdl, "schema")
    assert 'a: Int @join__directive(graphs: [ONE], name: "connect",' in definition(
        result.supergraph_sdl, "Query"
    )


def test_a_name_is_imported_once():
    links = federation('"@cost"') + f'@link(url: "{LINK}/cost/v0.1", import: ["@cost"])'

    codes = error_codes(linked("one", links, "type Query { a: Int }"))

    assert codes == ["INVALID_LINK_DIRECTIVE_USAGE"]


@pytest.mark.parametrize(
    "links",
    [
        '@link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed__x")',
        '@link(url: "https://specs.apollo.dev/federation/v2.3", as: "@fed")',
        '@link(url: "https://specs.apollo.dev/federation/v2.3", as: "")',
        '@link(url: "https://specs.apollo.dev/federation/v2.3", import: [{name: "A", to: "B"}])',
        '@link(url: "https://specs.apollo.dev/federation/v2.3", import: [{name: "@key", as: "@"}])',
        '@link(url: "https://specs.apollo.dev/federation/v2.3")'
        ' @link(url: "https://example.com/foo/v1.0", as: "federation")',
    ],
)
def test_names_given_to_what_is_linked_are_names_of_one_thing(links: str):
    assert error_codes(federation_1("one", f"extend schema {links} type Query {{ a: Int }}")) == [
        "INVALID_LINK_DIRECTIVE_USAGE"
    ]


def test_directives_that_an_unknown_version_would_define_are_told_with_it():
    sdl = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.99", import: ["@key"])'
        ' type Query { t: T } type T @key(fields: "a") { a: Int }'
    )
    assert error_codes(federation_1("one", sdl)) == [
        "INVALID_GRAPHQL",
        "UNKNOWN_FEDERATION_LINK_VERSION",
    ]


def test_an_unknown_directive_of_the_schema_is_told_alone():
    sdl = "extend schema @foo type Query { a: Int @bar b: Missing }"
    assert error_codes(subgraph("one", sdl)) == ["INVALID_GRAPHQL"]
