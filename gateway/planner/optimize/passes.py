"""The order of the passes."""

from gateway.planner.fetch_graph import FetchGraph
from gateway.planner.optimize.batch import batch
from gateway.planner.optimize.conflicts import PossibleTypes, resolve_conflicts
from gateway.planner.optimize.hoist_conditions import hoist_conditions
from gateway.planner.optimize.merge_twins import merge_twins


def optimize(graph: FetchGraph, possible_types: PossibleTypes) -> None:
    """Applies every pass."""
    hoist_conditions(graph)
    merge_twins(graph)
    resolve_conflicts(graph, possible_types)
    batch(graph)
