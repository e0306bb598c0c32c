"""Applications of one directive in several subgraphs become one, or stay several."""

import pytest

from gateway.composition.merge.directive_names import Strategy
from gateway.composition.merge.strategies import conjunction, merge_values
from tests.support.composition import composed, definition, subgraph


def shared(directive_one: str, directive_two: str, field: str = "f: [Int]"):
    return composed(
        subgraph("one", f"type Query {{ {field} @shareable {directive_one} }}"),
        subgraph("two", f"type Query {{ {field} @shareable {directive_two} }}"),
    )


@pytest.mark.parametrize(
    ("one", "two", "merged", "hints"),
    [
        ("@inaccessible g: Int", "g: Int", "f: [Int] @inaccessible", []),
        ('@tag(name: "a")', '@tag(name: "b")', '@tag(name: "a") @tag(name: "b")', []),
        ('@tag(name: "a")', '@tag(name: "a")', 'f: [Int] @tag(name: "a") }', []),
        ("@cost(weight: 2)", "@cost(weight: 3)", "@cost(weight: 3)", ["MERGED"]),
        ("@authenticated", "", "f: [Int] @authenticated }", []),
        (
            '@requiresScopes(scopes: [["a"]])',
            '@requiresScopes(scopes: [["b"], ["c"]])',
            '@requiresScopes(scopes: [["a", "b"], ["a", "c"]])',
            ["MERGED"],
        ),
        (
            '@policy(policies: ["a"])',
            '@policy(policies: [["a"]])',
            '@policy(policies: [["a"]])',
            ["MERGED"],
        ),
        (
            "@listSize(assumedSize: 2)",
            "@listSize(assumedSize: 3)",
            "@listSize(assumedSize: 3, requireOneSlicingArgument: true)",
            ["MERGED"],
        ),
        (
            '@deprecated(reason: "a")',
            '@deprecated(reason: "b")',
            '@deprecated(reason: "a")',
            ["INCONSISTENT"],
        ),
        ("@deprecated", '@deprecated(reason: "No longer supported")', "f: [Int] @deprecated }", []),
    ],
)
def test_applications_are_merged(one, two, merged, hints):
    if "g: Int" in one:
        two, one = "g: Int @shareable", one.replace("g: Int", "g: Int @shareable")

    result = shared(one, two)

    assert merged in definition(result.supergraph_sdl, "Query")
    assert [hint.code.name.split("_")[0] for hint in result.hints] == hints


@pytest.mark.parametrize(
    ("strategy", "values", "merged"),
    [
        (Strategy.MAX, [1, 3, 2], 3),
        (Strategy.MIN, [1, 3, 2], 1),
        (Strategy.SUM, [1, 3, 2], 6),
        (Strategy.INTERSECTION, [["a", "b"], ["b"]], ["b"]),
        (Strategy.UNION, [["a"], ["b", "a"]], ["a", "b"]),
        (Strategy.NULLABLE_AND, [True, None], True),
        (Strategy.NULLABLE_AND, [True, False], False),
        (Strategy.NULLABLE_MAX, [None, None], None),
        (Strategy.NULLABLE_SUM, [None, 2, 3], 5),
        (Strategy.NULLABLE_UNION, [None, ["a"]], ["a"]),
        (Strategy.DNF_CONJUNCTION, [[["a"], ["b"]], [["a"], ["c"]]], [["a"], ["b", "c"]]),
        (Strategy.DNF_DISJUNCTION, [[["a"]], [["a", "b"], ["c"]]], [["a"], ["c"]]),
    ],
)
def test_each_strategy_has_its_result(strategy, values, merged):
    assert merge_values(strategy, values) == merged


def test_a_conjunction_says_nothing_twice():
    rules = [[["a"], ["c"]], [["a"], ["b"], ["c"]], [["a"], ["b", "c"]]]

    assert conjunction(rules) == [["a"], ["b", "c"]]


def test_cache_tags_stay_with_their_subgraph():
    result = composed(subgraph("one", 'type Query { a: Int @cacheTag(format: "a") }'))

    assert (
        'a: Int @join__directive(graphs: [ONE], name: "federation__cacheTag", args:'
        ' { format: "a" })'
    ) in definition(result.supergraph_sdl, "Query")


def test_arguments_of_directives_keep_theirs():
    one = subgraph(
        "one", 'type Query { a: Int } directive @foo(a: Int @tag(name: "x") @deprecated) on FIELD'
    )
    sdl = composed(one).supergraph_sdl

    assert '@foo(a: Int @tag(name: "x") @deprecated) on FIELD' in definition(sdl, "foo")
    assert "directive @tag" in sdl
