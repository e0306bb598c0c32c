"""Field sets: the `fields` of `@key`, `@requires` and `@provides`, and what they select."""

from collections.abc import Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.federation.model import FieldDef, Kind, Schema, TypeDef
from gateway.federation.type_refs import named
from gateway.selections.parse import FieldSetError


def selected(
    schema: Schema, type_: TypeDef, selections: SelectionSetNode
) -> Iterator[tuple[TypeDef, FieldDef]]:
    """Each field selected, at any depth, with the type it is selected on.

    Of a field selected on an interface, the fields of the implementing object types follow.

    Raises:
        FieldSetError: the next field or type does not exist; what came before was given.
    """
    for node in selections.selections:
        match node:
            case FieldNode():
                yield from _selected_field(schema, type_, node)
            case InlineFragmentNode():
                on = node.type_condition.name.value if node.type_condition else type_.name
                if on not in schema.types:
                    raise FieldSetError(f'Unknown type "{on}".')
                yield from selected(schema, schema.types[on], node.selection_set)
            case _:
                continue


def _selected_field(
    schema: Schema, type_: TypeDef, node: FieldNode
) -> Iterator[tuple[TypeDef, FieldDef]]:
    if node.name.value == "__typename":
        return
    field = type_.fields.get(node.name.value)
    if field is None:
        raise FieldSetError(f'Cannot query field "{node.name.value}" on type "{type_.name}".')
    yield type_, field
    if type_.kind is Kind.INTERFACE:
        for implementation in schema.implementations(type_.name):
            if field.name in implementation.fields:
                yield implementation, implementation.fields[field.name]
    inner = schema.types.get(named(field.type))
    if node.selection_set is not None and inner is not None:
        yield from selected(schema, inner, node.selection_set)
