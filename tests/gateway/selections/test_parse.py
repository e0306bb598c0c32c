"""Field sets as values, and back as text."""

import pytest

from gateway.selections.merge import merge_selections
from gateway.selections.model import Argument, Condition, Field, Fragment
from gateway.selections.parse import FieldSetError, parse_field_set
from gateway.selections.text import print_selections


@pytest.mark.parametrize(
    "text",
    [
        "id",
        "id organization { id name }",
        'price(currency: "USD", round: { to: $digits })',
        "... on Book { pages } other: title",
    ],
)
def test_a_field_set_is_read_and_printed_alike(text: str) -> None:
    assert print_selections(parse_field_set(text)) == text
    assert parse_field_set(f"{{ {text} }}") == parse_field_set(text)


def test_arguments_compare_by_value_and_tell_their_variables() -> None:
    (field,) = parse_field_set("f(b: [$x, {y: $y}], a: 1)")
    assert isinstance(field, Field)
    assert field.arguments == (Argument("a", "1"), Argument("b", "[$x, { y: $y }]", ("x", "y")))


@pytest.mark.parametrize("text", ["", "id {", "id } type X {", "...Named", "{ id } { id }"])
def test_what_is_no_field_set_is_refused(text: str) -> None:
    with pytest.raises(FieldSetError):
        parse_field_set(text)


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        ("a { x } b", "b a { y x } z: a", "a { x y } b z: a"),
        ("a { x } ... on T { a { y } }", "a { z }", "a { x } ... on T { a { y } } a { z }"),
        ("a { x } ... on T { a { y } }", "a { x }", "a { x } ... on T { a { y } }"),
        ("... on T { a }", "... on T { b }", "... on T { a b }"),
        ("... on T { a } b", "... on T { c }", "... on T { a } b ... on T { c }"),
        ("... on T { a } b", "... on T { a }", "... on T { a } b"),
    ],
)
def test_merging_leaves_the_order_of_every_answer_as_it_is(
    one: str, other: str, merged: str
) -> None:
    assert (
        print_selections(merge_selections(parse_field_set(one), parse_field_set(other))) == merged
    )


def test_a_conditional_leaf_after_an_unconditional_one_is_needless() -> None:
    sometimes = Field("a", conditions=(Condition("x"),))
    assert merge_selections((Field("a"), sometimes)) == (Field("a"),)
    assert merge_selections((sometimes, Field("a"))) == (sometimes, Field("a"))


def test_conditions_print_as_directives() -> None:
    conditions = (Condition("x"), Condition("y", negated=True))
    fragment = Fragment(None, (Field("a"),), conditions)
    assert print_selections((fragment,)) == "... @include(if: $x) @skip(if: $y) { a }"
