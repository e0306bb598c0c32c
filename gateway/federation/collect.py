"""SDL documents to `TypeDef`s: definitions and extensions of a name become one.

What GraphQL forbids about the putting together (a name defined twice) is reported here, since it
cannot be seen afterwards. Section 3 of the GraphQL specification.
"""

from collections.abc import Iterable
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    ListTypeNode,
    NonNullTypeNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeNode,
)

from gateway.federation.faults import Fault, FaultKind
from gateway.federation.model import (
    Applied,
    ArgumentDef,
    DirectiveDef,
    EnumValueDef,
    FieldDef,
    Kind,
    TypeDef,
)

_KINDS = {
    "scalar_type": Kind.SCALAR,
    "object_type": Kind.OBJECT,
    "interface_type": Kind.INTERFACE,
    "union_type": Kind.UNION,
    "enum_type": Kind.ENUM,
    "input_object_type": Kind.INPUT,
}
BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})


class Collected:
    """The document's content by name, with the faults met on the way."""

    def __init__(self, document: DocumentNode) -> None:
        self.types: dict[str, TypeDef] = {}
        self.directive_defs: dict[str, DirectiveDef] = {}
        self.schema_directives: list[DirectiveNode] = []
        self.directives: list[Applied] = []
        self.roots: dict[str, str] = {}
        self.description: str | None = None
        self.faults: list[Fault] = []
        for node in document.definitions:
            match node:
                case DirectiveDefinitionNode():
                    self._directive_definition(node)
                case SchemaDefinitionNode() | SchemaExtensionNode():
                    self._schema(node)
                case _ if node.kind.endswith(("_type_definition", "_type_extension")):
                    self._type(node)
                case _:
                    self._fault("", "A subgraph's schema may not hold operations or fragments.")

    def _fault(self, coordinate: str, message: str) -> None:
        self.faults.append(Fault(FaultKind.GRAPHQL, message, coordinate))

    def _directive_definition(self, node: DirectiveDefinitionNode) -> None:
        name = node.name.value
        if name in self.directive_defs:
            self._fault(f"@{name}", f'There can be only one directive named "@{name}".')
            return
        self.directive_defs[name] = DirectiveDef(
            name,
            self._arguments(node.arguments, f"@{name}"),
            tuple(location.value for location in node.locations),
            node.repeatable,
            _description(node),
        )

    def _schema(self, node: SchemaDefinitionNode | SchemaExtensionNode) -> None:
        extension = isinstance(node, SchemaExtensionNode)
        self.schema_directives.extend(node.directives or ())
        self.directives.extend(applied(node.directives, extension=extension))
        if not extension:
            self.description = _description(node)
        for operation in node.operation_types or ():
            kind = operation.operation.value
            if kind in self.roots:
                self._fault("schema", f"There can be only one {kind} type in schema.")
            self.roots[kind] = operation.type.name.value

    def _type(self, node: Any) -> None:
        name = node.name.value
        kind = _KINDS[node.kind.removesuffix("_definition").removesuffix("_extension")]
        extension = node.kind.endswith("_extension")
        type_ = self.types.get(name)
        if type_ is None:
            type_ = self.types[name] = TypeDef(name, kind, is_defined=False)
        elif type_.kind is not kind:
            self._fault(name, f'Cannot extend "{name}" as another kind of type: {kind}.')
            return
        elif type_.is_defined and not extension:
            self._fault(name, f'There can be only one type named "{name}".')
            return
        type_.is_defined = type_.is_defined or not extension
        type_.is_extended = type_.is_extended or extension
        if not extension:
            type_.description = _description(node)
        self._content(type_, node, extension=extension)
        type_.declarations += 1

    def _content(self, type_: TypeDef, node: Any, *, extension: bool) -> None:
        declaration = type_.declarations
        type_.directives += applied(node.directives, declaration, extension=extension)
        type_.interfaces += self._names(type_, getattr(node, "interfaces", None), type_.interfaces)
        type_.members += self._names(type_, getattr(node, "types", None), type_.members)
        for value in getattr(node, "values", None) or ():
            if value.name.value in type_.values:
                self._duplicate(type_.name, value.name.value)
            type_.values[value.name.value] = EnumValueDef(
                value.name.value, _description(value), applied(value.directives)
            )
        for field in getattr(node, "fields", None) or ():
            name = field.name.value
            if name in type_.fields:
                self._duplicate(type_.name, name)
                continue
            type_.fields[name] = FieldDef(
                name,
                ref(field.type),
                self._arguments(getattr(field, "arguments", None), f"{type_.name}.{name}"),
                getattr(field, "default_value", None),
                _description(field),
                applied(field.directives),
                declaration,
            )

    def _names(self, type_: TypeDef, nodes: Any, known: list[str]) -> list[str]:
        names: list[str] = []
        for node in nodes or ():
            name = node.name.value
            if name in known or name in names:
                self._fault(type_.name, f'Type "{type_.name}" lists "{name}" more than once.')
            else:
                names.append(name)
        return names

    def _duplicate(self, owner: str, name: str) -> None:
        self._fault(f"{owner}.{name}", f'"{owner}.{name}" can only be defined once.')

    def _arguments(self, nodes: Iterable[Any] | None, owner: str) -> dict[str, ArgumentDef]:
        arguments: dict[str, ArgumentDef] = {}
        for node in nodes or ():
            name = node.name.value
            if name in arguments:
                self._fault(f"{owner}({name}:)", f'Argument "{owner}({name}:)" is defined twice.')
            arguments[name] = ArgumentDef(
                name,
                ref(node.type),
                node.default_value,
                _description(node),
                applied(node.directives),
            )
        return arguments


def applied(
    nodes: Iterable[DirectiveNode] | None, declaration: int = 0, *, extension: bool = False
) -> list[Applied]:
    """The applications of directives, in order."""
    return [
        Applied(
            node.name.value,
            {a.name.value: a.value for a in node.arguments or ()},
            declaration=declaration,
            on_extension=extension,
        )
        for node in nodes or ()
    ]


def ref(node: TypeNode) -> str:
    """The type reference as text."""
    match node:
        case NonNullTypeNode():
            return f"{ref(node.type)}!"
        case ListTypeNode():
            return f"[{ref(node.type)}]"
        case _:
            return str(node.name.value)  # type: ignore[attr-defined]


def _description(node: Any) -> str | None:
    return node.description.value if node.description else None
