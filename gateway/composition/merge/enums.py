"""Enums: all values where clients only read them, the common ones where clients only send them.

An enum that is both read and sent must have the same values everywhere.
"""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.merge.context import Merge
from gateway.composition.merge.descriptions import merge_description
from gateway.composition.merge.directives import merge_directives
from gateway.federation.model import Applied, EnumValueDef, Kind, TypeDef, first
from gateway.federation.type_refs import named
from gateway.federation.values import enum


def enum_usage(merge: Merge) -> tuple[set[str], set[str]]:
    """The names of types used as input, and of those used as output, in any subgraph."""
    inputs: set[str] = set()
    outputs: set[str] = set()
    for schema in merge.schemas:
        for type_ in schema.types.values():
            if type_.name in schema.spec_types:
                continue
            for field in type_.fields.values():
                (inputs if type_.kind is Kind.INPUT else outputs).add(named(field.type))
                inputs.update(named(argument.type) for argument in field.args.values())
        for definition in schema.directive_defs.values():
            inputs.update(named(argument.type) for argument in definition.args.values())
    return inputs, outputs


def merge_enum(
    merge: Merge,
    type_: TypeDef,
    sources: Mapping[int, TypeDef],
    usage: tuple[set[str], set[str]],
) -> None:
    """Fill in the merged enum's values."""
    is_input, is_output = type_.name in usage[0], type_.name in usage[1]
    if not is_input and not is_output:
        is_output = True
        merge.report.hint(
            codes.UNUSED_ENUM_TYPE,
            f'Enum type "{type_.name}" is defined but unused. It will be included in the supergraph'
            ' with all the values appearing in any subgraph ("as if" it was only used as an output'
            " type).",
            *merge.places(sources, type_.name),
        )
    names = dict.fromkeys(name for source in sources.values() for name in source.values)
    for name in names:
        values = {i: source.values[name] for i, source in sources.items() if name in source.values}
        if _keeps(merge, type_.name, name, sources, values, is_input=is_input, is_output=is_output):
            type_.values[name] = _merge_value(merge, type_.name, name, values)
    if not type_.values:
        merge.report.error(
            codes.EMPTY_MERGED_ENUM_TYPE,
            f'None of the values of enum type "{type_.name}" are defined consistently in all the'
            " subgraphs defining that type. As only values common to all subgraphs are merged, this"
            " would result in an empty type.",
            *merge.places(sources, type_.name),
        )


def _keeps(  # noqa: PLR0913
    merge: Merge,
    type_name: str,
    name: str,
    sources: Mapping[int, TypeDef],
    values: Mapping[int, EnumValueDef],
    *,
    is_input: bool,
    is_output: bool,
) -> bool:
    absent = [index for index in sources if index not in values]
    if not absent:
        return True
    hidden = any(first(value.directives, "inaccessible") for value in values.values())
    found = f'"{name}" is defined in {merge.listed(values)} but not in {merge.listed(absent)}'
    places = merge.places(values, f"{type_name}.{name}")
    if not is_input:
        merge.report.hint(
            codes.INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM,
            f'Value "{name}" of enum type "{type_name}" has been added to the supergraph but is'
            f' only defined in a subset of the subgraphs defining "{type_name}": {found}.',
            *places,
        )
        return True
    if hidden:
        return True
    if is_output:
        merge.report.error(
            codes.ENUM_VALUE_MISMATCH,
            f'Enum type "{type_name}" is used as both input type and output type, but value'
            f' "{name}" is not defined in all the subgraphs defining "{type_name}": {found}',
            *places,
        )
        return True
    merge.report.hint(
        codes.INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
        f'Value "{name}" of enum type "{type_name}" will not be part of the supergraph as it is not'
        f' defined in all the subgraphs defining "{type_name}": {found}.',
        *places,
    )
    return False


def _merge_value(
    merge: Merge, type_name: str, name: str, values: Mapping[int, EnumValueDef]
) -> EnumValueDef:
    coordinate = f"{type_name}.{name}"
    directives = merge_directives(merge, {i: v.directives for i, v in values.items()}, coordinate)
    directives += [
        Applied("join__enumValue", {"graph": enum(merge.graphs[index])}) for index in values
    ]
    description = merge_description(
        merge, {i: v.description for i, v in values.items()}, coordinate
    )
    return EnumValueDef(name, description, directives)
