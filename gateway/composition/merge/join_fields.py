"""`@join__field`: which subgraph has the field, and in what way.

Left out where it would say nothing: all subgraphs with the type have the field, all alike.

Specification: https://specs.apollo.dev/join/v0.3
"""

from collections.abc import Mapping

from graphql import ValueNode

from gateway.composition.merge.context import Merge
from gateway.composition.merge.overrides import Override, Overrides
from gateway.federation.model import Applied, FieldDef, first
from gateway.federation.values import boolean, enum, items, record, string


def join_fields(
    merge: Merge,
    type_name: str,
    fields: Mapping[int, FieldDef],
    overrides: Overrides,
    *,
    equal_types: bool,
) -> list[Applied]:
    """The applications for a field of an object or interface type."""
    details = {
        index: _details(merge, index, type_name, field, overrides[index])
        for index, field in fields.items()
        if not overrides[index].replaced
    }
    plain = not any(args.keys() - {"override"} for args in details.values())
    if equal_types and plain and len(details) == len(merge.sources(type_name)):
        return []
    return [
        Applied(
            "join__field",
            {
                "graph": enum(merge.graphs[index]),
                **details[index],
                **({} if equal_types else {"type": string(fields[index].type)}),
            },
        )
        for index in details
    ]


def _details(
    merge: Merge, index: int, type_name: str, field: FieldDef, override: Override
) -> dict[str, ValueNode]:
    args: dict[str, ValueNode] = {}
    for name in ("requires", "provides"):
        applied = first(field.directives, name)
        if applied is not None:
            args[name] = applied.args["fields"]
    overriding = first(field.directives, "override")
    if overriding is not None:
        args["override"] = overriding.args["from"]
    if merge.facts[index].is_external(type_name, field):
        args["external"] = boolean(value=True)
    if override.used:
        args["usedOverridden"] = boolean(value=True)
    if override.label is not None:
        args["overrideLabel"] = string(override.label)
    contexts = _context_arguments(merge, index, type_name, field)
    if contexts:
        args["contextArguments"] = items(contexts)
    return args


def _context_arguments(
    merge: Merge, index: int, type_name: str, field: FieldDef
) -> list[ValueNode]:
    return [
        record(
            {
                "context": string(f"{merge.names[index]}__{use.context}"),
                "name": string(use.argument),
                "type": string(field.args[use.argument].type),
                "selection": string(f" {use.selection.strip()}"),
            }
        )
        for use in merge.facts[index].context_uses
        if use.type.name == type_name and use.field.name == field.name
    ]


def join_input_fields(
    merge: Merge, type_name: str, fields: Mapping[int, FieldDef], *, equal_types: bool
) -> list[Applied]:
    """The applications for an input field."""
    if equal_types and len(fields) == len(merge.sources(type_name)):
        return []
    return [
        Applied(
            "join__field",
            {
                "graph": enum(merge.graphs[index]),
                **({} if equal_types else {"type": string(field.type)}),
            },
        )
        for index, field in fields.items()
    ]
