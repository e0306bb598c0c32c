"""`@defer`: which fragments of an operation are answered later, and the operation cut accordingly.

In three steps. Normalisation keeps fragments with `@defer`. `settle` decides, by the values of the
variables in their `if:`, which of them are deferred, and numbers those. `split` cuts the operation
into what is answered at once and one part for each deferred fragment. Planner and executor both
work on that cut, and meet by the numbers.
"""

from collections.abc import Collection, Iterable, Iterator

import msgspec
from graphql import BooleanValueNode, DirectiveNode, StringValueNode, VariableNode
from msgspec.structs import replace

from gateway.errors import RequestErrors
from gateway.operation.errors import OperationTooLarge
from gateway.operation.model import Operation
from gateway.selections.merge import merge_selections
from gateway.selections.model import Defer, Field, Fragment, Selection, SelectionSet

MAX_DEFERRED = 100


class Part(msgspec.Struct, frozen=True):
    """A deferred fragment. `parent` is the number of the deferred fragment it is in, if any.

    `around` are the fields and fragments from the root to it, and last the fragment itself, all
    without what they select; `selections` are its own, without deferred ones in it.
    """

    number: int
    label: str | None
    parent: int | None
    around: tuple[Selection, ...]
    selections: SelectionSet

    @property
    def keys(self) -> tuple[str, ...]:
        """The response keys from the root to the objects that the fragment is on."""
        return tuple(one.response_key for one in self.around if isinstance(one, Field))

    def from_root(self, selections: SelectionSet) -> SelectionSet:
        """Selections on the fragment's objects as selections on the root."""
        for outer in reversed(self.around):
            selections = (replace(outer, selections=selections),)
        return selections


class Split(msgspec.Struct, frozen=True):
    """What is answered at once, and the parts that follow, those before that they are in."""

    initial: SelectionSet
    parts: tuple[Part, ...]


def defer_of(directives: Iterable[DirectiveNode]) -> Defer | None:
    """What the directives of a fragment say of deferring it; validation has seen them."""
    for directive in directives:
        if directive.name.value != "defer":
            continue
        values = {argument.name.value: argument.value for argument in directive.arguments or ()}
        condition, label = values.get("if"), values.get("label")
        if isinstance(condition, BooleanValueNode) and not condition.value:
            return None
        return Defer(
            label.value if isinstance(label, StringValueNode) else None,
            condition.name.value if isinstance(condition, VariableNode) else None,
        )
    return None


def deferred(selections: SelectionSet) -> Iterator[Defer]:
    """All deferrals in selections."""
    for selection in selections:
        if isinstance(selection, Fragment) and selection.defer is not None:
            yield selection.defer
        yield from deferred(selection.selections)


def settle(operation: Operation, off: Collection[str]) -> Operation:
    """The operation where fragments deferred by a variable in `off` are not, and others always.

    Raises:
        RequestErrors: more than `MAX_DEFERRED` fragments are deferred.
    """
    return replace(operation, selections=_Settling(off).selections(operation.selections))


class _Settling:
    def __init__(self, off: Collection[str]) -> None:
        self._off = off
        self._count = 0

    def selections(self, selections: SelectionSet) -> SelectionSet:
        found: list[Selection] = []
        for selection in selections:
            match selection:
                case Fragment(defer=Defer() as defer):
                    found += self._fragment(selection, defer)
                case _:
                    inner = self.selections(selection.selections)
                    found.append(replace(selection, selections=inner))
        return merge_selections(tuple(found))

    def _fragment(self, fragment: Fragment, defer: Defer) -> SelectionSet:
        if defer.variable in self._off:
            inner = self.selections(fragment.selections)
            if fragment.type_condition is None and not fragment.conditions:
                return inner
            return (replace(fragment, selections=inner, defer=None),)
        self._count += 1
        if self._count > MAX_DEFERRED:
            message = f"The operation defers more than {MAX_DEFERRED} fragments."
            raise RequestErrors([OperationTooLarge(message)])
        settled = Defer(defer.label, None, self._count)
        inner = self.selections(fragment.selections)
        return (replace(fragment, selections=inner, defer=settled),)


def split(selections: SelectionSet, nothing: SelectionSet = ()) -> Split:
    """Cut selections whose deferrals are settled.

    `nothing` stands where all that was selected of an object is deferred, and for what is deferred
    on objects of a certain type.
    """
    cut = _Cut(nothing)
    initial = cut.kept(selections, (), None)
    return Split(initial, tuple(sorted(cut.parts, key=lambda part: part.number)))


class _Cut:
    def __init__(self, nothing: SelectionSet) -> None:
        self.parts: list[Part] = []
        self._nothing = nothing

    def kept(
        self, selections: SelectionSet, around: tuple[Selection, ...], owner: int | None
    ) -> SelectionSet:
        """What of the selections is not deferred; the rest becomes parts."""
        kept: list[Selection] = []
        for selection in selections:
            match selection:
                case Fragment(defer=Defer() as defer):
                    self._part(selection, defer, around, owner)
                    if selection.type_condition is not None and self._nothing:
                        kept.append(replace(selection, selections=self._nothing, defer=None))
                case Field(selections=()):
                    kept.append(selection)
                case _:
                    alone = replace(selection, selections=())
                    inner = self.kept(selection.selections, (*around, alone), owner)
                    inner = inner or self._nothing
                    if inner or isinstance(selection, Field):
                        kept.append(replace(selection, selections=inner))
        return tuple(kept)

    def _part(
        self,
        fragment: Fragment,
        defer: Defer,
        around: tuple[Selection, ...],
        owner: int | None,
    ) -> None:
        alone = replace(fragment, selections=(), defer=None)
        inner = self.kept(fragment.selections, (*around, alone), defer.number)
        part = Part(defer.number, defer.label, owner, (*around, alone), inner)
        self.parts.append(part)
