"""Puts entity fetches that ask the same of one subgraph, at several places, into one request.

Only where they wait for the same steps: then none of them is delayed by the other.
"""

from gateway.planner.fetch_graph import FetchGraph, FetchStep


def batch(graph: FetchGraph) -> None:
    """Batch until nothing changes: steps behind batched ones may then wait for the same."""
    while pair := _find(graph):
        kept, other = pair
        kept.batched = (*kept.batched, other, *other.batched)
        other.batched = ()
        graph.replace(other, kept)


def _find(graph: FetchGraph) -> tuple[FetchStep, FetchStep] | None:
    known: dict[object, FetchStep] = {}
    for step in graph.steps.values():
        if not step.is_entity:
            continue
        like = (
            step.subgraph,
            step.conditions,
            step.selections.shape(),
            graph.ancestors(step),
        )
        if like in known:
            return known[like], step
        known[like] = step
    return None
