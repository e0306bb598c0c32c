"""Which fetch puts what where in the response tree, and which comes before which.

From this the generators know what they may leave out: where a walk may start from what an earlier
one reached, which objects may be shared, where merging is plain copying.
"""

from collections.abc import Iterator

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from gateway.plan.nodes import (
    Batch,
    Fetch,
    Flatten,
    Key,
    OnType,
    Parallel,
    Path,
    PlanNode,
    Rename,
    Sequence,
)
from gateway.selections.model import Field, Selection

Tree = dict[str, "Tree"]
"""Response keys that may stand at a position, and what may stand below each."""

Keys = tuple[str, ...]


class Placed(msgspec.Struct, frozen=True, eq=False):
    """A fetch with its place: `order` are (in a sequence?, index) pairs from the plan's top.

    `keys` are the path's response keys.
    """

    slot: int
    fetch: Fetch
    path: Path
    keys: Keys
    order: tuple[tuple[bool, int], ...]
    selected: Tree


class Layout:
    """The fetches of a plan without conditions."""

    def __init__(self, node: PlanNode | None) -> None:
        self.fetches: list[Placed] = []
        self._below: dict[Keys, list[Placed]] = {}
        if node is not None:
            self._place(node, ())

    def _near(self, placed: Placed) -> Iterator[Placed]:
        """The other fetches whose path may be a part of this one's, or the other way round."""
        tops = [(), placed.keys[:1]] if placed.keys else list(self._below)
        for top in tops:
            for other in self._below.get(top, ()):
                if other is not placed:
                    yield other

    def _place(self, node: PlanNode, order: tuple[tuple[bool, int], ...]) -> None:
        match node:
            case Sequence(nodes=nodes) | Parallel(nodes=nodes) | Batch(nodes=nodes):
                for index, child in enumerate(nodes):
                    self._place(child, (*order, (isinstance(node, Sequence), index)))
            case Flatten(path=path, fetch=fetch):
                self._add(fetch, path, order)
            case Fetch():
                self._add(node, (), order)
            case _:
                raise TypeError(f"{type(node).__name__} cannot stand in a folded plan")

    def _add(self, fetch: Fetch, path: Path, order: tuple[tuple[bool, int], ...]) -> None:
        slot, selected = len(self.fetches), selected_tree(fetch)
        placed = Placed(slot, fetch, path, keys_of(path), order, selected)
        self.fetches.append(placed)
        self._below.setdefault(placed.keys[:1], []).append(placed)

    def base_of(self, placed: Placed) -> Placed | None:
        """The entity fetch whose objects are a start for this one's walk; the deepest such."""
        found: Placed | None = None
        for other in self._near(placed):
            if (
                other.path
                and other.path == placed.path[: len(other.path)]
                and before(other, placed)
                and all(before(maker, other) for maker in self._makers(other))
                and (found is None or len(other.path) >= len(found.path))
            ):
                found = other
        return found

    def _makers(self, placed: Placed) -> Iterator[Placed]:
        """The fetches that decide which objects this one's path reaches."""
        keys = placed.keys
        by_type = any(isinstance(step, OnType) for step in placed.path)
        for other in self._near(placed):
            rest = keys[len(other.keys) :]
            if keys[: len(other.keys)] != other.keys:
                continue
            if (rest and rest[0] in other.selected) or (by_type and _tells_type(other, rest)):
                yield other

    def may_share(self, placed: Placed) -> bool:
        """May one object stand at several places of this fetch's path?

        Not if a fetch that need not be done before tells these places apart: by a type on the way,
        because it is for objects above them and brings each of those its own, or because it is for
        the same objects and may fill a nested one for each as this one's requirements do not tell.
        """
        depth, keys = len(placed.path), placed.keys
        return all(
            other.path[:depth] == placed.path and not _tells_apart(other, placed)
            if other.keys[: len(keys)] == keys
            else before(other, placed) or not _reaches(other, keys)
            for other in self._near(placed)
        )

    def present(self, placed: Placed) -> list[tuple[Placed, Tree]]:
        """What other fetches, unless they come later, put into the objects this one extends."""
        keys = placed.keys
        found: list[tuple[Placed, Tree]] = []
        for other in self._near(placed):
            above = other.keys
            if before(placed, other) or keys[: len(above)] != above:
                continue
            tree = below(other.selected, keys[len(above) :])
            if tree is not None:
                found.append((other, tree))
        return found


def keys_of(path: Path) -> Keys:
    """The response keys of a path."""
    return tuple(step.name for step in path if isinstance(step, Key))


def before(first: Placed, second: Placed) -> bool:
    """Is `first` done whenever `second` starts?"""
    for (in_sequence, index), (_, other) in zip(first.order, second.order, strict=False):
        if index != other:
            return in_sequence and index < other
    return False


def _reaches(placed: Placed, keys: Keys) -> bool:
    """Does this fetch, for objects above `keys`, bring something of what stands there?"""
    above = placed.keys
    return keys[: len(above)] == above and below(placed.selected, keys[len(above) :]) is not None


def _tells_apart(other: Placed, placed: Placed) -> bool:
    """May `other` bring into one nested object what differs among objects equal to `placed`?"""
    return (
        other.path == placed.path
        and not before(other, placed)
        and any(other.selected.get(key) for key, inner in placed.selected.items() if inner)
        and not _required(other) <= _required(placed)
    )


def _required(placed: Placed) -> set[Selection]:
    """What tells the representations of a fetch apart; they all tell their type."""
    return {
        selection
        for requirement in placed.fetch.requirements
        for selection in requirement.selections
        if not (isinstance(selection, Field) and selection.name == "__typename")
    }


def _tells_type(placed: Placed, keys: Keys) -> bool:
    """May this fetch tell the type of an object at or above `keys`?"""
    trees = (below(placed.selected, keys[:end]) for end in range(len(keys) + 1))
    return any(tree is not None and "__typename" in tree for tree in trees)


def below(tree: Tree, keys: Keys) -> Tree | None:
    """What stands at `keys`, None where nothing does."""
    for key in keys:
        if key not in tree:
            return None
        tree = tree[key]
    return tree


def selected_tree(fetch: Fetch) -> Tree:
    """The response keys that a fetch brings, as they are after its renames."""
    document = parse(fetch.operation, no_location=True)
    operation = next(
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    tree: Tree = {}
    _select(operation.selection_set, document, tree)
    if fetch.requirements:
        tree = tree.get("_entities", {})
    for rename in fetch.renames:
        _rename(tree, rename)
    return tree


def _select(selections: SelectionSetNode, document: DocumentNode, into: Tree) -> None:
    for node in selections.selections:
        match node:
            case FieldNode():
                key = node.alias.value if node.alias else node.name.value
                inner = into.setdefault(key, {})
                if node.selection_set is not None:
                    _select(node.selection_set, document, inner)
            case InlineFragmentNode():
                _select(node.selection_set, document, into)
            case FragmentSpreadNode():
                for definition in document.definitions:
                    if (
                        isinstance(definition, FragmentDefinitionNode)
                        and definition.name.value == node.name.value
                    ):
                        _select(definition.selection_set, document, into)
            case _:
                raise TypeError(f"{type(node).__name__} is not a selection")


def _rename(tree: Tree, rename: Rename) -> None:
    place = below(tree, keys_of(rename.path))
    if place is not None and rename.source in place:
        place.setdefault(rename.target, {}).update(place[rename.source])
