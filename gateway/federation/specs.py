"""The specifications that composition knows: their directives and types, by version.

Federation versions only ever add, so each directive says since when it is there. Types of a
specification are written `{Name}` and become local names (`federation__FieldSet`) on use.

Specification: https://specs.apollo.dev/federation/v2.14 and the specifications named below.
"""

from functools import cache

import msgspec
from graphql import DirectiveDefinitionNode, InputObjectTypeDefinitionNode, parse, print_ast

from gateway.federation.links import FEDERATION, Link
from gateway.federation.model import (
    ArgumentDef,
    DirectiveDef,
    EnumValueDef,
    FieldDef,
    Kind,
    TypeDef,
)

Version = tuple[int, int]

LATEST_FEDERATION: Version = (2, 14)
# What a federation 1 subgraph is taken to link once upgraded: only these may it define itself.
UPGRADED_FEDERATION: Version = (2, 4)

_EVERYWHERE = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM"
    " | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_AUTHORIZED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"


class SpecDirective(msgspec.Struct, frozen=True):
    """A directive as SDL with `{Type}` place-holders, present from version `since` on."""

    name: str
    since: Version
    sdl: str


class Spec(msgspec.Struct, frozen=True):
    """A specification: `types` are SDL with place-holders, `federation` the least version it needs.

    With `purpose` SECURITY or EXECUTION a reader of the supergraph must know the specification.
    """

    identity: str
    versions: tuple[Version, ...]
    directives: tuple[SpecDirective, ...]
    types: tuple[str, ...] = ()
    purpose: str | None = None
    needs_federation: tuple[tuple[Version, Version], ...] = ()

    @property
    def name(self) -> str:
        return self.identity.rsplit("/", 1)[-1]

    def directives_of(self, version: Version) -> list[SpecDirective]:
        """The directives of that version; where one changed, its newest form."""
        newest = {d.name: d for d in self.directives if d.since <= version}
        return list(newest.values())


_CONTEXT = (
    SpecDirective(
        "context", (2, 8), "directive @context(name: String!) repeatable on INTERFACE|OBJECT|UNION"
    ),
    SpecDirective(
        "fromContext",
        (2, 8),
        "directive @fromContext(field: {ContextFieldValue}) on ARGUMENT_DEFINITION",
    ),
)
_COST = (
    SpecDirective(
        "cost",
        (2, 9),
        "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION"
        " | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
    ),
    SpecDirective(
        "listSize",
        (2, 9),
        "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
        " requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    ),
)
_TAG = SpecDirective(
    "tag", (2, 0), f"directive @tag(name: String!) repeatable on {_EVERYWHERE} | SCHEMA"
)
_INACCESSIBLE = SpecDirective("inaccessible", (2, 0), f"directive @inaccessible on {_EVERYWHERE}")
_AUTHENTICATED = SpecDirective(
    "authenticated", (2, 5), f"directive @authenticated on {_AUTHORIZED}"
)
_REQUIRES_SCOPES = SpecDirective(
    "requiresScopes",
    (2, 5),
    f"directive @requiresScopes(scopes: [[{{Scope}}!]!]!) on {_AUTHORIZED}",
)
_POLICY = SpecDirective(
    "policy", (2, 6), f"directive @policy(policies: [[{{Policy}}!]!]!) on {_AUTHORIZED}"
)

FEDERATION_SPEC = Spec(
    identity=FEDERATION,
    versions=tuple((2, minor) for minor in range(LATEST_FEDERATION[1] + 1)),
    directives=(
        SpecDirective(
            "key",
            (2, 0),
            "directive @key(fields: {FieldSet}!, resolvable: Boolean = true) repeatable"
            " on OBJECT | INTERFACE",
        ),
        SpecDirective(
            "requires", (2, 0), "directive @requires(fields: {FieldSet}!) on FIELD_DEFINITION"
        ),
        SpecDirective(
            "provides", (2, 0), "directive @provides(fields: {FieldSet}!) on FIELD_DEFINITION"
        ),
        SpecDirective(
            "external",
            (2, 0),
            "directive @external(reason: String) on OBJECT | FIELD_DEFINITION",
        ),
        _TAG,
        SpecDirective("extends", (2, 0), "directive @extends on OBJECT | INTERFACE"),
        SpecDirective("shareable", (2, 0), "directive @shareable on OBJECT | FIELD_DEFINITION"),
        SpecDirective(
            "shareable", (2, 2), "directive @shareable repeatable on OBJECT | FIELD_DEFINITION"
        ),
        _INACCESSIBLE,
        SpecDirective("override", (2, 0), "directive @override(from: String!) on FIELD_DEFINITION"),
        SpecDirective(
            "override",
            (2, 7),
            "directive @override(from: String!, label: String) on FIELD_DEFINITION",
        ),
        SpecDirective(
            "composeDirective",
            (2, 1),
            "directive @composeDirective(name: String) repeatable on SCHEMA",
        ),
        SpecDirective("interfaceObject", (2, 3), "directive @interfaceObject on OBJECT"),
        _AUTHENTICATED,
        _REQUIRES_SCOPES,
        _POLICY,
        *_CONTEXT,
        *_COST,
        SpecDirective(
            "cacheTag",
            (2, 12),
            "directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION",
        ),
    ),
    types=(
        "scalar {FieldSet}",
        "scalar {Scope}",
        "scalar {Policy}",
        "scalar {ContextFieldValue}",
    ),
)

LINK_SPEC = Spec(
    identity="https://specs.apollo.dev/link",
    versions=((1, 0),),
    directives=(
        SpecDirective(
            "link",
            (1, 0),
            "directive @link(url: String, as: String, for: {Purpose}, import: [{Import}])"
            " repeatable on SCHEMA",
        ),
    ),
    types=("scalar {Import}", "enum {Purpose} { SECURITY EXECUTION }"),
)

_CONNECT_TYPES = (
    "scalar {URLPathTemplate}",
    "scalar {JSONSelection}",
    "input {ConnectorErrors} { message: {JSONSelection} extensions: {JSONSelection} }",
    "input {HTTPHeaderMapping} { name: String! from: String value: String }",
    "input {ConnectBatch} { maxSize: Int }",
    "input {SourceHTTP} { baseURL: String! headers: [{HTTPHeaderMapping}!]"
    " path: {JSONSelection} queryParams: {JSONSelection} }",
    "input {ConnectHTTP} { GET: {URLPathTemplate} POST: {URLPathTemplate} PUT: {URLPathTemplate}"
    " PATCH: {URLPathTemplate} DELETE: {URLPathTemplate} body: {JSONSelection}"
    " headers: [{HTTPHeaderMapping}!] path: {JSONSelection} queryParams: {JSONSelection} }",
)

CONNECT_SPEC = Spec(
    identity="https://specs.apollo.dev/connect",
    versions=((0, 1), (0, 2), (0, 3), (0, 4)),
    directives=(
        SpecDirective(
            "connect",
            (0, 1),
            "directive @connect(source: String, id: String, http: {ConnectHTTP},"
            " batch: {ConnectBatch}, errors: {ConnectorErrors}, selection: {JSONSelection}!,"
            " entity: Boolean = false, isSuccess: {JSONSelection})"
            " repeatable on FIELD_DEFINITION | OBJECT",
        ),
        SpecDirective(
            "source",
            (0, 1),
            "directive @source(name: String!, http: {SourceHTTP}!, errors: {ConnectorErrors},"
            " isSuccess: {JSONSelection}) repeatable on SCHEMA",
        ),
    ),
    types=_CONNECT_TYPES,
    purpose="EXECUTION",
    needs_federation=(
        ((0, 1), (2, 10)),
        ((0, 2), (2, 11)),
        ((0, 3), (2, 12)),
        ((0, 4), (2, 13)),
    ),
)


def _composed(
    name: str,
    version: Version,
    since: Version,
    *directives: SpecDirective,
    types: tuple[str, ...] = (),
    purpose: str | None = None,
) -> Spec:
    return Spec(
        identity=f"https://specs.apollo.dev/{name}",
        versions=(version,),
        directives=tuple(msgspec.structs.replace(d, since=version) for d in directives),
        types=types,
        purpose=purpose,
        needs_federation=((version, since),),
    )


# The specifications under which a supergraph carries federation's own directives.
COMPOSED_SPECS = (
    _composed("tag", (0, 3), (2, 0), _TAG),
    _composed("inaccessible", (0, 2), (2, 0), _INACCESSIBLE, purpose="SECURITY"),
    _composed("authenticated", (0, 1), (2, 5), _AUTHENTICATED, purpose="SECURITY"),
    _composed(
        "requiresScopes",
        (0, 1),
        (2, 5),
        _REQUIRES_SCOPES,
        types=("scalar {Scope}",),
        purpose="SECURITY",
    ),
    _composed("policy", (0, 1), (2, 6), _POLICY, types=("scalar {Policy}",), purpose="SECURITY"),
    _composed(
        "context",
        (0, 1),
        (2, 8),
        *_CONTEXT,
        types=("scalar {ContextFieldValue}",),
        purpose="SECURITY",
    ),
    _composed("cost", (0, 1), (2, 9), *_COST),
)
COST_SPEC = COMPOSED_SPECS[-1]

_ON = "on OBJECT | FIELD_DEFINITION"
_STRATEGY_TYPES = {
    "max": "Int!",
    "min": "Int!",
    "sum": "Int!",
    "intersection": "[String!]!",
    "union": "[String!]!",
    "nullable_and": "Boolean",
    "nullable_max": "Int",
    "nullable_min": "Int",
    "nullable_sum": "Int",
    "nullable_union": "[String!]",
    "dnf_conjunction": "[[String!]!]!",
    "dnf_disjunction": "[[String!]!]!",
}
# One specification for each way of merging a directive's argument, named after it: a subgraph may
# link `https://specs.apollo.dev/max/v0.1` and have `@max(value:)` merged to the greatest value.
STRATEGY_SPECS = tuple(
    _composed(
        name,
        (0, 1),
        (2, 0),
        SpecDirective(name, (0, 1), f"directive @{name}(value: {type_}) {_ON}"),
    )
    for name, type_ in _STRATEGY_TYPES.items()
)

# What a subgraph may link besides federation: their definitions need not be repeated in its SDL.
LINKABLE = {
    spec.identity: spec
    for spec in (LINK_SPEC, FEDERATION_SPEC, CONNECT_SPEC, COST_SPEC, *STRATEGY_SPECS)
}
# Specifications that only supergraphs link; subgraphs import these directives from federation.
SUPERGRAPH_ONLY = {spec.identity: spec for spec in COMPOSED_SPECS if spec is not COST_SPEC}

FEDERATION_1_SDL = (
    "directive @key(fields: _FieldSet!, resolvable: Boolean = true) repeatable on OBJECT|INTERFACE",
    "directive @requires(fields: _FieldSet!) on FIELD_DEFINITION",
    "directive @provides(fields: _FieldSet!) on FIELD_DEFINITION",
    "directive @external(reason: String) on OBJECT | FIELD_DEFINITION",
    _TAG.sdl,
    "directive @extends on OBJECT | INTERFACE",
)


@cache
def directive_def(sdl: str) -> DirectiveDef:
    """The definition that SDL without place-holders holds."""
    node = parse(sdl, no_location=True).definitions[0]
    assert isinstance(node, DirectiveDefinitionNode)  # noqa: S101 - our own text
    args = {
        a.name.value: ArgumentDef(a.name.value, print_ast(a.type), a.default_value)
        for a in node.arguments or ()
    }
    locations = tuple(location.value for location in node.locations)
    return DirectiveDef(node.name.value, args, locations, node.repeatable)


@cache
def type_def(sdl: str) -> TypeDef:
    """The scalar, enum or input object that SDL without place-holders holds."""
    node = parse(sdl, no_location=True).definitions[0]
    name = node.name.value  # type: ignore[attr-defined]
    if isinstance(node, InputObjectTypeDefinitionNode):
        fields = {
            f.name.value: FieldDef(f.name.value, print_ast(f.type)) for f in node.fields or ()
        }
        return TypeDef(name, Kind.INPUT, fields=fields)
    if node.kind == "enum_type_definition":
        values = {v.name.value: EnumValueDef(v.name.value) for v in node.values}  # type: ignore[attr-defined]
        return TypeDef(name, Kind.ENUM, values=values)
    return TypeDef(name, Kind.SCALAR)


def localized(sdl: str, link: Link) -> str:
    """SDL with its `{Type}` place-holders replaced by the names under which they were linked."""
    parts = sdl.split("{")
    out = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        if brace and name.isidentifier():
            out.append(link.local_type(name) + rest)
        else:
            out.append("{" + part)
    return "".join(out)
