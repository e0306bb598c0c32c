"""Directives for operations: kept where all subgraphs know them, as far as they agree."""

from collections.abc import Mapping

import msgspec

from gateway.composition import codes
from gateway.composition.merge.arguments import merge_argument
from gateway.composition.merge.context import Merge
from gateway.composition.merge.descriptions import merge_description
from gateway.federation.model import ArgumentDef, DirectiveDef
from gateway.federation.read import BUILT_IN_DIRECTIVES
from gateway.supergraph.api_schema import EXECUTABLE_LOCATIONS


def merge_executable_directives(merge: Merge) -> list[DirectiveDef]:
    """The definitions that operations may use on the supergraph."""
    names = dict.fromkeys(
        name
        for schema in merge.schemas
        for name, definition in schema.directive_defs.items()
        if name not in BUILT_IN_DIRECTIVES
        and name not in schema.federation
        and set(definition.locations) & set(EXECUTABLE_LOCATIONS)
    )
    merged = (_merge(merge, name) for name in names)
    return [definition for definition in merged if definition is not None]


def _merge(merge: Merge, name: str) -> DirectiveDef | None:
    sources: dict[int, DirectiveDef] = {}
    for index, schema in enumerate(merge.schemas):
        definition = schema.directive_defs.get(name)
        if definition is not None:
            own = tuple(place for place in EXECUTABLE_LOCATIONS if place in definition.locations)
            sources[index] = msgspec.structs.replace(definition, locations=own)
    absent = [index for index in range(len(merge.schemas)) if index not in sources]
    if absent:
        merge.report.hint(
            codes.INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE,
            f'Executable directive "@{name}" will not be part of the supergraph as it does not'
            f" appear in all subgraphs: it is defined in {merge.listed(sources)} but not in"
            f" {merge.listed(absent)}.",
            *merge.places(sources, f"@{name}"),
        )
        return None
    locations = _locations(merge, name, sources)
    if not locations:
        return None
    description = merge_description(
        merge, {i: d.description for i, d in sources.items()}, f"@{name}"
    )
    return DirectiveDef(
        name,
        _arguments(merge, name, sources),
        locations,
        _repeatable(merge, name, sources),
        description,
    )


def _locations(merge: Merge, name: str, sources: Mapping[int, DirectiveDef]) -> tuple[str, ...]:
    shown = {index: f'"{", ".join(d.locations)}"' for index, d in sources.items()}
    common = tuple(
        place
        for place in EXECUTABLE_LOCATIONS
        if all(place in d.locations for d in sources.values())
    )
    places = merge.places(sources, f"@{name}")
    if not common:
        merge.report.hint(
            codes.NO_EXECUTABLE_DIRECTIVE_INTERSECTION,
            f'Executable directive "@{name}" has no location that is common to all subgraphs: it'
            " will not appear in the supergraph as there no intersection between"
            f" {merge.by_value(shown, 'locations')}.",
            *places,
        )
    elif len(set(shown.values())) > 1:
        merge.report.hint(
            codes.INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS,
            f'Executable directive "@{name}" has inconsistent locations across subgraphs. The'
            f' supergraph will use "{", ".join(common)}" (those common to all), but found'
            f" {merge.by_value(shown, 'locations')}.",
            *places,
        )
    return common


def _repeatable(merge: Merge, name: str, sources: Mapping[int, DirectiveDef]) -> bool:
    repeatable = [index for index, d in sources.items() if d.repeatable]
    single = [index for index in sources if index not in repeatable]
    if repeatable and single:
        merge.report.hint(
            codes.INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE,
            f'Executable directive "@{name}" will not be marked repeatable in the supergraph as it'
            " is inconsistently marked repeatable in subgraphs: it is not repeatable in"
            f" {merge.listed(single)} but is repeatable in {merge.listed(repeatable)}.",
            *merge.places(sources, f"@{name}"),
        )
    return not single


def _arguments(
    merge: Merge, name: str, sources: Mapping[int, DirectiveDef]
) -> dict[str, ArgumentDef]:
    merged: dict[str, ArgumentDef] = {}
    for argument in dict.fromkeys(arg for d in sources.values() for arg in d.args):
        coordinate = f"@{name}({argument}:)"
        found = {i: d.args[argument] for i, d in sources.items() if argument in d.args}
        absent = [index for index in sources if index not in found]
        required = [index for index, arg in found.items() if arg.required]
        if absent and required:
            merge.report.error(
                codes.REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH,
                f'Argument "{coordinate}" is required in {merge.listed(required)} but does not'
                f" appear in {merge.listed(absent)}",
                *merge.places(found, coordinate),
            )
        elif absent:
            merge.report.hint(
                codes.INCONSISTENT_ARGUMENT_PRESENCE,
                f'Optional argument "{coordinate}" will not be included in the supergraph as it'
                f" does not appear in all subgraphs: it is defined in {merge.listed(found)} but not"
                f" in {merge.listed(absent)}.",
                *merge.places(found, coordinate),
            )
        else:
            merged[argument] = merge_argument(merge, found, coordinate)
    return merged
