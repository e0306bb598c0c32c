"""`@defer` costs no fetch twice: what is fetched, how often, against the same without it.

What deferring may cost is one more fetch where the undeferred plan has one for two parts of the
answer that are now sent apart: at most one for each deferred fragment and subgraph.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse
from hypothesis import HealthCheck, example, given, settings

from gateway.operation.deferred import settle
from gateway.operation.parse import parse_document, resolve_operation
from gateway.plan.nodes import (
    Batch,
    Condition,
    Defer,
    Fetch,
    Flatten,
    Key,
    OnType,
    Parallel,
    Path,
    PlanNode,
    QueryPlan,
    Sequence,
)
from gateway.planner.planner import Planner
from tests.gateway.executor.test_defer_property import SUPERGRAPH, selections

Place = tuple[str, ...]
"""Response keys with the type of the object there, as `things[Post]`."""
Fetched = Counter[tuple[Place, str]]
TYPES = ("Post", "User")
PLENTY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def plan(text: str, *, defers: bool) -> QueryPlan:
    document = parse_document(text)
    operation = resolve_operation(document, None, SUPERGRAPH.api_schema, defers=defers)
    return Planner(SUPERGRAPH).plan(settle(operation, ()) if defers else operation)


def places(path: Path) -> Iterator[Place]:
    """The response paths to the objects of each type that a path leads to."""
    steps: list[list[str]] = []
    for step in path:
        if isinstance(step, Key):
            steps.append([f"{step.name}[{name}]" for name in TYPES])
        elif isinstance(step, OnType):
            key = steps.pop()[0].partition("[")[0]
            steps.append([f"{key}[{name}]" for name in sorted(step.names)])
    return product(*steps)


def fetches(node: PlanNode | None) -> Iterator[tuple[Path, Fetch]]:
    """Each fetch and where it is for."""
    match node:
        case None:
            return
        case Fetch():
            yield (), node
        case Flatten(path, fetch):
            yield path, fetch
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


def fields(found: SelectionSetNode, place: Place) -> Iterator[tuple[Place, str]]:
    """Leaves as (object, response key); keys and requirements are not the client's."""
    for selection in found.selections:
        inner: Any = getattr(selection, "selection_set", None)
        if not isinstance(selection, FieldNode):
            condition = getattr(selection, "type_condition", None)
            name = None if condition is None else condition.name.value
            if not place or name not in TYPES or place[-1].endswith(f"[{name}]"):
                yield from fields(inner, place)
            continue
        name = selection.alias.value if selection.alias else selection.name.value
        if inner is None:
            if not name.startswith("__") and selection.name.value != "id":
                yield place, name
        elif selection.name.value == "_entities":
            yield from fields(inner, place)
        else:
            for on in TYPES:
                yield from fields(inner, (*place, f"{name}[{on}]"))


def fetched(found: QueryPlan) -> Fetched:
    """How many fetches bring each field of the answer."""
    count: Fetched = Counter()
    for path, fetch in fetches(found.node):
        (definition,) = parse(fetch.operation).definitions
        assert isinstance(definition, OperationDefinitionNode)
        for place in places(path):
            count.update(set(fields(definition.selection_set, place)))
    return count


@PLENTY
@example("things { owner { age } ... @defer { ... on Post { owner { age } } } }")
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
