"""`@override`: which subgraph's field gives way to which.

A label makes it progressive: both subgraphs resolve the field then, and the label decides.
"""

import re
from collections.abc import Mapping

import msgspec

from gateway.composition import codes
from gateway.composition.merge.context import Merge
from gateway.federation.model import FieldDef, Kind, first
from gateway.federation.values import string_of

_LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((\d{1,2}(\.\d{1,8})?|100(\.0{1,8})?)\)")


class Override(msgspec.Struct):
    """What overriding means for the field in one subgraph.

    `yields`: another subgraph resolves it instead, at least where the label says so; `replaced`: it
    is gone from here; `used`: not resolved, but still referred to by keys and the like.
    """

    yields: bool = False
    replaced: bool = False
    used: bool = False
    label: str | None = None
    unknown_source: bool = False


Overrides = dict[int, Override]


def merge_overrides(
    merge: Merge, type_name: str, kind: Kind, fields: Mapping[int, FieldDef]
) -> Overrides:
    """The overriding of one field, by subgraph."""
    result: Overrides = {index: Override() for index in fields}
    overriding = {
        index: source
        for index, field in fields.items()
        if (applied := first(field.directives, "override")) is not None
        and (source := string_of(applied.args.get("from"))) is not None
    }
    for index, source in overriding.items():
        _override(merge, type_name, kind, fields, overriding, result, index, source)
    return result


def _override(  # noqa: PLR0913 - the rule needs the field in all subgraphs
    merge: Merge,
    type_name: str,
    kind: Kind,
    fields: Mapping[int, FieldDef],
    overriding: dict[int, str],
    result: Overrides,
    index: int,
    source: str,
) -> None:
    coordinate = f"{type_name}.{fields[index].name}"
    here = merge.names[index]
    place = merge.places([index], coordinate)
    if kind is Kind.INTERFACE or merge.facts[index].is_interface_object(type_name):
        what = "interface type" if kind is Kind.INTERFACE else "fields of @interfaceObject types"
        merge.report.error(
            codes.OVERRIDE_ON_INTERFACE,
            f'@override cannot be used on field "{coordinate}" on subgraph "{here}": @override is'
            f" not supported on {what} fields.",
            *place,
        )
    elif source not in merge.names:
        result[index].unknown_source = True
        merge.report.hint(
            codes.FROM_SUBGRAPH_DOES_NOT_EXIST,
            f'Source subgraph "{source}" for field "{coordinate}" on subgraph "{here}" does not'
            " exist.",
            *place,
        )
    elif source == here:
        merge.report.error(
            codes.OVERRIDE_FROM_SELF_ERROR,
            f'Source and destination subgraphs "{source}" are the same for overridden field'
            f' "{coordinate}"',
            *place,
        )
    elif merge.names.index(source) in overriding:
        merge.report.error(
            codes.OVERRIDE_SOURCE_HAS_OVERRIDE,
            f'Field "{coordinate}" on subgraph "{here}" is also marked with directive @override in'
            f' subgraph "{source}". Only one @override directive is allowed per field.',
            *place,
        )
    elif not _collides(merge, type_name, fields, index, source):
        _replace(merge, type_name, fields, result, index, source)


def _collides(
    merge: Merge, type_name: str, fields: Mapping[int, FieldDef], index: int, source: str
) -> bool:
    coordinate = f"{type_name}.{fields[index].name}"
    replaced = fields.get(merge.names.index(source))
    collision: tuple[str, str] | None = None
    if merge.facts[index].is_external(type_name, fields[index]):
        collision = ("external", merge.names[index])
    for name in ("requires", "provides"):
        if replaced is not None and first(replaced.directives, name):
            collision = (name, source)
    if collision is None:
        return False
    merge.report.error(
        codes.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE,
        f'@override cannot be used on field "{coordinate}" on subgraph "{merge.names[index]}"'
        f' since "{coordinate}" on "{collision[1]}" is marked with directive "@{collision[0]}"',
        *merge.places([index, merge.names.index(source)], coordinate),
    )
    return True


def _replace(
    merge: Merge,
    type_name: str,
    fields: Mapping[int, FieldDef],
    result: Overrides,
    index: int,
    source: str,
) -> None:
    field = fields[index]
    coordinate = f"{type_name}.{field.name}"
    source_index = merge.names.index(source)
    facts = merge.facts[source_index]
    replaced = fields.get(source_index)
    if replaced is None or facts.is_external(type_name, replaced):
        why = (
            f'is not resolved anymore by the from subgraph (it is marked "@external" in "{source}")'
            if replaced is not None
            else "no longer exists in the from subgraph"
        )
        merge.report.hint(
            codes.OVERRIDE_DIRECTIVE_CAN_BE_REMOVED,
            f'Field "{coordinate}" on subgraph "{merge.names[index]}" {why}. The @override'
            " directive can be removed.",
            *merge.places([index], coordinate),
        )
        return
    applied = first(field.directives, "override")
    label = string_of(applied.args.get("label")) if applied is not None else None
    if label is not None:
        _progress(merge, coordinate, result, (index, source_index), label)
        return
    used = (type_name, field.name) in facts.used
    result[source_index].yields = True
    result[source_index].replaced = not used
    result[source_index].used = used
    advice = (
        "It is still used in some federation directive(s) (@key, @requires, and/or @provides)"
        " and/or to satisfy interface constraint(s), but consider marking it @external explicitly"
        " or removing it along with its references."
        if used
        else "Consider removing it."
    )
    merge.report.hint(
        codes.OVERRIDDEN_FIELD_CAN_BE_REMOVED,
        f'Field "{coordinate}" on subgraph "{source}" is overridden. {advice}',
        *merge.places([source_index], coordinate),
    )


def _progress(
    merge: Merge, coordinate: str, result: Overrides, pair: tuple[int, int], label: str
) -> None:
    index, source_index = pair
    result[index].label = label
    result[source_index].label = label
    result[source_index].yields = True
    if not _LABEL.fullmatch(label) and not _PERCENT.fullmatch(label):
        merge.report.error(
            codes.OVERRIDE_LABEL_INVALID,
            f'Invalid @override label "{label}" on field "{coordinate}" on subgraph'
            f' "{merge.names[index]}": a label is a letter followed by letters, digits or any of'
            ' "_-:./", or has the form "percent(x)" where x is a number from 0 to 100 with at most'
            " eight decimals.",
            *merge.places([index], coordinate),
        )
        return
    merge.report.hint(
        codes.OVERRIDE_MIGRATION_IN_PROGRESS,
        f'Field "{coordinate}" is currently being migrated with progressive @override. Once the'
        f' migration is complete, remove the field from subgraph "{merge.names[source_index]}".',
        *merge.places(pair, coordinate),
    )
