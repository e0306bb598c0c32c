"""INVALID_GRAPHQL: types have what their interfaces promise.

GraphQL specification, section 3.6.1 (IsValidImplementation).
"""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.merge.type_refs import is_strict_subtype
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import FieldDef, Schema, TypeDef


def check_interfaces(facts: Facts) -> Iterator[Finding]:
    """Findings on every `implements`."""
    schema = facts.schema
    for type_ in schema.types.values():
        for name in type_.interfaces:
            yield from _check(schema, type_, schema.types[name])


def _finding(message: str, coordinate: str) -> Finding:
    return Finding(codes.INVALID_GRAPHQL, message, coordinate)


def _check(schema: Schema, type_: TypeDef, interface: TypeDef) -> Iterator[Finding]:
    for name in interface.interfaces:
        if name not in type_.interfaces:
            if name == type_.name:
                message = f"Type {name} cannot implement {interface.name}: that would be a circle."
            else:
                message = (
                    f"Type {type_.name} must implement {name} because it is implemented by"
                    f" {interface.name}."
                )
            yield _finding(message, type_.name)
    for expected in interface.fields.values():
        field = type_.fields.get(expected.name)
        promise = f"{interface.name}.{expected.name}"
        if field is None:
            message = f"Interface field {promise} expected but {type_.name} does not provide it."
            yield _finding(message, type_.name)
        else:
            yield from _check_field(schema, type_, field, expected, promise)


def _check_field(
    schema: Schema, type_: TypeDef, field: FieldDef, expected: FieldDef, promise: str
) -> Iterator[Finding]:
    own = f"{type_.name}.{field.name}"
    if field.type != expected.type and not is_strict_subtype(
        schema.types, expected.type, field.type
    ):
        message = (
            f"Interface field {promise} expects type {expected.type} but {own} is type"
            f" {field.type}."
        )
        yield _finding(message, own)
    for name, argument in expected.args.items():
        found = field.args.get(name)
        if found is None:
            message = f"Interface field argument {promise}({name}:) expected but {own} lacks it."
            yield _finding(message, own)
        elif found.type != argument.type:
            message = (
                f"Interface field argument {promise}({name}:) expects type {argument.type} but"
                f" {own}({name}:) is type {found.type}."
            )
            yield _finding(message, own)
    for name, argument in field.args.items():
        if name not in expected.args and argument.required:
            message = f"{own} has the required argument {name} that {promise} lacks."
            yield _finding(message, own)
