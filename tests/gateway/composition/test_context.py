"""`@context` and `@fromContext`."""

import pytest

from tests.support.composition import composed, definition, error_codes, subgraph


def uses(field: str, *, argument: str = "String", context: str = "c", rest: str = ""):
    return subgraph(
        "one",
        f'type Query {{ t: T }} type T @key(fields: "id") @context(name: "{context}")'
        ' { id: ID! u: U name: String! size: Int } type U @key(fields: "id")'
        f' {{ id: ID! f(a: {argument} @fromContext(field: "{field}")): Int }} {rest}',
    )


def test_a_contextual_argument_is_told_to_the_planner_not_to_clients():
    sdl = composed(uses("$c { name }")).supergraph_sdl

    assert (
        'f: Int @join__field(graph: ONE, contextArguments: [{ context: "one__c", name: "a",'
        ' type: "String", selection: " { name }" }])'
    ) in " ".join(definition(sdl, "U").replace("[ {", "[{").replace("} ]", "}]").split())
    assert '@context(name: "one__c")' in definition(sdl, "T")


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("$nothing { name }", "CONTEXT_NOT_SET"),
        ("{ name }", "NO_CONTEXT_IN_SELECTION"),
        ("$c", "NO_CONTEXT_IN_SELECTION"),
        ("$c { nothing }", "CONTEXT_INVALID_SELECTION"),
        ("$c { id name }", "CONTEXT_INVALID_SELECTION"),
        ("$c { x: name }", "CONTEXT_INVALID_SELECTION"),
        ("$c { name @skip(if: true) }", "CONTEXT_INVALID_SELECTION"),
        ("$c ... on U { id }", "CONTEXT_INVALID_SELECTION"),
        ("$c { size }", "CONTEXT_INVALID_SELECTION"),
        ("$c { u }", "CONTEXT_INVALID_SELECTION"),
        ("$c { u { id } ... on T { id } }", "CONTEXT_INVALID_SELECTION"),
    ],
)
def test_a_use_must_fit_its_context(field, code):
    assert error_codes(uses(field)) == [code]


@pytest.mark.parametrize("name", ["a_b", "", "9", "a-b"])
def test_context_names_are_letters_and_digits(name):
    codes = error_codes(
        subgraph("one", f'type Query {{ t: T }} type T @context(name: "{name}") {{ id: ID! }}')
    )

    assert codes == ["CONTEXT_NAME_INVALID"]


def test_contextual_arguments_have_no_default():
    assert error_codes(uses("$c { name }", argument='String = "x"')) == ["CONTEXT_NOT_SET"]


def test_the_type_that_uses_a_context_can_be_entered():
    one = subgraph(
        "one",
        'type Query { t: T } type T @context(name: "c") { u: U name: String! }'
        ' type U { f(a: String @fromContext(field: "$c { name }")): Int }',
    )

    assert error_codes(one) == ["CONTEXT_NO_RESOLVABLE_KEY"]


def test_interfaces_promise_no_contextual_arguments():
    one = subgraph(
        "one",
        'type Query { t: T } interface I { f(a: String): Int } type T @key(fields: "id")'
        ' @context(name: "c") { id: ID! u: U name: String! } type U implements I @key(fields: "id")'
        ' { id: ID! f(a: String @fromContext(field: "$c { name }")): Int }',
    )

    assert error_codes(one) == ["CONTEXT_NOT_SET"]


@pytest.mark.parametrize(
    ("argument", "codes"),
    [("a: String!", ["CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"]), ("a: String", [])],
)
def test_other_subgraphs_must_do_without_the_argument(argument, codes):
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! u: U'
        ' name: String! } type U @key(fields: "id")'
        ' { id: ID! f(a: String @fromContext(field: "$c { name }")): Int @shareable }',
    )
    two = subgraph("two", f'type U @key(fields: "id") {{ id: ID! f({argument}): Int @shareable }}')

    if codes:
        assert error_codes(one, two) == codes
    else:
        (hint,) = composed(one, two).hints
        assert hint.code.name == "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        ("{ b: name }", 1),
        ("{ b: name @include(if: true) }", 2),
        ("{ b: age }", 2),  # written wrongly, and of the wrong type
        ("{ b: name age }", 1),  # not one path: nothing else can be told
        ("{ names }", 1),
    ],
)
def test_a_selection_is_told_its_faults(selection, count):
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! u: U'
        ' name: String! age: Int names: [String!]! } type U @key(fields: "id")'
        f' {{ id: ID! f(a: String @fromContext(field: "$c {selection}")): Int }}',
    )

    assert error_codes(one) == ["CONTEXT_INVALID_SELECTION"] * count


def test_what_is_read_from_above_may_be_null():
    one = subgraph(
        "one",
        'type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! u: U'
        ' name: String! } type U @key(fields: "id")'
        ' { id: ID! f(a: String! @fromContext(field: "$c { name }")): Int }',
    )

    assert error_codes(one) == ["CONTEXT_INVALID_SELECTION"]
