"""Composition: check each → merge → check all → satisfiability → print. Start here.

Each step hands on values; the first that finds errors ends the composition with all it found.
"""

from collections.abc import Sequence

import msgspec

from gateway.composition.errors import CompositionError, Hint, Report
from gateway.composition.merge.schema import merge_subgraphs
from gateway.composition.places import with_places
from gateway.composition.satisfiability.check import MAX_PATHS, check_satisfiability
from gateway.composition.subgraph_names import check_names
from gateway.composition.subgraph_rules.check import read_and_check
from gateway.composition.supergraph_rules.check import check_supergraph
from gateway.composition.text import print_supergraph


class SubgraphSource(msgspec.Struct, frozen=True):
    """A subgraph to compose: its name, the address of its endpoint, its SDL."""

    name: str
    url: str
    sdl: str


class Composed(msgspec.Struct, frozen=True):
    """The supergraph as join v0.5 SDL."""

    supergraph_sdl: str
    hints: tuple[Hint, ...]


class Failed(msgspec.Struct, frozen=True):
    """Why the subgraphs do not compose; hints found before that are kept."""

    errors: tuple[CompositionError, ...]
    hints: tuple[Hint, ...]


def compose(
    subgraphs: Sequence[SubgraphSource], *, max_validation_subgraph_paths: int = MAX_PATHS
) -> Composed | Failed:
    """The supergraph of these subgraphs, whatever the order in which they are given.

    `max_validation_subgraph_paths` bounds the paths that satisfiability follows at a time.
    """
    sources = sorted(subgraphs, key=lambda source: source.name)
    report = Report()
    supergraph_sdl = _compose(sources, report, max_validation_subgraph_paths)
    sdl = {source.name: source.sdl for source in sources}
    hints = (
        tuple(with_places(hint, sdl) for hint in report.hints)
        if report.errors
        else tuple(report.hints)
    )
    if report.errors or supergraph_sdl is None:
        return Failed(tuple(with_places(error, sdl) for error in report.errors), hints)
    return Composed(supergraph_sdl, tuple(report.hints))


def _compose(sources: Sequence[SubgraphSource], report: Report, max_paths: int) -> str | None:
    check_names([source.name for source in sources], report)
    if report.errors:
        return None
    facts = read_and_check(sources, report)
    if report.errors:
        return None
    merged = merge_subgraphs(facts, report)
    if merged is None or report.errors:
        return None
    merge, supergraph = merged
    check_supergraph(merge, supergraph)
    if report.errors:
        return None
    check_satisfiability(merge, supergraph, max_paths)
    if report.errors:
        return None
    return print_supergraph(supergraph)
