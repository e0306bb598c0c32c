"""A plan's steps and projection as generated code."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

import msgspec

from gateway.executor.codegen.entity_code import EntityCode, EntityPlan, plan_entity
from gateway.executor.codegen.layout import Keys, Layout, Placed, keys_of
from gateway.executor.codegen.projection_code import ProjectionCode
from gateway.executor.codegen.source import Irregular, Module, Source
from gateway.executor.interpreter import interpreted_entity_step, interpreted_root_step
from gateway.executor.representations import MISSING, Batch, content_key
from gateway.executor.requests import FetchRequest
from gateway.executor.shape import ObjectShape, list_depth, object_below
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
from gateway.executor.walk import JsonObject, typename_of
from gateway.plan.nodes import (
    Batch as BatchNode,
    Fetch,
    Flatten,
    Parallel,
    PlanNode,
    Sequence,
)

MAX_WALK: Final = 12
"""Python allows 20 nested loops."""

MAX_FIELDS: Final = 250
"""Of one object: beyond that its function would take tens of milliseconds to compile, in which no
other thread runs. The interpreter projects such answers.
"""

Project = Callable[[JsonObject, Mapping[str, Any]], JsonObject]


class Generated(msgspec.Struct, frozen=True):
    """What runs a plan; `module` keeps its source to be looked at."""

    step: Step | None
    project: Project
    module: Module


def generate(label: str, node: PlanNode | None, shape: ObjectShape, types: Types) -> Generated:
    """Generate the code of a plan without conditions."""
    layout = Layout(node)
    plans = {
        placed.slot: plan_entity(layout, placed)
        for placed in layout.fetches
        if placed.fetch.requirements
    }
    source = Source()
    source.constants.update(
        Irregular=Irregular,
        MISSING=MISSING,
        content_key=content_key,
        typename_of=typename_of,
    )
    for slot, plan in plans.items():
        if len(plan.placed.path) <= MAX_WALK:
            EntityCode(source, plan, types, partial(list_depth, shape)).write(f"collect_{slot}")
    shared = frozenset(
        keys_of(plan.placed.path) for plan in plans.values() if plan.content is not None
    )
    is_wide = _widest(shape) > MAX_FIELDS
    if not is_wide:
        ProjectionCode(source, shared, tolerant=False).write(shape)
    module = source.load(label)
    steps = _Steps(layout, plans, module, types)
    step = None if node is None else steps.step(node)
    project = _interpreted if is_wide else _projection(label, module, shape, shared)
    return Generated(step, project, module)


def _widest(shape: ObjectShape) -> int:
    """The most fields of an object in the answer."""
    inner = (object_below(field.shape) for fields in shape.fields.values() for field in fields)
    own = max((len(fields) for fields in shape.fields.values()), default=0)
    return max(own, *(_widest(each) for each in inner if each is not None), 0)


def _interpreted(_tree: JsonObject, _fixed: Mapping[str, Any]) -> JsonObject:
    raise Irregular


def _projection(label: str, module: Module, shape: ObjectShape, shared: frozenset[Keys]) -> Project:
    """The quick projection; for trees that lack something, a slower one, made when needed."""
    quick: Project = module["project"]

    @cache
    def tolerant() -> Module:
        source = Source()
        source.constants.update(Irregular=Irregular, typename_of=typename_of)
        ProjectionCode(source, shared, tolerant=True).write(shape)
        return source.load(f"{label}, tolerant")

    def project(tree: JsonObject, fixed: Mapping[str, Any]) -> JsonObject:
        try:
            return quick(tree, fixed)
        except KeyError:
            projected: JsonObject = tolerant()["project"](tree, fixed)
            return projected

    return project


class _Steps:
    """Makes the steps of a plan, meeting its fetches in the order of the layout."""

    def __init__(
        self, layout: Layout, plans: Mapping[int, EntityPlan], module: Module, types: Types
    ) -> None:
        self._layout = layout
        self._fetches = iter(layout.fetches)
        self._plans = plans
        self._module = module
        self._types = types

    def step(self, node: PlanNode) -> Step:
        match node:
            case Fetch():
                return self._root(next(self._fetches))
            case Flatten():
                return self._entities(next(self._fetches))
            case BatchNode(nodes=nodes):
                return BatchStep(tuple(self._entities(next(self._fetches)) for _ in nodes))
            case Sequence(nodes=nodes):
                return SequenceStep(tuple(self.step(child) for child in nodes))
            case Parallel(nodes=nodes):
                return ParallelStep(tuple(self.step(child) for child in nodes))
            case _:
                raise TypeError(f"{type(node).__name__} cannot stand in a folded plan")

    def _root(self, placed: Placed) -> RootStep:
        fetch = placed.fetch
        others = [tree for _, tree in self._layout.present(placed)]
        if fetch.renames or any(not tree.keys().isdisjoint(placed.selected) for tree in others):
            return interpreted_root_step(fetch, self._types)
        return RootStep(FetchRequest(fetch), dict.update)

    def _entities(self, placed: Placed) -> EntityStep:
        step = interpreted_entity_step(placed.slot, placed.path, placed.fetch, self._types)
        plan = self._plans[placed.slot]
        return EntityStep(
            placed.slot,
            placed.path,
            step.request,
            self._collect(step, placed),
            self._merge(step, plan),
        )

    def _collect(self, step: EntityStep, placed: Placed) -> Callable[[JsonObject, Reached], Batch]:
        if len(placed.path) > MAX_WALK:
            return step.collect
        collect = self._module[f"collect_{placed.slot}"]
        interpret = step.collect

        def collect_or_interpret(tree: JsonObject, reached: Reached) -> Batch:
            try:
                return Batch(*collect(tree, reached))
            except Irregular:
                return interpret(tree, reached)

        return collect_or_interpret

    def _merge(self, step: EntityStep, plan: EntityPlan) -> Callable[[Batch, list[Any]], None]:
        """Plain copying where nothing that is there can be hit."""
        placed = plan.placed
        present = {key for _, tree in self._layout.present(placed) for key in tree}
        overlap = (present & placed.selected.keys()) - {"__typename"}
        if overlap or placed.fetch.renames or not plan.share:
            return step.merge
        return self._copy_with_typename if "__typename" in placed.selected else copy_entities

    def _copy_with_typename(self, batch: Batch, entities: list[Any]) -> None:
        abstract = self._types.abstract
        for entity, targets in zip(entities, batch.targets, strict=True):
            if type(entity) is dict:
                for target in targets:
                    typename = target.get("__typename")
                    target.update(entity)
                    if typename is not None and typename not in abstract:
                        target["__typename"] = typename


def copy_entities(batch: Batch, entities: list[Any]) -> None:
    """Copy each entity's fields into the objects that wait for it."""
    for entity, targets in zip(entities, batch.targets, strict=True):
        if type(entity) is dict:
            for target in targets:
                target.update(entity)
