"""Writes `@inaccessible` onto the elements of a supergraph's document."""

from collections.abc import Collection
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    NameNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    parse,
)

from gateway.supergraph.links import linked_directive

_SPECIFICATION = parse(
    """
    schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
    directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION \
    | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
    """,
    no_location=True,
)


def mark_inaccessible(document: DocumentNode, hidden: Collection[str]) -> DocumentNode:
    """The document with the directive on these coordinates, and linked to if need be."""
    name = linked_directive(document, "inaccessible")
    marker = _Marker(hidden, name or "inaccessible")
    definitions = [marker.definition(node) for node in document.definitions]
    if name is None and hidden:
        definitions = _linked(definitions)
    return DocumentNode(definitions=tuple(definitions))


def _linked(definitions: list[DefinitionNode]) -> list[DefinitionNode]:
    schema, directive = _SPECIFICATION.definitions
    link = getattr(schema, "directives", ())
    linked = [
        _with(node, directives=(*(node.directives or ()), *link))
        if isinstance(node, SchemaDefinitionNode)
        else node
        for node in definitions
    ]
    last = max(
        (i for i, node in enumerate(linked) if isinstance(node, DirectiveDefinitionNode)),
        default=0,
    )
    return [*linked[: last + 1], directive, *linked[last + 1 :]]


class _Marker:
    def __init__(self, hidden: Collection[str], name: str) -> None:
        self._hidden = hidden
        self._directive = DirectiveNode(name=NameNode(value=name), arguments=())

    def definition(self, node: DefinitionNode) -> DefinitionNode:
        if not isinstance(node, TypeDefinitionNode):
            return node
        coordinate = node.name.value
        changed: dict[str, Any] = {}
        for group in ("fields", "values"):
            members = getattr(node, group, None)
            if members:
                changed[group] = tuple(self._member(coordinate, each) for each in members)
        marked: DefinitionNode = self._marked(coordinate, _with(node, **changed))
        return marked

    def _member(self, owner: str, node: Any) -> Any:
        coordinate = f"{owner}.{node.name.value}"
        arguments = getattr(node, "arguments", None)
        if arguments:
            marked = tuple(
                self._marked(f"{coordinate}({each.name.value}:)", each) for each in arguments
            )
            node = _with(node, arguments=marked)
        return self._marked(coordinate, node)

    def _marked(self, coordinate: str, node: Any) -> Any:
        name = self._directive.name.value
        known = any(each.name.value == name for each in node.directives or ())
        if coordinate not in self._hidden or known:
            return node
        return _with(node, directives=(*(node.directives or ()), self._directive))


def _with(node: Any, **changed: Any) -> Any:
    """The same node with some of its parts replaced: nodes are shared, so never changed."""
    parts = {key: getattr(node, key, None) for key in node.keys}
    return type(node)(**(parts | changed))
