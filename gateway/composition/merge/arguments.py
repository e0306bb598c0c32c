"""Arguments of fields: those that all subgraphs with the field know."""

from collections.abc import Mapping

from graphql import ValueNode

from gateway.composition import codes
from gateway.composition.codes import Code
from gateway.composition.merge.context import Merge
from gateway.composition.merge.descriptions import merge_description
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.type_refs import merge_argument_ref
from gateway.federation.model import ArgumentDef, FieldDef, first
from gateway.federation.values import same, text


def merge_arguments(
    merge: Merge, fields: Mapping[int, FieldDef], coordinate: str
) -> dict[str, ArgumentDef]:
    """The merged field's arguments; those set from a context are no client's business."""
    names = dict.fromkeys(name for field in fields.values() for name in field.args)
    merged: dict[str, ArgumentDef] = {}
    for name in names:
        full = f"{coordinate}({name}:)"
        sources = {i: field.args[name] for i, field in fields.items() if name in field.args}
        contextual = [i for i, arg in sources.items() if first(arg.directives, "fromContext")]
        if contextual:
            _check_contextual(merge, sources, contextual, full)
        elif len(sources) == len(fields):
            merged[name] = merge_argument(merge, sources, full)
        else:
            _missing(merge, fields, sources, full)
    return merged


def merge_argument(
    merge: Merge, sources: Mapping[int, ArgumentDef], coordinate: str
) -> ArgumentDef:
    """The argument of a field, or of a directive, that all sources have."""
    type_, _ = merge_argument_ref(merge, {i: a.type for i, a in sources.items()}, coordinate)
    default = merge_default(
        merge,
        {i: a.default for i, a in sources.items()},
        f'Argument "{coordinate}"',
        coordinate,
        codes.FIELD_ARGUMENT_DEFAULT_MISMATCH,
    )
    some = next(iter(sources.values()))
    return ArgumentDef(
        some.name,
        type_,
        default,
        merge_description(merge, {i: a.description for i, a in sources.items()}, coordinate),
        merge_directives(merge, {i: a.directives for i, a in sources.items()}, coordinate),
    )


def merge_default(
    merge: Merge,
    defaults: Mapping[int, ValueNode | None],
    element: str,
    coordinate: str,
    mismatch: Code,
) -> ValueNode | None:
    """The default that all subgraphs give; none where some give none."""
    given = {index: value for index, value in defaults.items() if value is not None}
    if not given:
        return None
    chosen = next(iter(given.values()))
    shown = {index: text(value) for index, value in given.items()}
    if any(not same(chosen, value) for value in given.values()):
        merge.report.error(
            mismatch,
            f"{element} has incompatible default values across subgraphs: it has"
            f" {merge.by_value(shown, 'default value')}",
            *merge.places(given, coordinate),
        )
        return chosen
    if len(given) == len(defaults):
        return chosen
    without = merge.listed(index for index in defaults if index not in given)
    merge.report.hint(
        codes.INCONSISTENT_DEFAULT_VALUE_PRESENCE,
        f"{element} has a default value in only some subgraphs: will not use a default in the"
        f' supergraph (there is no default in {without}) but "{coordinate}" has'
        f" {merge.by_value(shown, 'default value')}.",
        *merge.places(defaults, coordinate),
    )
    return None


def _missing(
    merge: Merge,
    fields: Mapping[int, FieldDef],
    sources: Mapping[int, ArgumentDef],
    coordinate: str,
) -> None:
    absent = [index for index in fields if index not in sources]
    required = [index for index, argument in sources.items() if argument.required]
    if required:
        merge.report.error(
            codes.REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH,
            f'Argument "{coordinate}" is required in some subgraphs but does not appear in all'
            f" subgraphs: it is required in {merge.listed(required)} but does not appear in"
            f" {merge.listed(absent)}",
            *merge.places(fields, coordinate),
        )
        return
    merge.report.hint(
        codes.INCONSISTENT_ARGUMENT_PRESENCE,
        f'Optional argument "{coordinate}" will not be included in the supergraph as it does not'
        f" appear in all subgraphs: it is defined in {merge.listed(sources)} but not in"
        f" {merge.listed(absent)}.",
        *merge.places(sources, coordinate),
    )


def _check_contextual(
    merge: Merge,
    sources: Mapping[int, ArgumentDef],
    contextual: list[int],
    coordinate: str,
) -> None:
    for index, argument in sources.items():
        if index in contextual:
            continue
        where = f"{merge.listed(contextual)} but not in {merge.listed([index])}"
        if argument.required:
            merge.report.error(
                codes.CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS,
                f'Argument "{coordinate}" is mandatory and set from a context in {where}: it needs'
                " a default, or a context in each subgraph",
                *merge.places(sources, coordinate),
            )
        else:
            merge.report.hint(
                codes.CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS_HINT,
                f'Argument "{coordinate}" will not be included in the supergraph: it is set from a'
                f" context in {where}.",
                *merge.places(sources, coordinate),
            )
