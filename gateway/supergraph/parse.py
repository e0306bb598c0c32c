"""Reads a supergraph's SDL: the join specification, v0.1 to v0.5, into the typed model.

Specification: https://specs.apollo.dev/join/v0.3 (v0.4 adds override labels, v0.5 contexts).
In v0.1 value types carry no `@join__type`, and an entity's fields belong to its owner.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from gateway.selections.model import OperationKind, SelectionSet
from gateway.selections.parse import FieldSetError, parse_field_set
from gateway.supergraph.api_schema import build_api_schema
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.event_streams import event_streams
from gateway.supergraph.links import LinkedNames, linked_names
from gateway.supergraph.model import (
    Field,
    FieldJoin,
    Subgraph,
    Supergraph,
    Type,
    TypeJoin,
    TypeKind,
)

KINDS: Mapping[str, TypeKind] = {
    "scalar_type_definition": "scalar",
    "object_type_definition": "object",
    "interface_type_definition": "interface",
    "union_type_definition": "union",
    "enum_type_definition": "enum",
    "input_object_type_definition": "input",
}


def parse_supergraph(sdl: str) -> Supergraph:
    """The supergraph that the SDL describes.

    Raises:
        SupergraphError: the SDL does not parse, or is not a supergraph's.
    """
    try:
        document = parse(sdl)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (0, 0)
        place = f"at line {line}, column {column}"
        raise SupergraphError(f"the supergraph does not parse {place}: {error.message}") from error
    names = linked_names(document)
    try:
        return _Reader(document, names).supergraph()
    except KeyError as error:
        raise SupergraphError(f"the supergraph names {error}, which it does not have") from error
    except FieldSetError as error:
        raise SupergraphError(f"the supergraph is not well-formed: {error}") from error


class _Reader:
    def __init__(self, document: DocumentNode, names: LinkedNames) -> None:
        self._document = document
        self._names = names
        self._graphs = self._read_graphs()

    def supergraph(self) -> Supergraph:
        self._check_names()
        types = {
            node.name.value: self._type(node)
            for node in self._document.definitions
            if isinstance(node, TypeDefinitionNode) and not self._names.hides(node.name.value)
        }
        roots = self._roots(types)
        return Supergraph(
            subgraphs={subgraph.name: subgraph for subgraph in self._graphs.values()},
            types=types,
            roots=roots,
            possible_types=_possible_types(types),
            api_schema=build_api_schema(self._document, self._names),
            event_streams=event_streams(
                self._document, roots.get("subscription"), types, self._names.join, self._graphs
            ),
        )

    def _check_names(self) -> None:
        seen: set[str] = set()
        for node in self._document.definitions:
            if isinstance(node, TypeDefinitionNode):
                if node.name.value in seen:
                    raise SupergraphError(f"the supergraph defines {node.name.value} twice")
                seen.add(node.name.value)

    def _read_graphs(self) -> dict[str, Subgraph]:
        enum_name = f"{self._names.join}__Graph"
        for node in self._document.definitions:
            if isinstance(node, EnumTypeDefinitionNode) and node.name.value == enum_name:
                return {
                    value.name.value: Subgraph(arguments["name"], arguments.get("url") or "")
                    for value in node.values or ()
                    for arguments in self._arguments(value.directives, "graph")
                }
        raise SupergraphError(f"the supergraph has no enum {enum_name}")

    def _roots(self, types: Mapping[str, Type]) -> dict[OperationKind, str]:
        for node in self._document.definitions:
            if isinstance(node, SchemaDefinitionNode):
                return {root.operation.value: root.type.name.value for root in node.operation_types}
        defaults: dict[OperationKind, str] = {
            "query": "Query",
            "mutation": "Mutation",
            "subscription": "Subscription",
        }
        return {kind: name for kind, name in defaults.items() if name in types}

    def _arguments(
        self, directives: tuple[DirectiveNode, ...] | None, name: str
    ) -> Iterator[dict[str, Any]]:
        """The arguments of each application of a directive of the join specification."""
        wanted = f"{self._names.join}__{name}"
        for directive in directives or ():
            if directive.name.value == wanted:
                yield {
                    argument.name.value: value_from_ast_untyped(argument.value)
                    for argument in directive.arguments or ()
                }

    def _type(self, node: TypeDefinitionNode) -> Type:
        joins = tuple(
            self._type_join(arguments) for arguments in self._arguments(node.directives, "type")
        )
        owner = next(
            (
                self._graphs[found["graph"]].name
                for found in self._arguments(node.directives, "owner")
            ),
            None,
        )
        keyless = not joins or self._names.join_version == "v0.1"
        if not joins:
            joins = tuple(TypeJoin(subgraph.name) for subgraph in self._graphs.values())
        return Type(
            name=node.name.value,
            kind=KINDS[node.kind],
            joins=joins,
            fields={
                field.name.value: self._field(field, owner, joins if keyless else ())
                for field in getattr(node, "fields", None) or ()
                if isinstance(field, FieldDefinitionNode)
            },
            implements=self._implements(node, joins),
            members=self._members(node, joins),
        )

    def _type_join(self, arguments: Mapping[str, Any]) -> TypeJoin:
        return TypeJoin(
            self._graphs[arguments["graph"]].name,
            _field_set(arguments.get("key")),
            arguments.get("resolvable", True),
            arguments.get("isInterfaceObject", False),
        )

    def _field(
        self, node: FieldDefinitionNode, owner: str | None, v01_joins: tuple[TypeJoin, ...]
    ) -> Field:
        found = list(self._arguments(node.directives, "field"))
        joins: tuple[FieldJoin, ...] | None = tuple(
            self._field_join(arguments) for arguments in found if arguments.get("graph")
        )
        if not found:
            joins = None if owner is None else (FieldJoin(owner),)
        if owner is not None and joins is not None:
            joins += tuple(
                FieldJoin(join.subgraph)
                for join in v01_joins
                if join.key is not None
                and join.subgraph not in {known.subgraph for known in joins}
                and any(getattr(key, "name", None) == node.name.value for key in join.key)
            )
        return Field(
            name=node.name.value,
            type=print_ast(node.type),
            type_name=_named(node.type),
            arguments=tuple(argument.name.value for argument in node.arguments or ()),
            joins=joins,
        )

    def _field_join(self, arguments: Mapping[str, Any]) -> FieldJoin:
        return FieldJoin(
            subgraph=self._graphs[arguments["graph"]].name,
            requires=_field_set(arguments.get("requires")),
            provides=_field_set(arguments.get("provides")),
            type=arguments.get("type"),
            external=arguments.get("external", False),
            used_overridden=arguments.get("usedOverridden", False),
            override=arguments.get("override"),
            override_label=arguments.get("overrideLabel"),
        )

    def _implements(
        self, node: TypeDefinitionNode, joins: tuple[TypeJoin, ...]
    ) -> dict[str, frozenset[str]]:
        if not isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            return {}
        told = [
            (self._graphs[arguments["graph"]].name, arguments["interface"])
            for arguments in self._arguments(node.directives, "implements")
        ]
        if not told:
            told = [
                (join.subgraph, interface.name.value)
                for join in joins
                for interface in node.interfaces or ()
                if self._names.join_version in {"v0.1", "v0.2"}
            ]
        return _grouped(told)

    def _members(
        self, node: TypeDefinitionNode, joins: tuple[TypeJoin, ...]
    ) -> dict[str, frozenset[str]]:
        if not isinstance(node, UnionTypeDefinitionNode):
            return {}
        told = [
            (self._graphs[arguments["graph"]].name, arguments["member"])
            for arguments in self._arguments(node.directives, "unionMember")
        ]
        if not told:
            told = [
                (join.subgraph, member.name.value) for join in joins for member in node.types or ()
            ]
        return _grouped(told)


def _field_set(text: str | None) -> SelectionSet | None:
    return parse_field_set(text) if text else None


def _named(node: TypeNode) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]
    return node.name.value


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, frozenset[str]]:
    grouped: dict[str, set[str]] = {}
    for subgraph, name in pairs:
        grouped.setdefault(subgraph, set()).add(name)
    return {subgraph: frozenset(names) for subgraph, names in grouped.items()}


def _possible_types(types: Mapping[str, Type]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {
        type_.name: set().union(*type_.members.values())
        for type_ in types.values()
        if type_.kind in {"interface", "union"}
    }
    for type_ in types.values():
        if type_.kind == "object":
            for interface in set().union(*type_.implements.values()):
                found.setdefault(interface, set()).add(type_.name)
    return {name: frozenset(members) for name, members in found.items()}
