"""`@override`: fields that move from one subgraph to another."""

import pytest

from tests.support.composition import composed, definition, error_codes, subgraph

OLD = subgraph("old", 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }')


def new(field: str):
    return subgraph("new", f'type T @key(fields: "id") {{ id: ID! {field} }}')


def test_the_overridden_field_is_gone_from_its_old_subgraph():
    result = composed(OLD, new('f: Int @override(from: "old")'))

    assert 'f: Int @join__field(graph: NEW, override: "old") }' in definition(
        result.supergraph_sdl, "T"
    )
    assert [hint.code.name for hint in result.hints] == ["OVERRIDDEN_FIELD_CAN_BE_REMOVED"]


def test_a_key_field_stays_usable_where_it_is_overridden():
    one = subgraph(
        "new",
        'type Query { t: T } type T @key(fields: "id") { id: ID! @override(from: "old") }',
    )
    two = subgraph("old", 'type T @key(fields: "id") { id: ID! f: Int }')

    assert "@join__field(graph: OLD, usedOverridden: true)" in definition(
        composed(one, two).supergraph_sdl, "T"
    )


def test_a_label_keeps_both_sides():
    result = composed(OLD, new('f: Int @override(from: "old", label: "percent(5.5)")'))

    assert (
        'f: Int @join__field(graph: NEW, override: "old", overrideLabel: "percent(5.5)")'
        ' @join__field(graph: OLD, overrideLabel: "percent(5.5)")'
    ) in definition(result.supergraph_sdl, "T")
    assert [hint.code.name for hint in result.hints] == ["OVERRIDE_MIGRATION_IN_PROGRESS"]


def test_a_label_keeps_both_sides_of_a_key_field():
    one = subgraph(
        "new",
        'type Query { t: T } type T @key(fields: "id") @key(fields: "f")'
        ' { id: ID! f: Int @override(from: "old", label: "next") }',
    )
    two = subgraph("old", 'type T @key(fields: "id") @key(fields: "f") { id: ID! f: Int }')

    assert '@join__field(graph: OLD, usedOverridden: true, overrideLabel: "next")' in definition(
        composed(one, two).supergraph_sdl, "T"
    )


@pytest.mark.parametrize(
    "label", ["percent(.1)", "percent(101)", "1st", "a b", "percent(1.123456789)"]
)
def test_labels_have_a_form(label):
    codes = error_codes(OLD, new(f'f: Int @override(from: "old", label: "{label}")'))

    assert codes == ["OVERRIDE_LABEL_INVALID"]


def test_an_unknown_source_gets_a_hint():
    result = composed(OLD, new('g: Int @override(from: "odl")'))

    (hint,) = result.hints
    assert hint.code.name == "FROM_SUBGRAPH_DOES_NOT_EXIST"
    assert "old" in hint.message.split("Did you mean")[1]


def test_overriding_what_is_gone_gets_a_hint():
    result = composed(OLD, new('g: Int @override(from: "old")'))

    assert [hint.code.name for hint in result.hints] == ["OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"]


def test_a_subgraph_does_not_override_itself():
    assert error_codes(OLD, new('g: Int @override(from: "new")')) == ["OVERRIDE_FROM_SELF_ERROR"]


def test_overriding_each_other_is_refused():
    other = subgraph(
        "old",
        'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int @override(from: "new") }',
    )

    assert error_codes(other, new('f: Int @override(from: "old")')) == [
        "INVALID_FIELD_SHARING",
        "OVERRIDE_SOURCE_HAS_OVERRIDE",
        "OVERRIDE_SOURCE_HAS_OVERRIDE",
    ]


def test_external_fields_override_nothing():
    one = subgraph("new", 'type T @key(fields: "id") { id: ID! @external @override(from: "old") }')

    assert error_codes(OLD, one) == ["OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"]


def test_interface_fields_are_not_overridden():
    one = subgraph("one", 'type Query { i: I } interface I { a: Int @override(from: "two") }')
    two = subgraph("two", "interface I { a: Int }")

    assert error_codes(one, two) == ["OVERRIDE_ON_INTERFACE"]
