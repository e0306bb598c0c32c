"""The client's shape: what the answer looks like, worked out once from operation and API schema.

For each position of the answer: is it a leaf or an object, in which lists, nullable or not; and for
objects, for each concrete type that may come, which fields in which order (CollectFields,
specification section 6.3.2). Interpreter and generated code both follow it.
"""

from collections.abc import Iterable

import msgspec
from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
)

from gateway.selections.model import Field, Fragment, SelectionSet

TYPENAME = "__typename"
INTROSPECTION_FIELDS = frozenset({"__schema", "__type"})


class ScalarShape(msgspec.Struct, frozen=True, tag=True):
    """A scalar; custom ones are passed through as they came."""

    name: str


class EnumShape(msgspec.Struct, frozen=True, tag=True):
    """An enum; values that clients may not see are not among `values`."""

    name: str
    values: frozenset[str]


class ObjectShape(msgspec.Struct, frozen=True, tag=True):
    """An object whose concrete type is one of the keys of `fields`.

    `only` is that type where the schema allows no other, so that the object need not tell it. An
    interface's own name is a key too where nothing asked depends on the concrete type: a subgraph
    with an `@interfaceObject` knows its objects by that name.
    """

    name: str
    only: str | None
    fields: "dict[str, tuple[FieldShape, ...]]"


class ListShape(msgspec.Struct, frozen=True, tag=True):
    """A list of items of one shape."""

    item: "Shape"


class NonNullShape(msgspec.Struct, frozen=True, tag=True):
    """A position that must not be null: if it is, what holds it becomes null."""

    of: "ScalarShape | EnumShape | ObjectShape | ListShape"


NullableShape = ScalarShape | EnumShape | ObjectShape | ListShape
Shape = NullableShape | NonNullShape


class FieldShape(msgspec.Struct, frozen=True):
    """`name` is the schema's field, `key` the client's response key. `__typename` has no shape."""

    key: str
    name: str
    shape: Shape | None


def operation_shape(
    selections: SelectionSet, root: GraphQLObjectType, schema: GraphQLSchema
) -> ObjectShape:
    """The shape of an operation's answer; `selections` have no conditions left."""
    return _Builder(schema).object_shape(root, (selections,))


class _Builder:
    """Remembers shapes, as the same selections are met under many concrete types."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._objects: dict[tuple[str, tuple[SelectionSet, ...]], ObjectShape] = {}

    def object_shape(
        self, named: GraphQLNamedType, selections: tuple[SelectionSet, ...]
    ) -> ObjectShape:
        key = (named.name, selections)
        known = self._objects.get(key)
        if known is None:
            known = self._objects[key] = ObjectShape(
                named.name,
                named.name if isinstance(named, GraphQLObjectType) else None,
                {
                    concrete.name: self._fields(concrete, selections)
                    for concrete in self._concrete_types(named, selections)
                },
            )
        return known

    def _concrete_types(
        self, named: GraphQLNamedType, selections: tuple[SelectionSet, ...]
    ) -> Iterable[GraphQLObjectType | GraphQLInterfaceType]:
        if is_abstract_type(named):
            possible: list[GraphQLObjectType | GraphQLInterfaceType] = [
                *self._schema.get_possible_types(named)
            ]
            if isinstance(named, GraphQLInterfaceType) and not any(
                self._depends_on_type(named, selection_set) for selection_set in selections
            ):
                possible.append(named)
            return possible
        assert isinstance(named, GraphQLObjectType)  # noqa: S101  # the others are leaves
        return (named,)

    def _depends_on_type(self, named: GraphQLInterfaceType, selections: SelectionSet) -> bool:
        for selection in selections:
            match selection:
                case Field(name=name):
                    if name == TYPENAME:
                        return True
                case Fragment(type_condition=condition, selections=inner):
                    if not self._applies(condition, named) or self._depends_on_type(named, inner):
                        return True
        return False

    def _fields(
        self,
        concrete: GraphQLObjectType | GraphQLInterfaceType,
        selections: tuple[SelectionSet, ...],
    ) -> tuple[FieldShape, ...]:
        grouped: dict[str, list[Field]] = {}
        for selection_set in selections:
            self._collect(concrete, selection_set, grouped)
        return tuple(
            shape
            for key, fields in grouped.items()
            if (shape := self._field(concrete, key, fields)) is not None
        )

    def _collect(
        self,
        concrete: GraphQLObjectType | GraphQLInterfaceType,
        selections: SelectionSet,
        grouped: dict[str, list[Field]],
    ) -> None:
        for selection in selections:
            match selection:
                case Field():
                    grouped.setdefault(selection.response_key, []).append(selection)
                case Fragment(type_condition=condition, selections=inner):
                    if self._applies(condition, concrete):
                        self._collect(concrete, inner, grouped)

    def _applies(
        self, condition: str | None, concrete: GraphQLObjectType | GraphQLInterfaceType
    ) -> bool:
        if condition is None or condition == concrete.name:
            return True
        named = self._schema.get_type(condition)
        if isinstance(concrete, GraphQLInterfaceType):
            wanted = {named} if named is not None else set()
            if is_abstract_type(named):
                wanted |= set(self._schema.get_possible_types(named))
            return wanted.issuperset(self._schema.get_possible_types(concrete))
        return is_abstract_type(named) and self._schema.is_sub_type(named, concrete)

    def _field(
        self, concrete: GraphQLObjectType | GraphQLInterfaceType, key: str, fields: list[Field]
    ) -> FieldShape | None:
        name = fields[0].name
        if name == TYPENAME:
            return FieldShape(key, name, None)
        if name in INTROSPECTION_FIELDS:
            return FieldShape(key, name, ScalarShape(name))
        definition = concrete.fields.get(name)
        if definition is None:
            return None
        selections = tuple(field.selections for field in fields if field.selections)
        return FieldShape(key, name, self._shape(definition.type, selections))

    def _shape(self, output: GraphQLOutputType, selections: tuple[SelectionSet, ...]) -> Shape:
        if is_non_null_type(output):
            inner = self._shape(output.of_type, selections)
            assert not isinstance(inner, NonNullShape)  # noqa: S101  # the type system forbids it
            return NonNullShape(inner)
        if is_list_type(output):
            return ListShape(self._shape(output.of_type, selections))
        assert isinstance(output, GraphQLNamedType)  # noqa: S101  # neither wrapper is left
        if isinstance(output, GraphQLEnumType):
            return EnumShape(output.name, frozenset(output.values))
        if isinstance(output, GraphQLObjectType) or is_abstract_type(output):
            return self.object_shape(output, selections)
        return ScalarShape(output.name)


def object_below(shape: Shape | None) -> ObjectShape | None:
    """The object shape inside lists and non-null."""
    while isinstance(shape, NonNullShape | ListShape):
        shape = shape.of if isinstance(shape, NonNullShape) else shape.item
    return shape if isinstance(shape, ObjectShape) else None


def list_depth(root: ObjectShape, keys: tuple[str, ...]) -> int | None:
    """How many lists are around the objects at `keys`; None where that is not sure."""
    shapes: list[Shape] = [root]
    for key in keys:
        shapes = [
            field.shape
            for shape in shapes
            if (inner := object_below(shape)) is not None
            for fields in inner.fields.values()
            for field in fields
            if field.key == key and field.shape is not None
        ]
    depths = {_depth(shape) for shape in shapes}
    return depths.pop() if len(depths) == 1 else None


def _depth(shape: Shape) -> int:
    match shape:
        case NonNullShape(of=inner):
            return _depth(inner)
        case ListShape(item=inner):
            return 1 + _depth(inner)
        case _:
            return 0
