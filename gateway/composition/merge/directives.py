"""The directives of one merged element."""

from collections.abc import Mapping, Sequence

from graphql import ValueNode

from gateway.composition import codes
from gateway.composition.merge.context import Merge
from gateway.composition.merge.directive_names import ComposedDirective
from gateway.composition.merge.strategies import merge_values
from gateway.federation.model import Applied
from gateway.federation.values import enum, items, make, plain, record, string, text

Sources = Mapping[int, Sequence[Applied]]


def merge_directives(merge: Merge, sources: Sources, coordinate: str) -> list[Applied]:
    """What the subgraphs' applications come to on the merged element."""
    found: dict[str, tuple[ComposedDirective, dict[int, list[Applied]]]] = {}
    shared = _composed_here(merge, sources)
    for index, directives in sources.items():
        kept = shared | merge.composed.kept[index] if shared else merge.composed.kept[index]
        for applied in directives:
            composed = kept.get(applied.name)
            if composed is None:
                continue
            entry = found.setdefault(composed.name, (composed, {}))
            entry[1].setdefault(index, []).append(_localized(merge, index, composed, applied))
    result: list[Applied] = []
    for composed, by_source in found.values():
        result += merge_applications(merge, composed, by_source, coordinate)
    return result + _joined(merge, sources)


def _composed_here(merge: Merge, sources: Sources) -> dict[str, ComposedDirective]:
    """Custom directives that a subgraph with the element composes: they hold for all with it."""
    return {
        applied.name: composed
        for index, directives in sources.items()
        for applied in directives
        if (composed := merge.composed.kept[index].get(applied.name)) is not None
        and composed.is_custom
    }


def _localized(merge: Merge, index: int, composed: ComposedDirective, applied: Applied) -> Applied:
    """The application under its name in the supergraph; contexts belong to their subgraph."""
    args = applied.args
    if composed.federation == "context":
        args = {"name": string(f"{merge.names[index]}__{plain(args['name'])}")}
    return Applied(composed.name, args, composed.federation)


def merge_applications(
    merge: Merge,
    composed: ComposedDirective,
    by_source: Mapping[int, Sequence[Applied]],
    coordinate: str,
) -> list[Applied]:
    """The applications that stay of one directive's."""
    distinct: dict[str, Applied] = {}
    users: dict[str, list[int]] = {}
    for index, applications in by_source.items():
        for applied in applications:
            key = _key(composed, applied)
            distinct.setdefault(key, applied)
            users.setdefault(key, []).append(index)
    if composed.definition.repeatable or len(distinct) == 1:
        return list(distinct.values())
    if composed.strategies:
        named = ", ".join(f'"{arg}": {way}' for arg, way in composed.strategies.items())
        merge.report.hint(
            codes.MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
            f'Directive @{composed.name} is applied to "{coordinate}" in multiple subgraphs with'
            f" different arguments. Merging strategies used by arguments: {{ {named} }}",
            *merge.places(by_source, coordinate),
        )
        return [_merged(composed, list(distinct.values()))]
    return [_most_frequent(merge, composed, distinct, users, coordinate)]


def _key(composed: ComposedDirective, applied: Applied) -> str:
    """The arguments as text, with defaults filled in."""
    return ", ".join(
        f"{name}: {text(value)}"
        for name, argument in composed.definition.args.items()
        if (value := applied.args.get(name, argument.default)) is not None
    )


def _merged(composed: ComposedDirective, applications: list[Applied]) -> Applied:
    args: dict[str, ValueNode] = {}
    for name, argument in composed.definition.args.items():
        given = [applied.args.get(name, argument.default) for applied in applications]
        values = [plain(value) if value is not None else None for value in given]
        value = merge_values(composed.strategies[name], values)
        if value is not None:
            args[name] = make(value)
    return Applied(composed.name, args, composed.federation)


def _most_frequent(
    merge: Merge,
    composed: ComposedDirective,
    distinct: dict[str, Applied],
    users: dict[str, list[int]],
    coordinate: str,
) -> Applied:
    chosen = max(distinct, key=lambda key: len(users[key]))
    others = " and ".join(
        f"arguments {{{key}}} in {merge.listed(users[key])}" for key in distinct if key != chosen
    )
    merge.report.hint(
        codes.INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
        f'Non-repeatable directive @{composed.name} is applied to "{coordinate}" in multiple'
        " subgraphs but with incompatible arguments. The supergraph will use arguments"
        f" {{{chosen}}} (from {merge.listed(users[chosen])}), but found {others}.",
        *merge.places([index for used in users.values() for index in used], coordinate),
    )
    return distinct[chosen]


def _joined(merge: Merge, sources: Sources) -> list[Applied]:
    """Directives kept for their subgraphs alone, equal ones together."""
    groups: dict[tuple[str, str], tuple[list[int], Applied]] = {}
    for index, directives in sources.items():
        joined = merge.composed.joined[index]
        for applied in directives:
            name = joined.get(applied.name)
            if name is not None:
                key = (name, text(record(applied.args)))
                groups.setdefault(key, ([], applied))[0].append(index)
    return [
        join_directive(merge, indexes, name, applied.args)
        for (name, _), (indexes, applied) in groups.items()
    ]


def join_directive(
    merge: Merge, indexes: Sequence[int], name: str, args: Mapping[str, ValueNode]
) -> Applied:
    """`@join__directive` for these subgraphs."""
    return Applied(
        "join__directive",
        {
            "graphs": items(enum(merge.graphs[index]) for index in indexes),
            "name": string(name),
            "args": record(args),
        },
    )
