"""Input objects: only fields that all subgraphs with the type take."""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.merge.arguments import merge_default
from gateway.composition.merge.context import Merge
from gateway.composition.merge.descriptions import merge_description
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.join_fields import join_input_fields
from gateway.composition.merge.type_refs import merge_input_field_ref
from gateway.federation.model import FieldDef, TypeDef, first


def merge_input(merge: Merge, type_: TypeDef, sources: Mapping[int, TypeDef]) -> None:
    """Fill in the merged input object's fields."""
    names = dict.fromkeys(name for source in sources.values() for name in source.fields)
    for name in names:
        fields = {i: source.fields[name] for i, source in sources.items() if name in source.fields}
        hidden = any(first(field.directives, "inaccessible") for field in fields.values())
        if len(fields) == len(sources) or hidden:
            type_.fields[name] = _merge_field(merge, type_.name, fields)
        else:
            _missing(merge, type_.name, sources, fields)
    if not type_.fields:
        merge.report.error(
            codes.EMPTY_MERGED_INPUT_TYPE,
            f'None of the fields of input object type "{type_.name}" are consistently defined in'
            " all the subgraphs defining that type. As only fields common to all subgraphs are"
            " merged, this would result in an empty type.",
            *merge.places(sources, type_.name),
        )


def _merge_field(merge: Merge, type_name: str, fields: Mapping[int, FieldDef]) -> FieldDef:
    some = next(iter(fields.values()))
    coordinate = f"{type_name}.{some.name}"
    ref, equal = merge_input_field_ref(merge, {i: f.type for i, f in fields.items()}, coordinate)
    default = merge_default(
        merge,
        {i: f.default for i, f in fields.items()},
        f'Input field "{coordinate}"',
        coordinate,
        codes.INPUT_FIELD_DEFAULT_MISMATCH,
    )
    directives = merge_directives(merge, {i: f.directives for i, f in fields.items()}, coordinate)
    directives += join_input_fields(merge, type_name, fields, equal_types=equal)
    return FieldDef(
        some.name,
        ref,
        default=default,
        description=merge_description(
            merge, {i: f.description for i, f in fields.items()}, coordinate
        ),
        directives=directives,
    )


def _missing(
    merge: Merge,
    type_name: str,
    sources: Mapping[int, TypeDef],
    fields: Mapping[int, FieldDef],
) -> None:
    coordinate = f"{type_name}.{next(iter(fields.values())).name}"
    absent = [index for index in sources if index not in fields]
    required = [index for index, field in fields.items() if field.required]
    if required:
        merge.report.error(
            codes.REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH,
            f'Input object field "{coordinate}" is required in some subgraphs but does not appear'
            f" in all subgraphs: it is required in {merge.listed(required)} but does not appear in"
            f" {merge.listed(absent)}",
            *merge.places(required, coordinate),
        )
        return
    merge.report.hint(
        codes.INCONSISTENT_INPUT_OBJECT_FIELD,
        f'Input object field "{coordinate}" will not be added to "{type_name}" in the supergraph as'
        f" it does not appear in all subgraphs: it is defined in {merge.listed(fields)} but not in"
        f" {merge.listed(absent)}.",
        *merge.places(fields, coordinate),
    )
