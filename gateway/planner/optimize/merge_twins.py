"""Merges steps that do the same for different concrete types.

Where a field of an interface is asked of each concrete type, what is below it is planned once per
type. Steps that only differ in one type condition of their path become one, with both conditions.
"""

from itertools import combinations

from gateway.plan.nodes import OnType, Path as ResponsePath, PathStep
from gateway.planner.fetch_graph import FetchGraph, FetchStep

LIKENESS_COST = 20


def merge_twins(graph: FetchGraph) -> None:
    """Merge until no two steps are twins."""
    while pair := _find(graph):
        kept, gone, path = pair
        kept.path = path
        graph.absorb(kept, gone)


def _find(graph: FetchGraph) -> tuple[FetchStep, FetchStep, ResponsePath] | None:
    groups: dict[object, list[FetchStep]] = {}
    graph.budget.spend(LIKENESS_COST * len(graph.steps))
    for step in graph.steps.values():
        if step.is_entity and any(isinstance(one, OnType) for one in step.path):
            groups.setdefault(_likeness(step), []).append(step)
    for alike in groups.values():
        for one, other in combinations(alike, 2):
            graph.budget.spend()
            path = _joined(one.path, other.path)
            if path is not None and not (
                graph.depends_on(one.id, other.id) or graph.depends_on(other.id, one.id)
            ):
                return one, other, path
    return None


def _likeness(step: FetchStep) -> object:
    inputs = frozenset((one.on_types, one.typename, one.selections) for one in step.inputs)
    parts = frozenset(step.parts)
    shape = step.selections.shape()
    return (step.subgraph, len(step.path), inputs, step.conditions, shape, parts)


def _joined(one: ResponsePath, other: ResponsePath) -> ResponsePath | None:
    """A path for both, if they differ in one type condition at most."""
    joined: list[PathStep] = []
    differences = 0
    for left, right in zip(one, other, strict=True):
        if left == right:
            joined.append(left)
        elif isinstance(left, OnType) and isinstance(right, OnType):
            differences += 1
            joined.append(OnType(left.names | right.names))
        else:
            return None
    return tuple(joined) if differences <= 1 else None
