"""INVALID_GRAPHQL: defaults and arguments of directives have values of their types.

GraphQL specification, section 5.6.1.
"""

from collections.abc import Iterator

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import Kind, Schema, TypeDef
from gateway.federation.type_refs import is_list, is_non_null, item, nullable
from gateway.federation.values import text

_SCALARS: dict[str, tuple[type[ValueNode], ...]] = {
    "Int": (IntValueNode,),
    "Float": (IntValueNode, FloatValueNode),
    "String": (StringValueNode,),
    "Boolean": (BooleanValueNode,),
    "ID": (StringValueNode, IntValueNode),
}


def check_defaults(facts: Facts) -> Iterator[Finding]:
    """Findings on default values of arguments and input fields."""
    schema = facts.schema
    for type_ in schema.types.values():
        for field in type_.fields.values():
            coordinate = f"{type_.name}.{field.name}"
            elements = [(coordinate, field.type, field.default)] + [
                (f"{coordinate}({argument.name}:)", argument.type, argument.default)
                for argument in field.args.values()
            ]
            for where, ref, default in elements:
                if default is not None and not is_valid(schema, default, ref):
                    yield Finding(
                        codes.INVALID_GRAPHQL,
                        f"Invalid default value (got: {text(default)}) provided for {where} of"
                        f" type {ref}.",
                        where,
                    )


def is_valid(schema: Schema, node: ValueNode, ref: str) -> bool:
    """Whether the constant is a value of the type; a custom scalar takes any."""
    if isinstance(node, NullValueNode):
        return not is_non_null(ref)
    ref = nullable(ref)
    if is_list(ref):
        if isinstance(node, ListValueNode):
            return all(is_valid(schema, value, item(ref)) for value in node.values)
        return is_valid(schema, node, item(ref))
    if ref in _SCALARS:
        return isinstance(node, _SCALARS[ref])
    type_ = schema.types.get(ref)
    if type_ is None or type_.kind is Kind.SCALAR:
        return True
    if type_.kind is Kind.ENUM:
        return isinstance(node, EnumValueNode) and node.value in type_.values
    return isinstance(node, ObjectValueNode) and _is_valid_object(schema, node, type_)


def _is_valid_object(schema: Schema, node: ObjectValueNode, type_: TypeDef) -> bool:
    given = {field.name.value: field.value for field in node.fields}
    if any(field.required and name not in given for name, field in type_.fields.items()):
        return False
    return all(
        name in type_.fields and is_valid(schema, value, type_.fields[name].type)
        for name, value in given.items()
    )
