"""Subgraph SDL to a `Schema`: read, linked, completed, with roots under their usual names."""

import msgspec
from graphql import DocumentNode, GraphQLSyntaxError, parse

from gateway.federation.collect import Collected
from gateway.federation.definitions import complete_directive, complete_type
from gateway.federation.faults import Fault, FaultKind
from gateway.federation.links import FEDERATION, Link, read_links
from gateway.federation.model import Applied, Schema, TypeDef
from gateway.federation.specs import (
    FEDERATION_1_SDL,
    FEDERATION_SPEC,
    LINK_SPEC,
    LINKABLE,
    UPGRADED_FEDERATION,
    Spec,
    directive_def,
    localized,
    type_def,
)

_RUNTIME_TYPES = ("_Any", "_Entity", "_Service")
_RUNTIME_FIELDS = ("_entities", "_service")
_BUILT_IN = (
    "directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT",
    "directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT",
    'directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION'
    " | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE",
    "directive @specifiedBy(url: String!) on SCALAR",
    "directive @oneOf on INPUT_OBJECT",
)
_FEDERATION_1 = ("key", "requires", "provides", "external", "tag", "extends")
_FEDERATION_1_OPTIONAL = (
    "shareable",
    "override",
    "inaccessible",
    "composeDirective",
    "interfaceObject",
)
_UNKNOWN_VERSION = (FaultKind.LINK_VERSION, FaultKind.FEDERATION_VERSION)
BUILT_IN_DIRECTIVES = frozenset({"skip", "include", "deprecated", "specifiedBy", "oneOf"})


def read_schema(name: str, url: str, sdl: str) -> tuple[Schema | None, list[Fault]]:
    """The subgraph's schema, and what is wrong with it.

    Without a schema there is nothing more to say of it; with one, its own rules can be looked at.
    """
    try:
        document: DocumentNode = parse(sdl, no_location=True)
    except GraphQLSyntaxError as error:
        place = error.locations[0] if error.locations else None
        line, column = (place.line, place.column) if place else (0, 0)
        return None, [Fault(FaultKind.GRAPHQL, error.message, "", line, column)]
    collected = Collected(document)
    links, link_faults = read_links(collected.schema_directives)
    faults = [
        Fault(FaultKind.LINK_URL if f.invalid_url else FaultKind.LINK_USAGE, f.message, "schema")
        for f in link_faults
    ]
    schema = Schema(
        name=name,
        url=url,
        types=collected.types,
        directive_defs=collected.directive_defs,
        directives=collected.directives,
        roots=collected.roots,
        description=collected.description,
        links=tuple(links),
        own_directive_defs=frozenset(collected.directive_defs),
    )
    faults += _check_links(schema)
    if any(fault.kind not in _UNKNOWN_VERSION for fault in faults):
        return None, faults
    if collected.faults:
        return None, collected.faults
    faults += _complete(schema)
    _find_roots(schema)
    _name_federation(schema)
    return schema, faults


def _check_links(schema: Schema) -> list[Fault]:
    faults = []
    for link in schema.links:
        spec = LINKABLE.get(link.identity)
        if spec is not None and link.version not in spec.versions:
            kind = FaultKind.LINK_VERSION
            if link.identity == FEDERATION:
                kind = FaultKind.FEDERATION_VERSION
            message = (
                f'Schema uses unknown version {link.url.rsplit("/", 1)[1]} of "{link.identity}"'
            )
            faults.append(Fault(kind, message, "schema"))
        elif spec is not None:
            faults += _check_imports(link, spec)
        if link.identity == FEDERATION:
            schema.version = link.version
    return faults + _check_duplicates(schema.links)


def _check_imports(link: Link, spec: Spec) -> list[Fault]:
    known = {f"@{directive.name}" for directive in spec.directives_of(link.version)}
    known |= {type_.split("{")[1].split("}")[0] for type_ in spec.types}
    return [
        Fault(FaultKind.LINK_USAGE, f'Cannot import unknown element "{imported.name}".', "schema")
        for imported in link.imports
        if imported.name not in known
    ]


def _check_duplicates(links: tuple[Link, ...]) -> list[Fault]:
    seen: dict[str, Link] = {}
    faults = []
    for link in links:
        if link.identity in seen:
            message = f"Duplicate inclusion of feature {link.identity}"
            faults.append(Fault(FaultKind.LINK_USAGE, message, "schema"))
        seen[link.identity] = link
    aliases: dict[str, Link] = {}
    for link in seen.values():
        other = aliases.setdefault(link.alias, link)
        if other is not link:
            message = (
                f'Cannot link feature "{link.identity}" as "{link.alias}" since "{other.identity}"'
                ' is linked under that name. Please rename one of them via "as".'
            )
            faults.append(Fault(FaultKind.LINK_USAGE, message, "schema"))
    imported: dict[str, Link] = {}
    for link in links:
        for element in link.imports:
            other = imported.setdefault(element.local, link)
            if other is not link:
                message = (
                    f'Cannot import "{element.local}" from "{link.identity}" since it is imported'
                    f' from "{other.identity}" as well. Please rename one of them via "as".'
                )
                faults.append(Fault(FaultKind.LINK_USAGE, message, "schema"))
    return faults


def _complete(schema: Schema) -> list[Fault]:
    """Fill in the definitions of linked specifications, and check those the subgraph repeats."""
    faults: list[Fault] = []
    if schema.version is None:
        faults += _complete_federation_1(schema)
    linked = {link.identity for link in schema.links}
    links = list(schema.links)
    if LINK_SPEC.identity not in linked and links:
        links.append(Link(LINK_SPEC.identity, "link", (1, 0), "link"))
    for link in links:
        spec = LINKABLE.get(link.identity)
        if spec is LINK_SPEC or (spec is not None and link.version in spec.versions):
            faults += _complete_spec(schema, link, spec)
    for sdl in _BUILT_IN:
        built_in = directive_def(sdl)
        own = schema.directive_defs.get(built_in.name)
        if own is None or not own.args:
            schema.directive_defs[built_in.name] = built_in
    return faults


def _complete_spec(schema: Schema, link: Link, spec: Spec) -> list[Fault]:
    faults: list[Fault] = []
    types = [type_def(localized(sdl, link)) for sdl in spec.types]
    schema.spec_types |= {type_.name for type_ in types}
    for type_ in types:
        faults += complete_type(schema, type_)
    for directive in spec.directives_of(link.version):
        expected = directive_def(localized(directive.sdl, link))
        local = link.local_directive(directive.name)
        faults += complete_directive(schema, msgspec.structs.replace(expected, name=local))
    return faults


def _complete_federation_1(schema: Schema) -> list[Fault]:
    schema.spec_types |= {"_FieldSet", "FieldSet"}
    faults = complete_type(schema, type_def("scalar _FieldSet"))
    for sdl in FEDERATION_1_SDL:
        faults += complete_directive(schema, directive_def(sdl), lenient=True)
    newer = Link(FEDERATION, "federation", UPGRADED_FEDERATION, "federation")
    for directive in FEDERATION_SPEC.directives_of(UPGRADED_FEDERATION):
        if directive.name in schema.own_directive_defs and directive.name not in _FEDERATION_1:
            schema.upgrade_faults += complete_directive(
                schema, directive_def(localized(directive.sdl, newer))
            )
    return faults


def _find_roots(schema: Schema) -> None:
    """Default roots where no schema definition names others; drop what only the runtime serves."""
    for kind in ("query", "mutation", "subscription"):
        default = kind.capitalize()
        if kind not in schema.roots and default in schema.types:
            schema.roots.setdefault(kind, default)
    for name in _RUNTIME_TYPES:
        schema.types.pop(name, None)
    query = schema.types.get(schema.roots.get("query", ""))
    if query is not None:
        for name in _RUNTIME_FIELDS:
            query.fields.pop(name, None)


def _name_federation(schema: Schema) -> None:
    """Note federation's own name on every application of its directives."""
    schema.federation = _federation_names(schema)
    names = schema.federation
    if schema.version is None:
        for local in _FEDERATION_1_OPTIONAL:
            if local in schema.own_directive_defs:
                names[local] = local
    _mark(schema.directives, names)
    for type_ in schema.types.values():
        _mark_type(type_, names)
    for definition in schema.directive_defs.values():
        for argument in definition.args.values():
            _mark(argument.directives, names)


def _federation_names(schema: Schema) -> dict[str, str]:
    found = {name: name for name in _FEDERATION_1} if schema.version is None else {}
    for link in schema.links:
        if link.identity == FEDERATION:
            for directive in FEDERATION_SPEC.directives_of(link.version):
                found[link.local_directive(directive.name)] = directive.name
    for link in schema.links:
        spec = LINKABLE.get(link.identity)
        if spec is not None and link.identity not in (FEDERATION, LINK_SPEC.identity):
            for directive in spec.directives_of(link.version):
                found[link.local_directive(directive.name)] = directive.name
    return found


def _mark(directives: list[Applied], names: dict[str, str]) -> None:
    for directive in directives:
        directive.federation = names.get(directive.name)


def _mark_type(type_: TypeDef, names: dict[str, str]) -> None:
    _mark(type_.directives, names)
    for field in type_.fields.values():
        _mark(field.directives, names)
        for argument in field.args.values():
            _mark(argument.directives, names)
    for value in type_.values.values():
        _mark(value.directives, names)
