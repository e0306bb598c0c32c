"""The API schema: the supergraph as clients see it.

Left out: what is `@inaccessible` (inaccessible specification v0.2), the join and link machinery,
and every directive that says something to tools rather than to clients.
"""

from typing import Any, TypeVar, cast

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    parse,
)

from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.links import LinkedNames

(DEFER,) = parse(
    '''
"""Answer the fragment later, in a part of its own, to clients that take answers in parts."""
directive @defer(
  """Whether to do so."""
  if: Boolean! = true
  """Tells the part from others."""
  label: String
) on FRAGMENT_SPREAD | INLINE_FRAGMENT
''',
    no_location=True,
).definitions
KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})
EXECUTABLE_LOCATIONS = (
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
)
"""In the order in which they are printed."""

_Element = TypeVar("_Element")


def build_api_schema(document: DocumentNode, names: LinkedNames) -> GraphQLSchema:
    """The client's schema.

    Raises:
        SupergraphError: what is left is not a schema.
    """
    pruner = _Pruner(document, names)
    definitions = [kept for node in document.definitions if (kept := pruner.definition(node))]
    if not any(_is_defer(node) for node in definitions):
        definitions.append(DEFER)
    try:
        return build_ast_schema(
            DocumentNode(definitions=tuple(definitions)), assume_valid=True, assume_valid_sdl=True
        )
    except (GraphQLError, TypeError, KeyError) as error:
        raise SupergraphError(f"the supergraph gives no API schema: {error}") from error


def _is_defer(node: DefinitionNode) -> bool:
    return isinstance(node, DirectiveDefinitionNode) and node.name.value == "defer"


class _Pruner:
    def __init__(self, document: DocumentNode, names: LinkedNames) -> None:
        self._names = names
        self._hidden = {
            node.name.value
            for node in document.definitions
            if isinstance(node, TypeDefinitionNode)
            and (self._is_inaccessible(node.directives) or names.hides(node.name.value))
        }

    def definition(self, node: DefinitionNode) -> DefinitionNode | None:
        match node:
            case SchemaDefinitionNode():
                roots = [
                    root
                    for root in node.operation_types
                    if root.type.name.value not in self._hidden
                ]
                return SchemaDefinitionNode(operation_types=tuple(roots), directives=())
            case DirectiveDefinitionNode():
                return self._directive(node)
            case TypeDefinitionNode() if node.name.value not in self._hidden:
                return self._type(node)
            case _:
                return None

    def _directive(self, node: DirectiveDefinitionNode) -> DirectiveDefinitionNode | None:
        locations = tuple(
            location for location in node.locations if location.value in EXECUTABLE_LOCATIONS
        )
        if not locations:
            return None
        return DirectiveDefinitionNode(
            description=node.description,
            name=node.name,
            arguments=self._inputs(node.arguments),
            repeatable=node.repeatable,
            locations=locations,
        )

    def _type(self, node: TypeDefinitionNode) -> TypeDefinitionNode | None:
        common: dict[str, Any] = {
            "description": node.description,
            "name": node.name,
            "directives": self._directives(node.directives),
        }
        match node:
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                return type(node)(
                    **common,
                    interfaces=self._visible(node.interfaces),
                    fields=tuple(self._field(field) for field in self._accessible(node.fields)),
                )
            case UnionTypeDefinitionNode():
                return UnionTypeDefinitionNode(**common, types=self._visible(node.types))
            case EnumTypeDefinitionNode():
                return EnumTypeDefinitionNode(**common, values=self._accessible(node.values))
            case InputObjectTypeDefinitionNode():
                return InputObjectTypeDefinitionNode(**common, fields=self._inputs(node.fields))
            case ScalarTypeDefinitionNode():
                return ScalarTypeDefinitionNode(**common)
            case _:
                return None

    def _field(self, node: FieldDefinitionNode) -> FieldDefinitionNode:
        return FieldDefinitionNode(
            description=node.description,
            name=node.name,
            type=node.type,
            arguments=self._inputs(node.arguments),
            directives=self._directives(node.directives),
        )

    def _inputs(
        self, nodes: tuple[InputValueDefinitionNode, ...] | None
    ) -> tuple[InputValueDefinitionNode, ...]:
        return tuple(
            InputValueDefinitionNode(
                description=node.description,
                name=node.name,
                type=node.type,
                default_value=node.default_value,
                directives=self._directives(node.directives),
            )
            for node in self._accessible(nodes)
        )

    def _accessible(self, nodes: tuple[_Element, ...] | None) -> tuple[_Element, ...]:
        return tuple(
            node
            for node in nodes or ()
            if not self._is_inaccessible(getattr(node, "directives", None))
        )

    def _visible(self, nodes: tuple[NamedTypeNode, ...] | None) -> tuple[NamedTypeNode, ...]:
        return tuple(node for node in nodes or () if node.name.value not in self._hidden)

    def _directives(
        self, nodes: tuple[DirectiveNode, ...] | None
    ) -> tuple[ConstDirectiveNode, ...]:
        kept = tuple(node for node in nodes or () if node.name.value in KEPT_DIRECTIVES)
        return cast("tuple[ConstDirectiveNode, ...]", kept)

    def _is_inaccessible(self, nodes: tuple[DirectiveNode, ...] | None) -> bool:
        return any(node.name.value == self._names.inaccessible for node in nodes or ())
