"""Puts entity fetches that ask the same of one subgraph, at several places, into one request.

Only where they wait for the same steps, and are needed by the same parts of the answer: then none
of them is delayed by the other.
"""

from gateway.planner.fetch_graph import FetchGraph, FetchStep


def batch(graph: FetchGraph) -> None:
    """Batch until nothing changes: steps behind batched ones may then wait for the same."""
    while groups := _alike(graph):
        for kept, *others in groups:
            for other in others:
                kept.batched = (*kept.batched, other, *other.batched)
                other.batched = ()
                graph.replace(other, kept)


def _alike(graph: FetchGraph) -> list[list[FetchStep]]:
    groups: dict[object, list[FetchStep]] = {}
    for step in graph.steps.values():
        if step.is_entity:
            parts = frozenset(step.parts)
            asked = (step.subgraph, step.conditions, step.selections.shape(), parts)
            groups.setdefault((asked, graph.ancestors(step)), []).append(step)
    return [group for group in groups.values() if len(group) > 1]
