"""Steps that interpret their fetch at each call: the reference for generated steps."""

from typing import Any

from gateway.executor.merge import Merger, copied
from gateway.executor.representations import Batch, RepresentationBuilder
from gateway.executor.requests import FetchRequest
from gateway.executor.steps import EntityStep, Reached, RootStep
from gateway.executor.types import Types
from gateway.executor.walk import JsonObject, walk
from gateway.plan.nodes import Fetch, Path, Rename


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
