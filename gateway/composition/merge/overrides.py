"""`@override`: which subgraph's field gives way to which.

A label makes it progressive: both subgraphs resolve the field then, and the label decides.
"""

import difflib
import re
from collections.abc import Mapping

import msgspec

from gateway.composition import codes
from gateway.composition.codes import Code, HintCode
from gateway.composition.merge.context import Merge
from gateway.federation.model import FieldDef, Kind, first
from gateway.federation.values import string_of

_LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((\d{1,2}(\.\d{1,8})?|100(\.0{1,8})?)\)")

_STILL_USED = (
    "It is still used in some federation directive(s) (@key, @requires, and/or @provides) and/or to"
    " satisfy interface constraint(s), but consider marking it @external explicitly or removing it"
    " along with its references."
)


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
    if overriding:
        _Overriding(merge, type_name, kind, fields, overriding, result).run()
    return result


class _Overriding:
    """One field that is overridden: `overriding` maps subgraphs to the names they override."""

    def __init__(
        self,
        merge: Merge,
        type_name: str,
        kind: Kind,
        fields: Mapping[int, FieldDef],
        overriding: Mapping[int, str],
        result: Overrides,
    ) -> None:
        self._merge = merge
        self._type_name = type_name
        self._is_interface = kind is Kind.INTERFACE
        self._fields = fields
        self._overriding = overriding
        self._result = result
        self._coordinate = f"{type_name}.{next(iter(fields.values())).name}"

    def run(self) -> None:
        for index, source in self._overriding.items():
            fault = self._misused(index, source)
            if fault is not None:
                self._error(*fault, index)
            elif source not in self._merge.names:
                self._result[index].unknown_source = True
                self._hint(
                    codes.FROM_SUBGRAPH_DOES_NOT_EXIST,
                    f'Source subgraph "{source}" for field "{self._coordinate}" on subgraph'
                    f' "{self._merge.names[index]}" does not exist.{self._meant(source)}',
                    index,
                )
            else:
                self._replace(index, self._merge.names.index(source))

    def _error(self, code: Code, message: str, *indexes: int) -> None:
        self._merge.report.error(code, message, *self._merge.places(indexes, self._coordinate))

    def _hint(self, code: HintCode, message: str, *indexes: int) -> None:
        self._merge.report.hint(code, message, *self._merge.places(indexes, self._coordinate))

    def _meant(self, source: str) -> str:
        close = difflib.get_close_matches(source, self._merge.names, 2)
        return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""

    def _misused(self, index: int, source: str) -> tuple[Code, str] | None:
        here = self._merge.names[index]
        field = f'field "{self._coordinate}" on subgraph "{here}"'
        is_object = self._merge.facts[index].is_interface_object(self._type_name)
        if is_object:
            return codes.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE, (
                f"@override cannot be used on {field}: @override is not yet supported on fields of"
                " @interfaceObject types."
            )
        if self._is_interface:
            return codes.OVERRIDE_ON_INTERFACE, (
                f"@override cannot be used on {field}: @override is not supported on interface"
                " type fields."
            )
        if source == here:
            return codes.OVERRIDE_FROM_SELF_ERROR, (
                f'Source and destination subgraphs "{source}" are the same for overridden field'
                f' "{self._coordinate}"'
            )
        if source not in self._merge.names:
            return None
        source_index = self._merge.names.index(source)
        if source_index in self._overriding:
            return codes.OVERRIDE_SOURCE_HAS_OVERRIDE, (
                f'Field "{self._coordinate}" on subgraph "{here}" is also marked with directive'
                f' @override in subgraph "{source}". Only one @override directive is allowed per'
                " field."
            )
        collision = self._collision(index, source_index)
        if collision is not None:
            return codes.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE, (
                f"@override cannot be used on {field} since {collision}"
            )
        return None

    def _collision(self, index: int, source_index: int) -> str | None:
        names = self._merge.names
        if self._merge.facts[index].is_external(self._type_name, self._fields[index]):
            where = names[index]
            return f'"{self._coordinate}" on "{where}" is marked with directive "@external"'
        replaced = self._fields.get(source_index)
        for name in ("requires", "provides"):
            if replaced is not None and first(replaced.directives, name):
                where = names[source_index]
                return f'"{self._coordinate}" on "{where}" is marked with directive "@{name}"'
        return None

    def _replace(self, index: int, source_index: int) -> None:
        names, coordinate = self._merge.names, self._coordinate
        facts = self._merge.facts[source_index]
        replaced = self._fields.get(source_index)
        if replaced is None or facts.is_external(self._type_name, replaced):
            why = "no longer exists in the from subgraph"
            if replaced is not None:
                why = 'is not resolved anymore by the from subgraph (it is marked "@external" in'
                why += f' "{names[source_index]}")'
            self._hint(
                codes.OVERRIDE_DIRECTIVE_CAN_BE_REMOVED,
                f'Field "{coordinate}" on subgraph "{names[index]}" {why}. The @override directive'
                " can be removed.",
                index,
            )
            return
        self._result[source_index].yields = True
        used = (self._type_name, replaced.name) in facts.used
        self._result[source_index].used = used
        applied = first(self._fields[index].directives, "override")
        label = string_of(applied.args.get("label")) if applied is not None else None
        if label is not None:
            self._progress(index, source_index, label)
            return
        self._result[source_index].replaced = not used
        self._hint(
            codes.OVERRIDDEN_FIELD_CAN_BE_REMOVED,
            f'Field "{coordinate}" on subgraph "{names[source_index]}" is overridden.'
            f" {_STILL_USED if used else 'Consider removing it.'}",
            source_index,
        )

    def _progress(self, index: int, source_index: int, label: str) -> None:
        self._result[index].label = label
        self._result[source_index].label = label
        if not _LABEL.fullmatch(label) and not _PERCENT.fullmatch(label):
            self._error(
                codes.OVERRIDE_LABEL_INVALID,
                f'Invalid @override label "{label}" on field "{self._coordinate}" on subgraph'
                f' "{self._merge.names[index]}": a label is a letter followed by letters, digits'
                ' or any of "_-:./", or has the form "percent(x)" where x is a number from 0 to'
                " 100 with at most eight decimals.",
                index,
            )
            return
        self._hint(
            codes.OVERRIDE_MIGRATION_IN_PROGRESS,
            f'Field "{self._coordinate}" is currently being migrated with progressive @override.'
            " Once the migration is complete, remove the field from subgraph"
            f' "{self._merge.names[source_index]}".',
            index,
            source_index,
        )
