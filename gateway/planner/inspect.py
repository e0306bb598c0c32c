"""What the planner's inner stages made of an operation, as text: for people who look for a fault.

Go through the stages in order (normalised operation, paths, fetch graph, plan); the first that is
not what you expect is where to look.
"""

from collections.abc import Iterator

import msgspec

from gateway.plan.as_json import path_text
from gateway.planner.fetch_graph import FetchGraph, FetchStep
from gateway.planner.operation_text import freeze
from gateway.planner.path import Path
from gateway.query_graph.graph import (
    AbstractMove,
    EntityMove,
    FieldMove,
    InterfaceObjectMove,
    QueryGraph,
    SubgraphEntrypoint,
)
from gateway.selections.text import print_selections


class Stage(msgspec.Struct, frozen=True, eq=False):
    """The paths chosen for one fetch graph, and that graph once it is optimised.

    A query has one; a mutation one for each root field.
    """

    paths: tuple[Path, ...]
    fetches: FetchGraph


def print_paths(graph: QueryGraph, stage: Stage) -> str:
    """One line for each field: the moves that lead to it, each with where it arrives."""
    return "\n".join(" ".join(_moves(graph, path)) for path in stage.paths)


def print_fetch_graph(stage: Stage) -> str:
    """One step a line: its number, what it waits for, whom it asks where, and what."""
    return "\n".join(_step(step) for _, step in sorted(stage.fetches.steps.items()))


def _moves(graph: QueryGraph, path: Path) -> Iterator[str]:
    if path.parent is not None:
        yield from _moves(graph, path.parent)
    match path.edge:
        case SubgraphEntrypoint(target=target):
            yield str(graph.node(target))
        case FieldMove(field=field, target=target):
            node = graph.node(target)
            yield f"-{field}→" if node.kind == "leaf" else f"-{field}→ {node}"
        case EntityMove(key=key, target=target):
            yield f"=key {{ {print_selections(key)} }}⇒ {graph.node(target)}"
        case AbstractMove(target=target) | InterfaceObjectMove(target=target):
            yield f"-on→ {graph.node(target)}"
        case None:
            pass


def _step(step: FetchStep) -> str:
    waits = f" after {', '.join(str(parent) for parent in sorted(step.parents))}"
    places = " and ".join(path_text(each.path) for each in (step, *step.batched))
    where = f" at {places}" if step.is_entity else ""
    conditions = "".join(
        f" {'unless' if each.negated else 'if'} ${each.variable}" for each in step.conditions
    )
    selections = print_selections(freeze(step.selections))
    return (
        f"{step.id}{waits if step.parents else ''}: {step.subgraph}{where}{conditions} "
        f"{{ {selections} }}"
    )
