"""Gives fields with one response key but unlike types an alias each, and renames them afterwards.

`... on User { id }` and `... on Admin { id }` cannot stand in one operation where one `id` is `ID!`
and the other `ID` (GraphQL specification, section 5.3.2, Field Selection Merging), though the
client may ask for both: in the API schema the types agree.
"""

from collections.abc import Mapping

import msgspec

from gateway.plan.nodes import HIDDEN, Key, OnType, Path as ResponsePath, Rename
from gateway.planner.fetch_graph import FetchGraph, FieldSlot, Selections

PossibleTypes = Mapping[str, frozenset[str]]


class _Place(msgspec.Struct, eq=False):
    """A selection set and the path from the fetched object to where it applies."""

    selections: Selections
    path: ResponsePath


def resolve_conflicts(graph: FetchGraph, possible_types: PossibleTypes) -> None:
    """Make every step's operation valid."""
    for step in graph.steps.values():
        renames: list[Rename] = []
        _separate([_Place(step.selections, ())], renames, possible_types)
        if renames and step.is_entity:
            for fragment in step.selections.fragments.values():
                fragment.select_typename()  # renaming goes by the type of the entity
        step.renames = (*step.renames, *renames)


def _separate(places: list[_Place], renames: list[Rename], possible: PossibleTypes) -> None:
    """`places` are all merged into one object by the subgraph."""
    by_key: dict[str, list[tuple[_Place, FieldSlot]]] = {}
    for place in _with_fragments(places, possible):
        for slot in place.selections.fields.values():
            by_key.setdefault(slot.response_key, []).append((place, slot))
    for key, found in by_key.items():
        kinds = dict.fromkeys(_kind(slot) for _, slot in found)
        for index, kind in enumerate(kinds):
            same = [(place, slot) for place, slot in found if _kind(slot) == kind]
            inner = [
                _Place(slot.selections, (*place.path, Key(slot.response_key)))
                for place, slot in same
                if slot.selections.fields or slot.selections.fragments
            ]
            if inner:
                _separate(inner, renames, possible)
            if index:
                alias = f"{HIDDEN}as{index}_{key}"
                for place, slot in same:
                    _rename(place, slot, alias, renames)


def _rename(place: _Place, slot: FieldSlot, alias: str, renames: list[Rename]) -> None:
    del place.selections.fields[slot.key]
    key, slot.response_key = slot.response_key, alias
    place.selections.field(slot)
    rename = Rename(place.path, alias, key)
    if rename not in renames:
        renames.append(rename)


def _with_fragments(places: list[_Place], possible: PossibleTypes) -> list[_Place]:
    found: list[_Place] = []
    for place in places:
        found.append(place)
        inner = [
            _Place(fragment, place.path if on is None else (*place.path, _on(on, possible)))
            for (on, _), fragment in place.selections.fragments.items()
        ]
        found += _with_fragments(inner, possible)
    return found


def _on(name: str, possible: PossibleTypes) -> OnType:
    """The objects that a type condition holds for, whatever name the subgraph gives them."""
    return OnType(possible.get(name, frozenset()) | {name})


def _kind(slot: FieldSlot) -> str:
    """Fields of one kind may stand together: equal wrappers, and equal types of leaves."""
    if slot.selections.fields or slot.selections.fragments:
        return "".join(one for one in slot.type_text if one in "[]!")
    return slot.type_text
