"""Which directives the supergraph keeps, and under which names.

Three kinds are kept: GraphQL's own, federation's (each under a specification of its own), and those
that `@composeDirective` asks for. Some federation directives only matter with the subgraph that
applied them: these go into `@join__directive`.
"""

from enum import StrEnum

import msgspec
from graphql import ValueNode

from gateway.composition import codes
from gateway.composition.errors import Place, Report
from gateway.federation.model import Applied, DirectiveDef, Schema, TypeDef
from gateway.federation.specs import (
    COMPOSED_SPECS,
    CONNECT_SPEC,
    STRATEGY_SPECS,
    Spec,
    Version,
    directive_def,
    type_def,
)
from gateway.federation.values import enum, items, record, string

CACHE_TAG = "https://specs.apollo.dev/cacheTag"


class Strategy(StrEnum):
    """A way of merging differing values of an argument."""

    MAX = "MAX"
    MIN = "MIN"
    SUM = "SUM"
    INTERSECTION = "INTERSECTION"
    UNION = "UNION"
    NULLABLE_AND = "NULLABLE_AND"
    NULLABLE_MAX = "NULLABLE_MAX"
    NULLABLE_MIN = "NULLABLE_MIN"
    NULLABLE_SUM = "NULLABLE_SUM"
    NULLABLE_UNION = "NULLABLE_UNION"
    DNF_CONJUNCTION = "DNF_CONJUNCTION"
    DNF_DISJUNCTION = "DNF_DISJUNCTION"


_STRATEGIES: dict[str, dict[str, Strategy]] = {
    "cost": {"weight": Strategy.MAX},
    "listSize": {
        "assumedSize": Strategy.NULLABLE_MAX,
        "slicingArguments": Strategy.NULLABLE_UNION,
        "sizedFields": Strategy.NULLABLE_UNION,
        "requireOneSlicingArgument": Strategy.NULLABLE_AND,
    },
    "requiresScopes": {"scopes": Strategy.DNF_CONJUNCTION},
    "policy": {"policies": Strategy.DNF_CONJUNCTION},
} | {spec.name: {"value": Strategy(spec.name.upper())} for spec in STRATEGY_SPECS}


class ComposedDirective(msgspec.Struct):
    """A directive that the supergraph keeps; `federation` is federation's name for it, if any."""

    definition: DirectiveDef
    strategies: dict[str, Strategy] = {}
    federation: str | None = None
    is_custom: bool = False

    @property
    def name(self) -> str:
        return self.definition.name


class SupergraphLink(msgspec.Struct):
    """A `@link` of the supergraph: `imports` pairs directives with their names here."""

    identity: str
    name: str
    version: Version
    purpose: str | None = None
    imports: list[tuple[str, str]] = []


class ComposedDirectives(msgspec.Struct):
    """By subgraph's index, local names to what becomes of them; and what the supergraph needs."""

    kept: list[dict[str, ComposedDirective]]
    joined: list[dict[str, str]]
    links: list[SupergraphLink]
    definitions: list[DirectiveDef]
    types: list[TypeDef]


_BUILT_IN = {
    "deprecated": 'directive @deprecated(reason: String = "No longer supported") on ENUM_VALUE',
    "specifiedBy": "directive @specifiedBy(url: String!) on SCALAR",
    "oneOf": "directive @oneOf on INPUT_OBJECT",
}


def compose_federation_directives(schemas: list[Schema], report: Report) -> ComposedDirectives:
    """What becomes of GraphQL's and federation's directives."""
    built_in = {name: ComposedDirective(directive_def(sdl)) for name, sdl in _BUILT_IN.items()}
    result = ComposedDirectives(
        [dict(built_in) for _ in schemas], [{} for _ in schemas], [], [], []
    )
    used = [_used_directives(schema) for schema in schemas]
    for spec in (*COMPOSED_SPECS, *STRATEGY_SPECS):
        _compose_spec(spec, schemas, used, result, report)
    _join_cache_tags(schemas, used, result)
    _join_connectors(schemas, result)
    return result


def _used_directives(schema: Schema) -> dict[str, str]:
    """Federation's names of the directives applied anywhere, with their local names."""
    used: dict[str, str] = {}

    def note(directives: list[Applied]) -> None:
        for applied in directives:
            if applied.federation is not None:
                used[applied.federation] = applied.name

    note(schema.directives)
    for type_ in schema.types.values():
        note(type_.directives)
        for field in type_.fields.values():
            note(field.directives)
            for argument in field.args.values():
                note(argument.directives)
        for value in type_.values.values():
            note(value.directives)
    for definition in schema.directive_defs.values():
        for argument in definition.args.values():
            note(argument.directives)
    return used


def _compose_spec(
    spec: Spec,
    schemas: list[Schema],
    used: list[dict[str, str]],
    result: ComposedDirectives,
    report: Report,
) -> None:
    wanted = [d.name for d in spec.directives if d.name != "fromContext"]
    if not any(name in names for names in used for name in wanted):
        return
    link = SupergraphLink(spec.identity, spec.name, spec.versions[-1], spec.purpose)
    for directive in spec.directives:
        default = spec.name if directive.name == spec.name else f"{spec.name}__{directive.name}"
        name = default
        if directive.name in wanted:
            locals_ = {
                i: names[directive.name] for i, names in enumerate(used) if directive.name in names
            }
            if len(set(locals_.values())) > 1:
                _name_mismatch(spec, directive.name, schemas, locals_, report)
                continue
            name = next(iter(locals_.values()), default)
        if name != default:
            link.imports.append((directive.name, name))
        sdl = directive.sdl
        for type_ in spec.types:
            placeholder = type_.split("{")[1].split("}")[0]
            sdl = sdl.replace("{" + placeholder + "}", f"{spec.name}__{placeholder}")
        definition = msgspec.structs.replace(directive_def(sdl), name=name)
        composed = ComposedDirective(
            definition, _STRATEGIES.get(directive.name, {}), directive.name
        )
        result.definitions.append(definition)
        for index, names in enumerate(used):
            if directive.name in wanted and directive.name in names:
                result.kept[index][names[directive.name]] = composed
    for type_ in spec.types:
        placeholder = type_.split("{")[1].split("}")[0]
        result.types.append(type_def(f"scalar {spec.name}__{placeholder}"))
    result.links.append(link)


def _name_mismatch(
    spec: Spec, name: str, schemas: list[Schema], locals_: dict[int, str], report: Report
) -> None:
    said = " but ".join(
        f'"@{local}" in subgraph "{schemas[index].name}"' for index, local in locals_.items()
    )
    report.error(
        codes.LINK_IMPORT_NAME_MISMATCH,
        f'The "@{name}" directive (from {spec.identity}) is imported with mismatched name between'
        f" subgraphs: it is imported as {said}",
        *(Place(schemas[index].name, "schema") for index in locals_),
    )


def _join_cache_tags(
    schemas: list[Schema], used: list[dict[str, str]], result: ComposedDirectives
) -> None:
    for index in range(len(schemas)):
        if "cacheTag" in used[index]:
            result.joined[index][used[index]["cacheTag"]] = "federation__cacheTag"
    if any("cacheTag" in names for names in used):
        result.links.append(SupergraphLink(CACHE_TAG, "cacheTag", (0, 1), "EXECUTION"))


def _join_connectors(schemas: list[Schema], result: ComposedDirectives) -> None:
    versions = []
    for index, schema in enumerate(schemas):
        for link in schema.links:
            if link.identity == CONNECT_SPEC.identity:
                versions.append(link.version)
                for directive in CONNECT_SPEC.directives:
                    local = link.local_directive(directive.name)
                    result.joined[index][local] = local
    if versions:
        version = max((0, 3), *versions)
        result.links.append(SupergraphLink(CONNECT_SPEC.identity, "connect", version, "EXECUTION"))


def link_applications(links: list[SupergraphLink]) -> list[Applied]:
    """The supergraph's `@link`s, with `as` where names would clash or are no GraphQL names."""
    applications = [
        Applied("link", {"url": string("https://specs.apollo.dev/link/v1.0")}),
        Applied(
            "link",
            {"url": string("https://specs.apollo.dev/join/v0.5"), "for": enum("EXECUTION")},
        ),
    ]
    renamed = 0
    for link in links:
        version = f"v{link.version[0]}.{link.version[1]}"
        args = {"url": string(f"{link.identity}/{version}")}
        if _needs_alias(link, links):
            letters = "".join(c for c in link.name if c.isalnum() or c == "_")
            args["as"] = string(f"_{renamed}{letters}")
            renamed += 1
        if link.purpose is not None:
            args["for"] = enum(link.purpose)
        if link.imports:
            args["import"] = items(_import(name, local) for name, local in link.imports)
        applications.append(Applied("link", args))
    return applications


def _import(name: str, local: str) -> ValueNode:
    if name == local:
        return string(f"@{name}")
    return record({"name": string(f"@{name}"), "as": string(f"@{local}")})


def _needs_alias(link: SupergraphLink, links: list[SupergraphLink]) -> bool:
    if not link.name.isidentifier():
        return True
    return any(
        local == link.name or local.startswith(f"{link.name}__")
        for other in links
        if other is not link
        for _, local in other.imports
    )
