"""Introspection, answered from the API schema: no subgraph is asked.

graphql-core runs the `__schema` and `__type` fields of an operation, whatever stands beside them.
"""

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLSchema, execute_sync, parse
from msgspec.structs import replace

from gateway.errors import RequestError
from gateway.executor.errors import INTERNAL_SERVER_ERROR, INTROSPECTION_DISABLED
from gateway.executor.shape import INTROSPECTION_FIELDS
from gateway.operation.model import Operation
from gateway.operation.text import print_operation
from gateway.selections.model import Field, Fragment, Selection, SelectionSet


class Introspection:
    """The introspection part of one operation."""

    def __init__(self, operation: Operation, schema: GraphQLSchema) -> None:
        self._schema = schema
        selections = _only_introspection(operation.selections)
        used = _variables(selections)
        self._document = _document(operation, selections, used) if selections else None
        self._constant = not used
        self._answer: Mapping[str, Any] | None = None

    def answer(self, variables: Mapping[str, Any], allowed: bool) -> Mapping[str, Any]:
        """The values of the introspection fields by response key.

        Raises:
            RequestError: introspection is asked for and not allowed.
        """
        if self._document is None:
            return {}
        if not allowed:
            raise RequestError("Introspection is disabled.", code=INTROSPECTION_DISABLED)
        if self._answer is not None:
            return self._answer
        result = execute_sync(self._schema, self._document, variable_values=dict(variables))
        if result.data is None:
            raise RequestError("Introspection failed.", code=INTERNAL_SERVER_ERROR)
        if self._constant:
            self._answer = result.data
        return result.data


def _only_introspection(selections: SelectionSet) -> SelectionSet:
    found: list[Selection] = []
    for selection in selections:
        match selection:
            case Field(name=name) if name in INTROSPECTION_FIELDS:
                found.append(selection)
            case Fragment(type_condition=condition, conditions=conditions):
                inner = _only_introspection(selection.selections)
                if inner:
                    found.append(Fragment(condition, inner, conditions))
            case Field():
                pass
    return tuple(found)


def _variables(selections: SelectionSet) -> set[str]:
    names: set[str] = set()
    for selection in selections:
        names.update(condition.variable for condition in selection.conditions)
        names.update(_variables(selection.selections))
        if isinstance(selection, Field):
            names.update(name for argument in selection.arguments for name in argument.variables)
    return names


def _document(operation: Operation, selections: SelectionSet, used: set[str]) -> DocumentNode:
    variables = tuple(variable for variable in operation.variables if variable.name in used)
    part = replace(operation, kind="query", variables=variables, selections=selections)
    return parse(print_operation(part), no_location=True)
