"""INVALID_SUBGRAPH_NAME: each subgraph has a name of its own."""

from collections.abc import Sequence

from gateway.composition import codes
from gateway.composition.errors import Place, Report

RESERVED = ("_", "__")


def check_names(names: Sequence[str], report: Report) -> None:
    """Report names that are reserved, empty, or given twice."""
    for name in dict.fromkeys(names):
        if not name.strip() or name in RESERVED:
            message = f'Invalid name "{name}" for a subgraph: this name is reserved'
            report.error(codes.INVALID_SUBGRAPH_NAME, message, Place(name))
        elif names.count(name) > 1:
            message = f'A subgraph named "{name}" exists already'
            report.error(codes.INVALID_SUBGRAPH_NAME, message, Place(name))
