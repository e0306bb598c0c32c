"""Who waits for whom: fetch steps, each one request to a subgraph, and what each depends on.

The only mutable part of planning: steps grow while paths are added, and are merged by the passes
in `optimize/`.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from gateway.plan.nodes import OnType, Path as ResponsePath, Rename
from gateway.planner.budget import Budget
from gateway.planner.path import Conditions
from gateway.query_graph.graph import TYPENAME
from gateway.selections.merge import merge_selections
from gateway.selections.model import Argument, Field, OperationKind, SelectionSet

MAX_LOOKS = 2_000_000
AT_ONCE: Final = frozenset({0})
"""The `parts` of a step that what is answered at once needs."""

FieldKey = tuple[str, str, tuple[Argument, ...], Conditions]
FragmentKey = tuple[str | None, Conditions]


class FieldSlot(msgspec.Struct):
    """A field in a step's operation; `type_text` is its type in the subgraph.

    `wanted` marks a `__typename` for whose sake the step has to run: the client asked for it, or
    nobody else knows the type of the object.
    """

    name: str
    response_key: str
    arguments: tuple[Argument, ...]
    conditions: Conditions
    type_text: str
    selections: "Selections"
    wanted: bool = False

    @property
    def is_typename(self) -> bool:
        """Is this a `__typename` that only the step's own fields need?"""
        return self.name == TYPENAME and not self.wanted

    @property
    def key(self) -> FieldKey:
        return (self.response_key, self.name, self.arguments, self.conditions)


class Selections(msgspec.Struct):
    """A selection set that grows. `type_name` is what the subgraph calls the type it is on."""

    type_name: str
    fields: dict[FieldKey, FieldSlot] = msgspec.field(default_factory=dict)
    fragments: "dict[FragmentKey, Selections]" = msgspec.field(default_factory=dict)

    def field(self, slot: FieldSlot) -> FieldSlot:
        """The slot equal to this one, added if need be."""
        present = self.fields.setdefault(slot.key, slot)
        present.wanted = present.wanted or slot.wanted
        return present

    def select_typename(self, *, wanted: bool = False) -> None:
        nothing = Selections("String")
        self.field(FieldSlot(TYPENAME, TYPENAME, (), (), "String!", nothing, wanted))

    def fragment(self, on: str | None, conditions: Conditions = ()) -> "Selections":
        """The selections under a type condition or conditions."""
        if not conditions and (on is None or on == self.type_name):
            return self
        key = (on, conditions)
        if key not in self.fragments:
            self.fragments[key] = Selections(on or self.type_name)
        return self.fragments[key]

    def merge(self, other: "Selections") -> None:
        for slot in other.fields.values():
            present = self.field(slot)
            if present is not slot:
                present.selections.merge(slot.selections)
        for fragment, inner in other.fragments.items():
            known = self.fragments.setdefault(fragment, inner)
            if known is not inner:
                known.merge(inner)

    def shape(self) -> object:
        """Equal for selections that ask for the same."""
        return (
            self.type_name,
            frozenset((key, slot.selections.shape()) for key, slot in self.fields.items()),
            frozenset((key, inner.shape()) for key, inner in self.fragments.items()),
        )


class Input(msgspec.Struct):
    """A kind of representation that a step sends: see `plan.nodes.Requirement`."""

    on_types: frozenset[str]
    typename: str | None
    selections: SelectionSet


class FetchStep(msgspec.Struct, eq=False):
    """One request. `path` is where its entities are; a step without inputs fetches at the root.

    `batched` are steps that ask the same for other paths, in the same request. `parts` are the
    numbers of the deferred parts of the answer that need it, or `AT_ONCE`.
    """

    id: int
    subgraph: str
    kind: OperationKind
    path: ResponsePath
    selections: Selections
    inputs: list[Input]
    parents: set[int]
    conditions: Conditions = ()
    renames: tuple[Rename, ...] = ()
    batched: "tuple[FetchStep, ...]" = ()
    parts: set[int] = msgspec.field(default_factory=set)

    @property
    def is_entity(self) -> bool:
        return bool(self.inputs)

    def is_needed_by(self, parts: Iterable[int]) -> None:
        """Note who needs it: what is answered at once comes before all deferred parts."""
        self.parts |= set(parts)
        if self.parts >= AT_ONCE:
            self.parts = set(AT_ONCE)


class FetchGraph:
    """The steps by id. `budget` bounds how often steps are looked at, while paths are added too."""

    def __init__(self) -> None:
        self.budget = Budget(MAX_LOOKS)
        self.steps: dict[int, FetchStep] = {}
        self._next = 1

    def add(
        self,
        subgraph: str,
        kind: OperationKind,
        path: ResponsePath,
        type_name: str,
        inputs: list[Input],
        parents: set[int],
    ) -> FetchStep:
        step = FetchStep(self._next, subgraph, kind, path, Selections(type_name), inputs, parents)
        self.steps[step.id] = step
        self._next += 1
        return step

    def depends_on(self, step: int, other: int) -> bool:
        """Does `step` wait for `other`, directly or not?"""
        return other in self.ancestors(self.steps[step])

    def may_depend(self, step: FetchStep, parents: set[int]) -> bool:
        """Can the step wait for these without waiting for itself?"""
        return not any(parent == step.id or self.depends_on(parent, step.id) for parent in parents)

    def children(self, step: int) -> Iterator[FetchStep]:
        return (other for other in self.steps.values() if step in other.parents)

    def ancestors(self, step: FetchStep) -> frozenset[int]:
        """All steps that a step waits for."""
        found: set[int] = set()
        to_see = list(step.parents)
        while to_see:
            parent = to_see.pop()
            if parent not in found:
                found.add(parent)
                to_see += self.steps[parent].parents
        self.budget.spend(len(found))
        return frozenset(found)

    def absorb(self, kept: FetchStep, gone: FetchStep) -> None:
        """Make one step of two that go to the same place."""
        kept.selections.merge(gone.selections)
        for one in gone.inputs:
            add_input(kept.inputs, one)
        self.replace(gone, kept)

    def replace(self, gone: FetchStep, kept: FetchStep) -> None:
        """Whoever waits for one step waits for the other instead, which waits for all of both."""
        kept.parents |= gone.parents
        self.budget.spend(len(self.steps))
        del self.steps[gone.id]
        for step in self.steps.values():
            if gone.id in step.parents:
                step.parents.discard(gone.id)
                step.parents.add(kept.id)
        kept.parents.discard(kept.id)


def accepts(inputs: list[Input], new: Input) -> bool:
    """Can a step with these inputs also send this one? An object sends one representation.

    Objects under one name are asked the same: unlike types under an interface's name do not mix.
    """
    return all(_fits(known, new) for known in inputs)


def _fits(known: Input, new: Input) -> bool:
    if known.typename == new.typename is not None and known.on_types != new.on_types:
        return False
    return not (known.on_types & new.on_types) or _combine(known, new) is not None


def add_input(inputs: list[Input], new: Input) -> None:
    """Add an input, combined with the one that is for the same objects."""
    for index, known in enumerate(inputs):
        if known.on_types & new.on_types:
            combined = _combine(known, new)
            if combined is not None:
                inputs[index] = combined
                return
    inputs.append(new)


def _combine(known: Input, new: Input) -> Input | None:
    if known.typename != new.typename:
        return None
    if known.on_types == new.on_types and _agree(known.selections, new.selections):
        merged = merge_selections(known.selections, new.selections)
        return Input(known.on_types, known.typename, merged)
    if known.selections == new.selections:
        return Input(known.on_types | new.on_types, known.typename, known.selections)
    return None


def _agree(one: SelectionSet, other: SelectionSet) -> bool:
    """Do both read each field of a representation from the same response key?"""
    keys: dict[str, Field] = {field.name: field for field in _fields(one)}
    for field in _fields(other):
        known = keys.get(field.name)
        if known is not None and (
            known.response_key != field.response_key
            or not _agree(known.selections, field.selections)
        ):
            return False
    return True


def _fields(selections: SelectionSet) -> Iterator[Field]:
    for selection in selections:
        if isinstance(selection, Field):
            yield selection
        else:
            yield from _fields(selection.selections)


def without_trailing_types(path: ResponsePath) -> ResponsePath:
    """The path to the objects themselves: inputs tell which types of them are meant."""
    while path and isinstance(path[-1], OnType):
        path = path[:-1]
    return path
