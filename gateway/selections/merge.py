"""Merging selections without changing the order of any answer.

The order of an answer's fields is that in which CollectFields meets them (GraphQL specification,
section 6.3.2). So a later field is merged into an equal earlier one only if no fragment stands in
between, a fragment only into the one just before it; and what repeats is left out.
"""

from gateway.selections.model import Argument, Condition, Field, Fragment, SelectionSet

_FieldKey = tuple[str, str, tuple[Argument, ...], tuple[Condition, ...]]


def merge_selections(*sets: SelectionSet) -> SelectionSet:
    """All selections of the sets, without needless repetitions."""
    merged: list[Field | Fragment] = []
    places: dict[object, int] = {}
    last_fragment = -1
    for selections in sets:
        for selection in selections:
            key = _key(selection)
            place = places.get(key)
            if place is not None and _take_in(merged, place, selection, last_fragment):
                continue
            if _is_needless(selection, places):
                continue
            places[key] = len(merged)
            if isinstance(selection, Fragment):
                last_fragment = len(merged)
            merged.append(selection)
    return tuple(merged)


def _take_in(
    merged: list[Field | Fragment], place: int, selection: Field | Fragment, last_fragment: int
) -> bool:
    """Merge a selection into an equal earlier one, if that leaves the order as it is."""
    present = merged[place]
    both = merge_selections(present.selections, selection.selections)
    if both != present.selections:
        between = last_fragment > place if isinstance(present, Field) else place < len(merged) - 1
        if between:
            return False
        merged[place] = _with(present, both)
    return True


def _key(selection: Field | Fragment) -> object:
    match selection:
        case Field():
            return _field_key(selection, selection.conditions)
        case Fragment():
            return (selection.type_condition, selection.conditions)


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
            return Fragment(selection.type_condition, inner, selection.conditions)
