"""Coercion of a request's variables (specification section 6.1.2).

Values stay what JSON made of them, as they are sent on to subgraphs: enums stay strings, and custom
scalars stay as the client wrote them. All faults are told at once, each with its place.
"""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    GraphQLSchema,
    VariableDefinitionNode,
    get_location,
    is_input_type,
    is_non_null_type,
    print_ast,
    type_from_ast,
    value_from_ast_untyped,
)

from gateway.errors import RequestError, RequestErrors
from gateway.operation.input_values import MAX_FAULTS, InputCoercion, TooManyFaults
from gateway.operation.model import Operation

BAD_USER_INPUT: Final = "BAD_USER_INPUT"

_ABSENT: Final = object()


def coerce_variables(
    operation: Operation, raw: Mapping[str, Any], schema: GraphQLSchema
) -> dict[str, Any]:
    """The values of an operation's variables; those without value and default are left out.

    `raw` is the request's `variables`; names that the operation does not declare are ignored.

    Raises:
        RequestErrors: every fault, with code BAD_USER_INPUT and the variable's place in the text.
    """
    coerced: dict[str, Any] = {}
    errors: list[RequestError] = []
    for node in operation.definition.variable_definitions or ():
        name = node.variable.name.value
        coercion = InputCoercion(name)
        value: Any = _ABSENT
        try:
            value = _coerce(node, raw, schema, coercion)
        except TooManyFaults:
            pass  # those that were found are told
        except RecursionError:
            coercion.faults = [(f'Variable "${name}" is nested too deeply.', name)]
        if coercion.faults:
            errors.extend(_error(node, message, place) for message, place in coercion.faults)
        elif value is not _ABSENT:
            coerced[name] = value
        if len(errors) >= MAX_FAULTS:
            break
    if errors:
        raise RequestErrors(errors)
    return coerced


def _coerce(
    node: VariableDefinitionNode,
    raw: Mapping[str, Any],
    schema: GraphQLSchema,
    coercion: InputCoercion,
) -> Any:
    name = node.variable.name.value
    declared = type_from_ast(schema, node.type)
    if not is_input_type(declared):
        coercion.fault(name, f'its type "{print_ast(node.type)}" is not an input type')
        return _ABSENT
    if name in raw:
        return coercion.coerce(raw[name], declared, name)
    if node.default_value is not None:
        return coercion.coerce(value_from_ast_untyped(node.default_value), declared, name)
    if is_non_null_type(declared):
        coercion.fault(name, f'a value of type "{declared}" is required')
    return _ABSENT


def _error(node: VariableDefinitionNode, message: str, place: str) -> RequestError:
    locations = []
    if node.loc is not None:
        location = get_location(node.loc.source, node.loc.start)
        locations.append((location.line, location.column))
    return RequestError(
        message, locations=locations, code=BAD_USER_INPUT, extensions={"variable": place}
    )
