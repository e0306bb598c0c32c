"""The order of the passes."""

from gateway.planner.fetch_graph import FetchGraph
from gateway.planner.optimize.conflicts import resolve_conflicts


def optimize(graph: FetchGraph) -> None:
    """Applies every pass."""
    resolve_conflicts(graph)
