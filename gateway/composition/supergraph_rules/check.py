"""The merged supergraph: what only shows once all subgraphs are together."""

from gateway.composition.merge.context import Merge, Supergraph


def check_supergraph(merge: Merge, supergraph: Supergraph) -> None:
    """Run every rule; what they find goes to the merge's report."""
