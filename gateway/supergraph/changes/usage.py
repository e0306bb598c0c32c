"""What recorded operations do with a schema, as marks.

What a variable carries is not recorded, so an operation that takes one counts as using, and as
leaving out, all that its type allows: rather told once too often than missed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    ObjectValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    parse,
    type_from_ast,
    validate,
    visit,
)

from gateway.supergraph.changes.model import Mark


class RecordedOperation(msgspec.Struct, frozen=True):
    """An operation that clients use: its name, where it is recorded, its whole document."""

    name: str
    origin: str
    document: DocumentNode


class Recording(msgspec.Struct, frozen=True):
    """The operations of some files, and why the others could not be read."""

    operations: tuple[RecordedOperation, ...]
    faults: tuple[str, ...]


def read_operations(texts: Mapping[str, str]) -> Recording:
    """The operations of GraphQL documents, by origin; fragments may stand in another file."""
    documents: dict[str, DocumentNode] = {}
    faults = []
    for origin, text in texts.items():
        try:
            documents[origin] = parse(text)
        except GraphQLSyntaxError as error:
            line, column = error.locations[0] if error.locations else (0, 0)
            faults.append(f"{origin}:{line}:{column}: {error.message}")
    shared = {name: node for each in documents.values() for name, node in _fragments(each).items()}
    operations = []
    for origin, document in documents.items():
        known = shared | _fragments(document)
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                used = _reachable(node, known)
                name = node.name.value if node.name else "(unnamed)"
                whole = DocumentNode(definitions=(node, *used))
                operations.append(RecordedOperation(name, origin, whole))
    return Recording(tuple(operations), tuple(faults))


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.names.append(node.name.value)


def _reachable(
    node: OperationDefinitionNode, known: Mapping[str, FragmentDefinitionNode]
) -> Sequence[FragmentDefinitionNode]:
    found: dict[str, FragmentDefinitionNode] = {}
    waiting: list[OperationDefinitionNode | FragmentDefinitionNode] = [node]
    while waiting:
        spreads = _Spreads()
        visit(waiting.pop(), spreads)
        for name in spreads.names:
            if name in known and name not in found:
                found[name] = known[name]
                waiting.append(known[name])
    return tuple(found.values())


def faults_of(operation: RecordedOperation, schema: GraphQLSchema) -> list[str]:
    """Why the operation is not valid against the schema; empty where it is."""
    return [error.message for error in validate(schema, operation.document)]


def marks_of(operation: RecordedOperation, schema: GraphQLSchema) -> frozenset[Mark]:
    """All that a valid operation does with the schema."""
    info = TypeInfo(schema)
    marker = _Marker(schema, info)
    visit(operation.document, TypeInfoVisitor(info, marker))
    return frozenset(marker.marks)


class _Marker(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self.marks: set[Mark] = set()
        self._schema = schema
        self._info = info

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        self.marks.add(f"schema.{node.operation.value}")
        self._directives(node, node.operation.name)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, field = self._info.get_parent_type(), self._info.get_field_def()
        self._directives(node, "FIELD")
        if parent is None or field is None:
            return
        coordinate = f"{parent.name}.{node.name.value}"
        type_ = get_named_type(field.type)
        self.marks |= {parent.name, coordinate, type_.name, f"read {type_.name}"}
        self._arguments(coordinate, node.arguments, field.args)

    def _arguments(
        self, owner: str, given: Iterable[ArgumentNode] | None, defined: Iterable[str]
    ) -> None:
        names = {argument.name.value for argument in given or ()}
        self.marks |= {
            f"{owner}({name}:)" if name in names else f"~{owner}({name}:)" for name in defined
        }

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        self._directives(node, "INLINE_FRAGMENT")
        if node.type_condition is not None:
            name = node.type_condition.name.value
            self.marks |= {name, f"on {name}"}

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self._directives(node, "FRAGMENT_DEFINITION")
        name = node.type_condition.name.value
        self.marks |= {name, f"on {name}"}

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self._directives(node, "FRAGMENT_SPREAD")

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        self._directives(node, "VARIABLE_DEFINITION")
        type_ = type_from_ast(self._schema, node.type)
        if type_ is not None:
            self.marks |= set(_all_of(get_named_type(type_), set()))

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> None:
        type_ = get_named_type(self._info.get_input_type())
        if isinstance(type_, GraphQLInputObjectType):
            names = {field.name.value for field in node.fields}
            self.marks |= {type_.name, f"send {type_.name}"}
            self.marks |= {
                f"{type_.name}.{name}" if name in names else f"~{type_.name}.{name}"
                for name in type_.fields
            }

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        type_ = get_named_type(self._info.get_input_type())
        if type_ is not None:
            self.marks |= {type_.name, f"{type_.name}.{node.value}"}

    def _directives(self, node: Any, location: str) -> None:
        for directive in node.directives or ():
            self._directive(directive, location)

    def _directive(self, node: DirectiveNode, location: str) -> None:
        coordinate = f"@{node.name.value}"
        self.marks |= {coordinate, f"{coordinate} on {location}"}
        definition = self._schema.get_directive(node.name.value)
        if definition is not None:
            self._arguments(coordinate, node.arguments, definition.args)


def _all_of(type_: GraphQLNamedType, seen: set[str]) -> Iterator[Mark]:
    """Whatever a variable of this type may send."""
    if type_.name in seen:
        return
    seen.add(type_.name)
    yield type_.name
    yield f"send {type_.name}"
    match type_:
        case GraphQLEnumType():
            yield from (f"{type_.name}.{value}" for value in type_.values)
        case GraphQLInputObjectType():
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}"
                yield f"~{type_.name}.{name}"
                yield from _all_of(get_named_type(field.type), seen)
        case _:
            pass
