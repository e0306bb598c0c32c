"""Merging selections without changing the order of any answer.

The order of an answer's fields is that in which CollectFields meets them (GraphQL specification,
section 6.3.2). So a later field is merged into an equal earlier one only if neither a fragment
nor a conditional twin stands in between, a fragment only into the one just before it; and what
repeats is left out.
"""

from msgspec.structs import replace

from gateway.selections.model import Argument, Condition, Field, Fragment, SelectionSet

_FieldKey = tuple[str, str, tuple[Argument, ...], tuple[Condition, ...]]


def merge_selections(*sets: SelectionSet) -> SelectionSet:
    """All selections of the sets, without needless repetitions."""
    merged: list[Field | Fragment] = []
    places: dict[object, int] = {}
    for selections in sets:
        for selection in selections:
            key = _key(selection)
            place = places.get(key)
            if place is not None and _take_in(merged, place, selection):
                continue
            if _is_needless(selection, places):
                continue
            places[key] = len(merged)
            merged.append(selection)
    return tuple(merged)


def _take_in(merged: list[Field | Fragment], place: int, selection: Field | Fragment) -> bool:
    """Merge a selection into an equal earlier one, if that leaves the order as it is."""
    present = merged[place]
    both = merge_selections(present.selections, selection.selections)
    if both != present.selections:
        if any(_meets(present, between) for between in merged[place + 1 :]):
            return False
        merged[place] = _with(present, both)
    return True


def _meets(item: Field | Fragment, other: Field | Fragment) -> bool:
    """May both bring fields to one place of an answer?"""
    return (
        isinstance(item, Fragment)
        or isinstance(other, Fragment)
        or item.response_key == other.response_key
    )


def _key(selection: Field | Fragment) -> object:
    match selection:
        case Field():
            return _field_key(selection, selection.conditions)
        case Fragment():
            # Deferred fragments come one by one: merged, they would wait for each other.
            own = None if selection.defer is None else (selection.defer, selection.selections)
            return (selection.type_condition, selection.conditions, own)


def _field_key(field: Field, conditions: tuple[Condition, ...]) -> _FieldKey:
    return (field.response_key, field.name, field.arguments, conditions)


def _is_needless(item: Field | Fragment, before: dict[object, int]) -> bool:
    """A leaf under conditions says nothing new after the same leaf without."""
    return (
        isinstance(item, Field)
        and bool(item.conditions)
        and not item.selections
        and _field_key(item, ()) in before
    )


def _with(selection: Field | Fragment, inner: SelectionSet) -> Field | Fragment:
    match selection:
        case Field():
            return Field(
                selection.name, selection.alias, selection.arguments, inner, selection.conditions
            )
        case Fragment():
            return replace(selection, selections=inner)
