"""Whether a field that several subgraphs resolve may be: each of them must call it shareable."""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.merge.context import Merge
from gateway.composition.merge.overrides import Overrides
from gateway.federation.model import FieldDef, TypeDef, first
from gateway.federation.values import string_of


def check_sharing(
    merge: Merge, type_: TypeDef, name: str, fields: Mapping[int, FieldDef], overrides: Overrides
) -> None:
    """Report a field resolved by several subgraphs that is not shareable in all of them.

    `fields` are the type's own; it may have the field through interface objects alone.
    """
    resolving: dict[str, bool] = {}
    indexes: set[int] = set()
    for index, field in fields.items():
        if _resolves(merge, index, type_.name, field) and not overrides[index].yields:
            source = merge.schemas[index].types[type_.name]
            shareable = merge.facts[index].is_shareable(source, field)
            resolving[f'"{merge.names[index]}"'] = shareable
            indexes.add(index)
    for index, interface, field in abstracted(merge, type_, name):
        if _resolves(merge, index, interface.name, field):
            where = (
                f'"{merge.names[index]}" (through @interfaceObject field "{interface.name}.{name}")'
            )
            resolving[where] = merge.facts[index].is_shareable(interface, field)
            indexes.add(index)
    offenders = [where for where, shareable in resolving.items() if not shareable]
    if len(resolving) < 2 or not offenders:
        return
    coordinate = f"{type_.name}.{name}"
    where = "all of them" if len(offenders) == len(resolving) else _words(offenders)
    merge.report.error(
        codes.INVALID_FIELD_SHARING,
        f'Non-shareable field "{coordinate}" is resolved from multiple subgraphs: it is resolved'
        f" from {_words(list(resolving))} and defined as non-shareable in {where}"
        f"{_override_advice(merge, coordinate, fields, overrides)}",
        *merge.places(sorted(indexes), coordinate),
    )


def abstracted(merge: Merge, type_: TypeDef, name: str) -> list[tuple[int, TypeDef, FieldDef]]:
    """The field as subgraphs give it through an interface object, in place of this type."""
    found = []
    for interface in type_.interfaces:
        for index in merge.interface_objects.get(interface, ()):
            types = merge.schemas[index].types
            if type_.name not in types and name in types[interface].fields:
                found.append((index, types[interface], types[interface].fields[name]))
    return found


def _resolves(merge: Merge, index: int, type_name: str, field: FieldDef) -> bool:
    facts = merge.facts[index]
    return not facts.is_external(type_name, field) or (type_name, field.name) in facts.provided


def _words(quoted: list[str]) -> str:
    if len(quoted) == 1:
        return f"subgraph {quoted[0]}"
    return f"subgraphs {', '.join(quoted[:-1])} and {quoted[-1]}"


def _override_advice(
    merge: Merge, coordinate: str, fields: Mapping[int, FieldDef], overrides: Overrides
) -> str:
    for index, override in overrides.items():
        if override.unknown_source:
            applied = first(fields[index].directives, "override")
            source = string_of(applied.args.get("from")) if applied else None
            return (
                f' (please note that "{coordinate}" has an @override directive in'
                f' "{merge.names[index]}" that targets an unknown subgraph "{source}": is the'
                " @override(from:) argument misspelt?)"
            )
    return ""
