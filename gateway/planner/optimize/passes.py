"""The order of the passes."""

from gateway.planner.fetch_graph import FetchGraph


def optimize(graph: FetchGraph) -> None:
    """Applies every pass."""
