"""Merging selections: one field per response key and conditions, one fragment per type condition.

The order is that of first appearance. A leaf that is also there without conditions makes its
conditional twin needless.
"""

from gateway.selections.model import Argument, Condition, Field, Fragment, SelectionSet

_FieldKey = tuple[str, str, tuple[Argument, ...], tuple[Condition, ...]]


def merge_selections(*sets: SelectionSet) -> SelectionSet:
    """All selections of the sets, without repetitions."""
    merged: dict[object, Field | Fragment] = {}
    for selections in sets:
        for selection in selections:
            key = _key(selection)
            present = merged.get(key)
            if present is None:
                merged[key] = selection
            elif present.selections != selection.selections:
                merged[key] = _with(
                    present, merge_selections(present.selections, selection.selections)
                )
    return tuple(item for item in merged.values() if not _is_needless(item, merged))


def _key(selection: Field | Fragment) -> object:
    match selection:
        case Field():
            return _field_key(selection, selection.conditions)
        case Fragment():
            return (selection.type_condition, selection.conditions)


def _field_key(field: Field, conditions: tuple[Condition, ...]) -> _FieldKey:
    return (field.response_key, field.name, field.arguments, conditions)


def _is_needless(item: Field | Fragment, merged: dict[object, Field | Fragment]) -> bool:
    return (
        isinstance(item, Field)
        and bool(item.conditions)
        and not item.selections
        and _field_key(item, ()) in merged
    )


def _with(selection: Field | Fragment, inner: SelectionSet) -> Field | Fragment:
    match selection:
        case Field():
            return Field(
                selection.name, selection.alias, selection.arguments, inner, selection.conditions
            )
        case Fragment():
            return Fragment(selection.type_condition, inner, selection.conditions)
