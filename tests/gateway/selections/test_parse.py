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


def test_merging_keeps_each_field_once_where_it_first_was() -> None:
    one, other = parse_field_set("a { x } b ... on T { c }"), parse_field_set("b a { y x } z: a")
    merged = print_selections(merge_selections(one, other))
    assert merged == "a { x y } b ... on T { c } z: a"


def test_a_conditional_leaf_beside_an_unconditional_one_is_needless() -> None:
    sometimes = Field("a", conditions=(Condition("x"),))
    assert merge_selections((sometimes, Field("a"))) == (Field("a"),)
    assert merge_selections((sometimes,)) == (sometimes,)


def test_conditions_print_as_directives() -> None:
    conditions = (Condition("x"), Condition("y", negated=True))
    fragment = Fragment(None, (Field("a"),), conditions)
    assert print_selections((fragment,)) == "... @include(if: $x) @skip(if: $y) { a }"
