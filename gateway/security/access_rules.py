"""Which types and fields need a signed-in client, or scopes: `@authenticated`, `@requiresScopes`.

Read from the supergraph, where composition has already joined what several subgraphs say. The
directives go by the names that the supergraph's `@link`s give them.
"""

from collections.abc import Iterator, Mapping, Sequence

from graphql import (
    DirectiveNode,
    DocumentNode,
    ListValueNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    ValueNode,
)
from graphql.language import InterfaceTypeDefinitionNode

from gateway.security.identity import Identity

Requirement = frozenset[frozenset[str]]
"""Any one of the sets of scopes, and a signed-in client in any case."""

SIGNED_IN: Requirement = frozenset({frozenset()})
_AUTHENTICATED = "https://specs.apollo.dev/authenticated/"
_REQUIRES_SCOPES = "https://specs.apollo.dev/requiresScopes/"


def meets(identity: Identity, requirement: Requirement) -> bool:
    """Whether a client may see what needs this."""
    return identity.authenticated and any(scopes <= identity.scopes for scopes in requirement)


class AccessRules:
    """Requirements by type, and by type and field."""

    def __init__(
        self,
        types: Mapping[str, frozenset[Requirement]],
        fields: Mapping[tuple[str, str], frozenset[Requirement]],
    ) -> None:
        self._types = types
        self._fields = fields

    def __bool__(self) -> bool:
        return bool(self._types or self._fields)

    def of_type(self, name: str) -> frozenset[Requirement]:
        """All of these are needed to see anything of the type."""
        return self._types.get(name, frozenset())

    def of_field(self, type_name: str, field_name: str) -> frozenset[Requirement]:
        """All of these are needed to see the field, besides what its types need."""
        return self._fields.get((type_name, field_name), frozenset())


def read_access_rules(supergraph: DocumentNode) -> AccessRules:
    """The rules that a supergraph's SDL states."""
    reader = _Reader(_linked_names(supergraph))
    types: dict[str, frozenset[Requirement]] = {}
    fields: dict[tuple[str, str], frozenset[Requirement]] = {}
    for definition in supergraph.definitions:
        if not isinstance(definition, TypeDefinitionNode):
            continue
        type_name = definition.name.value
        if found := reader.requirements(definition.directives or ()):
            types[type_name] = found
        if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for field in definition.fields or ():
                if found := reader.requirements(field.directives or ()):
                    fields[type_name, field.name.value] = found
    return AccessRules(types, fields)


class _Reader:
    """Reads requirements off directives that go by the given names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def requirements(self, directives: Sequence[DirectiveNode]) -> frozenset[Requirement]:
        return frozenset(self._read(directives))

    def _read(self, directives: Sequence[DirectiveNode]) -> Iterator[Requirement]:
        for directive in directives:
            match self._names.get(directive.name.value):
                case "authenticated":
                    yield SIGNED_IN
                case "requiresScopes":
                    yield frozenset(_scope_sets(_argument(directive, "scopes")))
                case _:
                    continue


def _scope_sets(value: ValueNode | None) -> Iterator[frozenset[str]]:
    for scopes in _items(value):
        yield frozenset(
            scope.value for scope in _items(scopes) if isinstance(scope, StringValueNode)
        )


def _items(value: ValueNode | None) -> Sequence[ValueNode]:
    """A list's items; a single value stands for a list of it (GraphQL section 3.11)."""
    if value is None:
        return ()
    return value.values if isinstance(value, ListValueNode) else (value,)


def _linked_names(document: DocumentNode) -> dict[str, str]:
    """The names that directives go by in this document -> the names their specifications give."""
    names: dict[str, str] = {}
    for definition in document.definitions:
        if not isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            continue
        for directive in definition.directives or ():
            url = _string(_argument(directive, "url"))
            alias = _string(_argument(directive, "as"))
            for start, name in (
                (_AUTHENTICATED, "authenticated"),
                (_REQUIRES_SCOPES, "requiresScopes"),
            ):
                if url.startswith(start):
                    names[alias or name] = name
                    names.update(_imported(_argument(directive, "import"), name))
    return names


def _imported(value: ValueNode | None, name: str) -> Iterator[tuple[str, str]]:
    """What an import of `@name` calls it, where it is spelled `{name: "@name", as: "@other"}`."""
    for item in _items(value):
        fields = {field.name.value: field.value for field in getattr(item, "fields", ())}
        if _string(fields.get("name")) == f"@{name}" and "as" in fields:
            yield _string(fields["as"]).removeprefix("@"), name


def _argument(directive: DirectiveNode, name: str) -> ValueNode | None:
    for argument in directive.arguments or ():
        if argument.name.value == name:
            return argument.value
    return None


def _string(value: ValueNode | None) -> str:
    return value.value if isinstance(value, StringValueNode) else ""
