"""Whether every query can be answered, and what is told when one cannot."""

import pytest
from inline_snapshot import snapshot

from gateway.composition.compose import Failed, SubgraphSource, compose
from tests.support.composition import composed, error_codes, failed, hint_codes, subgraph


def test_the_shortest_query_that_fails_is_told_with_the_reasons():
    one = subgraph(
        "one", "type Query { far: Far near: T } type Far { t: T } type T @shareable { a: Int }"
    )
    two = subgraph("two", "type T @shareable { a: Int b: Int }")

    (error,) = failed(one, two).errors

    assert error.code.name == "SATISFIABILITY_ERROR"
    assert error.message == snapshot(
        """\
The following supergraph API query:
{
  near {
    b
  }
}
cannot be satisfied by the subgraphs because:
- from subgraph "one":
  - cannot find field "T.b".
  - cannot move to subgraph "two", which has field "T.b", because type \
"T" has no @key defined in subgraph "two".\
"""
    )
    assert [(place.subgraph, place.coordinate) for place in error.places] == [("two", "T.b")]


def test_keys_may_lead_through_several_subgraphs():
    one = subgraph("one", 'type Query { t: T } type T @key(fields: "a") { a: ID! }')
    two = subgraph("two", 'type T @key(fields: "a") @key(fields: "b") { a: ID! b: ID! }')
    three = subgraph("three", 'type T @key(fields: "b c") { b: ID! c: ID! x: Int }')
    four = subgraph("four", 'type T @key(fields: "a") { a: ID! c: ID! @shareable }')

    composed(one, two, three, four)
    assert error_codes(one, two, three) == ["SATISFIABILITY_ERROR"] * 2


def test_a_key_of_entities_inside_is_followed():
    one = subgraph(
        "one",
        'type Query { l: L } type L @key(fields: "items { id }") { items: [I!]! }'
        ' type I @key(fields: "id") { id: ID! }',
    )
    two = subgraph(
        "two",
        'type L @key(fields: "items { sku }") { items: [I!]! total: Int }'
        ' type I @key(fields: "sku") { sku: ID! }',
    )
    bridge = subgraph(
        "bridge", 'type I @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! }'
    )

    composed(one, two, bridge)
    assert "SATISFIABILITY_ERROR" in error_codes(one, two)


def test_unresolvable_keys_lead_nowhere():
    one = subgraph("one", 'type Query { t: T } type T @key(fields: "id") { id: ID! }')
    two = subgraph("two", 'type T @key(fields: "id", resolvable: false) { id: ID! x: Int }')

    (error,) = failed(one, two).errors

    assert '"resolvable" argument set to false' in error.message


def test_what_is_required_must_be_had():
    one = subgraph("one", 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }')
    two = subgraph(
        "two",
        'type T @key(fields: "id") { id: ID! @external x: Int @external'
        ' y: Int @requires(fields: "x") }',
    )

    (error,) = failed(one, two).errors

    assert 'cannot satisfy @requires conditions on field "T.y"' in error.message
    assert "accidentally marked @external" in error.message


def test_requirements_that_need_each_other_are_refused():
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id")'
        ' { id: ID! b: Int @external a: Int @requires(fields: "b") }',
    )
    two = subgraph(
        "two",
        'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }',
    )

    assert error_codes(one, two) == ["SATISFIABILITY_ERROR", "SATISFIABILITY_ERROR"]


def test_provided_fields_need_no_key():
    one = subgraph(
        "one",
        'type Query { t: T @provides(fields: "x") } type T @shareable { y: Int x: Int @external }',
    )
    two = subgraph("two", "type Query { u: T } type T @shareable { y: Int x: Int }")

    composed(one, two)


def test_both_settings_of_a_label_must_do():
    one = subgraph("one", 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }')
    good = subgraph(
        "two", 'type T @key(fields: "id") { id: ID! f: Int @override(from: "one", label: "l") }'
    )
    bad = subgraph(
        "two",
        'type T @key(fields: "id", resolvable: false)'
        ' { id: ID! f: Int @override(from: "one", label: "l") }',
    )

    composed(one, good)
    assert error_codes(one, bad) == ["SATISFIABILITY_ERROR"]


def test_a_mutation_is_answered_by_one_subgraph():
    one = subgraph(
        "one", "type Query { a: Int } type Mutation { m: F @shareable } type F { x: Int }"
    )
    two = subgraph("two", "type Mutation { m: F @shareable } type F { y: Int }")

    (error,) = failed(one, two).errors

    assert 'When calling "Mutation.m" at top-level from subgraph "two"' in error.message


def test_one_subgraph_that_does_for_a_mutation_is_enough():
    one = subgraph(
        "one",
        "type Query { a: Int } type Mutation { m: F @shareable }"
        ' type F @key(fields: "id") { id: ID! x: Int }',
    )
    two = subgraph(
        "two",
        "type Mutation { m: F @shareable }"
        ' type F @key(fields: "id", resolvable: false) { id: ID! y: Int }',
    )

    composed(one, two)


def test_interface_objects_need_someone_who_tells_the_types():
    one = subgraph(
        "one",
        'interface I { id: ID! } type A implements I @key(fields: "id") { id: ID! }',
    )
    two = subgraph(
        "two", 'type Query { i: I } type I @interfaceObject @key(fields: "id") { id: ID! }'
    )

    (error,) = failed(one, two).errors

    assert "no subgraph can be reached to resolve the implementation type" in error.message


@pytest.mark.parametrize(
    ("members_one", "members_two", "codes"),
    [("A | B", "A | B", []), ("A | B", "A", ["INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"])],
)
def test_shared_fields_should_give_the_same_types(members_one, members_two, codes):
    types = "type A @shareable { x: Int } type B @shareable { x: Int }"
    one = subgraph("one", f"type Query {{ u: U @shareable }} union U = {members_one} {types}")
    two = subgraph("two", f"type Query {{ u: U @shareable }} union U = {members_two} {types}")

    assert [code for code in hint_codes(one, two) if "RUNTIME" in code] == codes


def test_shared_fields_must_have_a_type_in_common():
    one = subgraph("one", "type Query { u: U @shareable } union U = A type A { x: Int }")
    two = subgraph("two", "type Query { u: U @shareable } union U = B type B { y: Int }")

    assert error_codes(one, two) == ["SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"]


def test_hidden_fields_need_no_answer():
    one = subgraph("one", "type Query { t: T } type T @shareable { a: Int }")
    two = subgraph("two", "type T @shareable { a: Int b: Int @inaccessible }")

    composed(one, two)


def test_the_number_of_paths_is_bounded():
    one = subgraph(
        "one",
        'type Query { a: A } type A @key(fields: "id") { id: ID! b: B c: C }'
        ' type B @key(fields: "id") { id: ID! c: C @shareable }'
        ' type C @key(fields: "id") { id: ID! b: B @shareable }',
    )
    two = subgraph(
        "two",
        'type B @key(fields: "id") { id: ID! c: C @shareable }'
        ' type C @key(fields: "id") { id: ID! b: B @shareable }',
    )

    result = compose([one, two], max_validation_subgraph_paths=3)

    assert isinstance(result, Failed)
    assert [e.code.name for e in result.errors] == ["MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"]


def test_payloads_of_event_streams_lead_on_by_key():
    head = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.11",'
        ' import: ["@key", "@composeDirective"])'
        ' @link(url: "https://shop.example/events/v1.0", import: ["@eventStream"])'
        ' @composeDirective(name: "@eventStream")'
        " directive @eventStream(topic: String!, key: String!, class: EventClass!)"
        " on FIELD_DEFINITION enum EventClass { LOG STATE }"
    )
    live = SubgraphSource(
        "live",
        "",
        head + " type Query { a: Int } type Subscription"
        ' { pins: Pin @eventStream(topic: "live", key: "id", class: LOG) }'
        ' type Pin { note: String product: Product } type Product @key(fields: "id") { id: ID! }',
    )
    catalog = subgraph("catalog", 'type Product @key(fields: "id") { id: ID! name: String }')

    composed(live, catalog)
