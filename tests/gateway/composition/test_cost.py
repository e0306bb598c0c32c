"""`@cost` and `@listSize`."""

import pytest

from tests.support.composition import composed, definition, error_codes, subgraph


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("f: Int @listSize(assumedSize: 1)", "LIST_SIZE_APPLIED_TO_NON_LIST"),
        ("f: [Int] @listSize(assumedSize: -1)", "LIST_SIZE_INVALID_ASSUMED_SIZE"),
        ('f: [Int] @listSize(slicingArguments: ["a"])', "LIST_SIZE_INVALID_SLICING_ARGUMENT"),
        (
            'f(a: String): [Int] @listSize(slicingArguments: ["a"])',
            "LIST_SIZE_INVALID_SLICING_ARGUMENT",
        ),
        ('f: Int @listSize(sizedFields: ["a"])', "LIST_SIZE_INVALID_SIZED_FIELD"),
        ('f: C @listSize(sizedFields: ["b"])', "LIST_SIZE_INVALID_SIZED_FIELD"),
        ('f: C @listSize(sizedFields: ["n"])', "LIST_SIZE_APPLIED_TO_NON_LIST"),
    ],
)
def test_sizes_are_of_lists(field, code):
    sdl = f"type Query {{ {field} }} type C {{ items: [Int] n: Int }}"

    assert error_codes(subgraph("one", sdl)) == [code]


def test_interfaces_cost_nothing():
    sdl = "type Query { i: I } interface I { f: Int @cost(weight: 1) }"

    assert error_codes(subgraph("one", sdl)) == ["COST_APPLIED_TO_INTERFACE_FIELD"]


def test_the_whole_specification_is_defined_whatever_is_used():
    sdl = composed(subgraph("one", "type Query { f: Int @cost(weight: 1) }")).supergraph_sdl

    assert definition(sdl, "cost__listSize").startswith(
        "directive @cost__listSize(assumedSize: Int"
    )


def test_imported_names_are_told():
    one = subgraph(
        "one",
        "type Query"
        ' { f(first: Int): C @listSize(slicingArguments: ["first"], sizedFields: ["items"]) }'
        " type C { items: [Int] }",
    )

    assert 'cost/v0.1", import: ["@listSize"])' in definition(
        composed(one).supergraph_sdl, "schema"
    )
