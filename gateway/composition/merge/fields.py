"""Objects and interfaces: the fields of all subgraphs together."""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.merge.arguments import merge_arguments
from gateway.composition.merge.context import Merge
from gateway.composition.merge.descriptions import merge_description
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.externals import check_external, without_external
from gateway.composition.merge.join_fields import join_fields
from gateway.composition.merge.overrides import Overrides, merge_overrides
from gateway.composition.merge.sharing import abstracted, check_sharing
from gateway.composition.merge.type_refs import merge_output_ref
from gateway.federation.model import FieldDef, Kind, TypeDef, first

ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def merge_fields(merge: Merge, type_: TypeDef, sources: Mapping[int, TypeDef]) -> None:
    """Fill in the merged type's fields."""
    names = dict.fromkeys(name for source in sources.values() for name in source.fields)
    for name in names:
        fields = {i: source.fields[name] for i, source in sources.items() if name in source.fields}
        overrides = merge_overrides(merge, type_.name, type_.kind, fields)
        if type_.name == "Subscription":
            _check_subscription(merge, fields)
        merged = _merge_field(merge, type_, fields, overrides)
        if merged is not None:
            type_.fields[name] = merged
        if type_.kind is Kind.OBJECT:
            check_sharing(merge, type_, name, fields, overrides)
        if len(fields) < len(sources):
            _hint_missing(merge, type_, sources, fields)


def _merge_field(
    merge: Merge, type_: TypeDef, fields: Mapping[int, FieldDef], overrides: Overrides
) -> FieldDef | None:
    name = next(iter(fields.values())).name
    coordinate = f"{type_.name}.{name}"
    resolved = without_external(merge, type_.name, fields)
    if not resolved:  # then it may be resolved through an interface
        resolved = {
            index: field
            for index, interface, field in abstracted(merge, type_, name)
            if not merge.facts[index].is_external(interface.name, field)
        }
    if not resolved:
        merge.report.error(
            codes.EXTERNAL_MISSING_ON_BASE,
            f'Field "{coordinate}" is marked @external on all the subgraphs in which it is listed'
            f" ({merge.listed(fields)}).",
            *merge.places(fields, coordinate),
        )
        return None
    ref, equal = merge_output_ref(merge, {i: f.type for i, f in resolved.items()}, coordinate)
    merged = FieldDef(
        name,
        ref,
        merge_arguments(merge, resolved, coordinate),
        description=merge_description(
            merge, {i: f.description for i, f in resolved.items()}, coordinate
        ),
        directives=merge_directives(
            merge, {i: f.directives for i, f in resolved.items()}, coordinate
        ),
    )
    if len(resolved) < len(fields):
        check_external(merge, type_.name, fields, merged, equal_types=equal)
    merged.directives += join_fields(merge, type_.name, fields, overrides, equal_types=equal)
    return merged


def _check_subscription(merge: Merge, fields: Mapping[int, FieldDef]) -> None:
    for index, field in fields.items():
        if first(field.directives, "shareable"):
            merge.report.error(
                codes.INVALID_FIELD_SHARING,
                "Fields on root level subscription object cannot be marked as shareable",
                *merge.places([index], f"Subscription.{field.name}"),
            )
            return


def _hint_missing(
    merge: Merge,
    type_: TypeDef,
    sources: Mapping[int, TypeDef],
    fields: Mapping[int, FieldDef],
) -> None:
    """Value types are best the same everywhere; entities and roots are made to be spread out."""
    if type_.name in ROOTS or any(type_.name in merge.facts[index].keys for index in sources):
        return
    name = next(iter(fields.values())).name
    absent = [
        index
        for index, source in sources.items()
        if index not in fields and not _only_external(merge, index, source)
    ]
    if not absent or type_.name in merge.interface_objects:
        return
    coordinate = f"{type_.name}.{name}"
    code = codes.INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD
    what = "interface type"
    if type_.kind is Kind.OBJECT:
        code = codes.INCONSISTENT_OBJECT_VALUE_TYPE_FIELD
        what = "non-entity object type"
    merge.report.hint(
        code,
        f'Field "{coordinate}" of {what} "{type_.name}" is defined in some but not all subgraphs'
        f' that define "{type_.name}": "{coordinate}" is defined in {merge.listed(fields)} but not'
        f" in {merge.listed(absent)}.",
        *merge.places(fields, coordinate),
    )


def _only_external(merge: Merge, index: int, source: TypeDef) -> bool:
    return all(merge.facts[index].is_external(source.name, f) for f in source.fields.values())
