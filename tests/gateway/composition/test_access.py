"""`@authenticated`, `@requiresScopes`, `@policy`: where they stand, where they spread."""

import pytest

from tests.support.composition import composed, definition, error_codes, subgraph


def test_the_specification_is_linked_only_if_used():
    used = composed(subgraph("one", "type Query { a: Int @authenticated }")).supergraph_sdl
    unused = composed(subgraph("one", "type Query { a: Int }")).supergraph_sdl

    assert "authenticated/v0.1" in definition(used, "schema")
    assert "authenticated" not in unused


def test_scopes_are_a_scalar_of_the_supergraph():
    sdl = composed(
        subgraph("one", 'type Query { a: Int @requiresScopes(scopes: ["s"]) }')
    ).supergraph_sdl

    assert definition(sdl, "requiresScopes__Scope") == "scalar requiresScopes__Scope"


def test_an_interface_asks_for_what_its_implementations_ask():
    sdl = composed(
        subgraph(
            "one",
            "type Query { i: I } interface I { x: Int y: Int }"
            ' type A implements I @policy(policies: [["a"]]) { x: Int @authenticated y: Int }'
            ' type B implements I @policy(policies: [["b"]]) { x: Int y: Int }',
        )
    ).supergraph_sdl

    assert definition(sdl, "I").endswith(
        '@policy(policies: [["a", "b"]]) { x: Int @authenticated y: Int }'
    )


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { i: I } interface I @authenticated { x: Int }",
        "type Query { i: I } interface I { x: Int @authenticated }",
        'type Query { o: O } type O @key(fields: "id") @interfaceObject @authenticated { id: ID! }',
    ],
)
def test_interfaces_have_no_rules_of_their_own(sdl):
    one = subgraph("one", sdl)
    two = subgraph("two", 'interface O @key(fields: "id") { id: ID! }')

    assert error_codes(one, two) == ["AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"]


def requiring(rule: str, required_rule: str):
    return (
        subgraph(
            "one",
            'type Query { t: T } type T @key(fields: "id")'
            f' {{ id: ID! x: Int @external y: Int @requires(fields: "x") {rule} }}',
        ),
        subgraph("two", f'type T @key(fields: "id") {{ id: ID! x: Int {required_rule} }}'),
    )


@pytest.mark.parametrize(
    ("rule", "required_rule"),
    [
        ("@authenticated", "@authenticated"),
        ('@requiresScopes(scopes: [["a", "b"]])', '@requiresScopes(scopes: [["a"], ["c"]])'),
        ('@policy(policies: [["a"]]) @authenticated', '@policy(policies: [["a"]])'),
    ],
)
def test_who_asks_for_enough_may_require(rule, required_rule):
    composed(*requiring(rule, required_rule))


@pytest.mark.parametrize(
    ("rule", "required_rule"),
    [
        ("", "@authenticated"),
        ("@authenticated", '@requiresScopes(scopes: [["a"]])'),
        ('@requiresScopes(scopes: [["a"], ["b"]])', '@requiresScopes(scopes: [["a"]])'),
        ('@requiresScopes(scopes: [["a"]])', '@requiresScopes(scopes: [["a", "b"]])'),
    ],
)
def test_who_asks_for_less_may_not_require(rule, required_rule):
    codes = error_codes(*requiring(rule, required_rule))

    assert codes == ["MISSING_TRANSITIVE_AUTH_REQUIREMENTS"]


def test_a_context_is_not_a_way_round():
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id") @context(name: "c")'
        ' { id: ID! u: U secret: String @authenticated } type U @key(fields: "id")'
        ' { id: ID! f(a: String @fromContext(field: "$c { secret }")): Int }',
    )

    assert error_codes(one) == ["MISSING_TRANSITIVE_AUTH_REQUIREMENTS"]
