"""`@defer` costs no fetch twice: what is fetched, how often, against the same without it.

What deferring may cost is one more fetch where the undeferred plan has one for two parts of the
answer that are now sent apart: at most one for each deferred fragment and subgraph.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse
from hypothesis import HealthCheck, given, settings

from gateway.operation.deferred import settle
from gateway.operation.parse import parse_document, resolve_operation
from gateway.plan.nodes import (
    Batch,
    Condition,
    Defer,
    Fetch,
    Flatten,
    Key,
    Parallel,
    PlanNode,
    QueryPlan,
    Sequence,
)
from gateway.planner.planner import Planner
from tests.gateway.executor.test_defer_property import SUPERGRAPH, selections

Place = tuple[str, ...]
Fetched = Counter[tuple[Place, str, str]]
PLENTY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def plan(text: str, *, defers: bool) -> QueryPlan:
    document = parse_document(text)
    operation = resolve_operation(document, None, SUPERGRAPH.api_schema, defers=defers)
    return Planner(SUPERGRAPH).plan(settle(operation, ()) if defers else operation)


def fetches(node: PlanNode | None) -> Iterator[tuple[Place, Fetch]]:
    """Each fetch and the response path that it is for."""
    match node:
        case None:
            return
        case Fetch():
            yield (), node
        case Flatten(path, fetch):
            yield tuple(step.name for step in path if isinstance(step, Key)), fetch
        case Sequence(nodes) | Parallel(nodes) | Batch(nodes):
            for each in nodes:
                yield from fetches(each)
        case Condition(_, if_true, if_false):
            yield from fetches(if_true)
            yield from fetches(if_false)
        case Defer(primary, _, rest):
            yield from fetches(primary)
            for later in rest:
                yield from fetches(later.node)
        case _:
            raise AssertionError(node)


def fields(found: SelectionSetNode, place: Place, on: str) -> Iterator[tuple[Place, str, str]]:
    """Leaves as (response path, type, response key); keys and requirements are not the client's."""
    for selection in found.selections:
        if not isinstance(selection, FieldNode):
            on_type = getattr(selection, "type_condition", None)
            inner: Any = getattr(selection, "selection_set", None)
            yield from fields(inner, place, on if on_type is None else on_type.name.value)
            continue
        name = selection.alias.value if selection.alias else selection.name.value
        if selection.selection_set is None:
            if not name.startswith("__") and selection.name.value != "id":
                yield place, on, name
        elif selection.name.value == "_entities":
            yield from fields(selection.selection_set, place, on)
        else:
            yield from fields(selection.selection_set, (*place, name), "")


def fetched(found: QueryPlan) -> Fetched:
    """How many fetches bring each field of the answer."""
    count: Fetched = Counter()
    for place, fetch in fetches(found.node):
        (definition,) = parse(fetch.operation).definitions
        assert isinstance(definition, OperationDefinitionNode)
        count.update(set(fields(definition.selection_set, place, "")))
    return count


@PLENTY
@given(selections("Query", 4))
def test_no_field_of_the_answer_is_fetched_twice(text: str) -> None:
    deferred = fetched(plan(f"{{ {text} }}", defers=True))
    whole = fetched(plan(f"{{ {text} }}", defers=False))
    twice = {place: times for place, times in deferred.items() if times > max(1, whole[place])}
    assert not twice


@PLENTY
@given(selections("Query", 4))
def test_what_is_sent_at_once_needs_no_more_fetches_than_all(text: str) -> None:
    whole = plan(f"{{ {text} }}", defers=False)
    deferred = plan(f"{{ {text} }}", defers=True)
    if isinstance(deferred.node, Defer):
        at_once = list(fetches(deferred.node.primary))
        assert len(at_once) <= len(list(fetches(whole.node)))


@PLENTY
@given(selections("Query", 4))
def test_each_deferred_fragment_costs_at_most_one_more_fetch_of_a_subgraph(text: str) -> None:
    whole = plan(f"{{ {text} }}", defers=False)
    deferred = plan(f"{{ {text} }}", defers=True)
    parts = len(deferred.node.parts) if isinstance(deferred.node, Defer) else 0
    before = Counter(fetch.subgraph for _, fetch in fetches(whole.node))
    after = Counter(fetch.subgraph for _, fetch in fetches(deferred.node))
    assert all(after[subgraph] <= before[subgraph] + parts for subgraph in after)
    if not parts:
        assert after == before
