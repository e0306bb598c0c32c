"""Steps that interpret their fetch at each call: the reference for generated steps."""

from typing import Any

from gateway.executor.merge import Merger, copied
from gateway.executor.representations import Batch, RepresentationBuilder
from gateway.executor.requests import FetchRequest
from gateway.executor.steps import (
    BatchStep,
    EntityStep,
    ParallelStep,
    Reached,
    RootStep,
    SequenceStep,
    Step,
)
from gateway.executor.types import Types
from gateway.executor.walk import JsonObject, walk
from gateway.plan.nodes import (
    Batch as BatchNode,
    Fetch,
    Flatten,
    Parallel,
    Path,
    PlanNode,
    Rename,
    Sequence,
)


def interpreted_step(node: PlanNode, types: Types) -> Step:
    """A plan without conditions."""
    match node:
        case Fetch():
            return interpreted_root_step(node, types)
        case Flatten(path=path, fetch=fetch):
            return interpreted_entity_step(fetch.id, path, fetch, types)
        case BatchNode(nodes=nodes):
            return BatchStep(
                tuple(
                    interpreted_entity_step(one.fetch.id, one.path, one.fetch, types)
                    for one in nodes
                )
            )
        case Sequence(nodes=nodes):
            return SequenceStep(tuple(interpreted_step(child, types) for child in nodes))
        case Parallel(nodes=nodes):
            return ParallelStep(tuple(interpreted_step(child, types) for child in nodes))
        case _:
            raise TypeError(f"{type(node).__name__} cannot stand in a folded plan")


def interpreted_root_step(fetch: Fetch, types: Types) -> RootStep:
    """A root fetch."""
    merger = Merger(types.abstract)

    def merge(tree: JsonObject, data: JsonObject) -> None:
        apply_renames(data, fetch.renames, merger)
        merger.merge_object(tree, data)

    return RootStep(FetchRequest(fetch), merge)


def interpreted_entity_step(slot: int, path: Path, fetch: Fetch, types: Types) -> EntityStep:
    """An entity fetch for the objects at `path`."""
    merger = Merger(types.abstract)
    builder = RepresentationBuilder(fetch.requirements, types)

    def collect(tree: JsonObject, _reached: Reached) -> Batch:
        return builder.collect(value for value, _ in walk(tree, path))

    def merge(batch: Batch, entities: list[Any]) -> None:
        for entity, targets in zip(entities, batch.targets, strict=True):
            if not isinstance(entity, dict):
                continue
            apply_renames(entity, fetch.renames, merger)
            for number, target in enumerate(targets):
                merger.merge_object(target, entity if number == 0 else copied(entity))

    return EntityStep(slot, path, FetchRequest(fetch), collect, merge)


def apply_renames(value: JsonObject, renames: tuple[Rename, ...], merger: Merger) -> None:
    """Give values the response keys that the client asked for."""
    for rename in renames:
        for found, _ in walk(value, rename.path):
            if rename.source in found:
                merger.merge_object(found, {rename.target: found.pop(rename.source)})
