"""Operations that explode are refused, or planned within a number of steps that never changes."""

import pytest
from inline_snapshot import snapshot

from gateway.errors import RequestErrors
from gateway.operation.parse import parse_operation
from gateway.planner.budget import DEFAULT_STEPS, Budget
from gateway.planner.errors import QueryPlanTooComplex
from gateway.planner.planner import Planner
from gateway.supergraph.model import Supergraph
from tests.support.planner import many_keys, many_types, supergraph


def steps(graph: Supergraph, query: str) -> int:
    """How many steps it takes to plan a query."""
    budget = Budget()
    Planner(graph).plan(parse_operation(query, None, graph.api_schema), budget)
    assert budget.spent <= DEFAULT_STEPS
    return budget.spent


def key_chain(count: int) -> Supergraph:
    """An entity whose subgraphs each share a key with the next one only."""
    names = [f"S{index}" for index in range(count)]
    of_query = " ".join(f"@join__type(graph: {name})" for name in names)
    of_item = " ".join(
        f'@join__type(graph: {name}, key: "k{key}")'
        for index, name in enumerate(names)
        for key in (index, index + 1)
    )
    fields = " ".join(
        f"k{key}: ID! "
        + " ".join(f"@join__field(graph: S{one})" for one in (key - 1, key) if 0 <= one < count)
        for key in range(count + 1)
    )
    return supergraph(
        " ".join(name.lower() for name in names),
        f"""
type Query {of_query} {{ item: Item @join__field(graph: S0) }}
type Item {of_item} {{ {fields} x: Int @join__field(graph: S{count - 1}) }}
""",
    )


def test_fragments_that_double_each_other_thirty_times_are_refused() -> None:
    fragments = " ".join(
        f"fragment F{index} on Node"
        f" {{ x: next {{ ...F{index + 1} }} y: next {{ ...F{index + 1} }} }}"
        for index in range(30)
    )
    query = f"{{ node {{ ...F0 }} }} {fragments} fragment F30 on Node {{ id }}"
    with pytest.raises(RequestErrors) as refused:
        parse_operation(query, None, many_types(4).api_schema)
    assert [one.code for one in refused.value.errors] == ["QUERY_PLAN_TOO_COMPLEX"]


def test_fragments_that_repeat_each_other_thirty_times_cost_nothing() -> None:
    fragments = " ".join(
        f"fragment F{index} on Node {{ ...F{index + 1} ... on Node {{ ...F{index + 1} }} }}"
        for index in range(30)
    )
    query = f"{{ node {{ ...F0 }} }} {fragments} fragment F30 on Node {{ id }}"
    assert steps(many_types(4), query) == snapshot(2)


def test_an_interface_fans_out_within_the_budget_where_it_is_flat() -> None:
    assert steps(many_types(40), "{ node { a b } }") == snapshot(283)


def test_a_deep_fan_out_of_interfaces_is_refused() -> None:
    query = "{ node { a b next { a b next { a b next { a b } } } } }"
    with pytest.raises(QueryPlanTooComplex):
        steps(many_types(40), query)


def test_a_thousand_keys_are_looked_at_once_each() -> None:
    assert steps(many_keys(1000), "{ item { x } }") == snapshot(2003)


def test_a_chain_of_keys_stays_within_the_budget() -> None:
    assert [steps(key_chain(count), "{ item { x } }") for count in (5, 10, 20)] == snapshot(
        [110, 835, 6160]
    )


def test_a_thousand_aliases_of_a_leaf_take_steps_in_proportion() -> None:
    counts = (10, 100, 1000)
    queries = [
        "{ item { " + " ".join(f"a{index}: x" for index in range(count)) + " } }"
        for count in counts
    ]
    assert [steps(many_keys(1), query) for query in queries] == snapshot([23, 203, 2003])


def test_a_thousand_aliases_of_an_interface_are_refused_before_their_fetches_are_compared() -> None:
    aliases = " ".join(f"a{index}: node {{ a b }}" for index in range(1000))
    with pytest.raises(QueryPlanTooComplex):
        steps(many_types(10), f"{{ {aliases} }}")
