"""Introspection, answered from the API schema: no subgraph is asked.

graphql-core runs the `__schema` and `__type` fields of an operation, whatever stands beside them.
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    execute_sync,
    parse_const_value,
    parse_type,
    parse_value,
)

from gateway.errors import RequestError
from gateway.executor.errors import INTERNAL_SERVER_ERROR, INTROSPECTION_DISABLED
from gateway.executor.shape import INTROSPECTION_FIELDS
from gateway.operation.model import Operation, Variable
from gateway.selections.model import Argument, Condition, Field, Fragment, Selection, SelectionSet


class Introspection:
    """The introspection part of one operation."""

    def __init__(self, operation: Operation, schema: GraphQLSchema) -> None:
        self._schema = schema
        selections = _only_introspection(operation.selections)
        self._document = _document(selections, operation.variables) if selections else None
        self._constant = not any(True for _ in _variables(selections))
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


def _document(selections: SelectionSet, variables: tuple[Variable, ...]) -> DocumentNode:
    used = _variables(selections)
    definition = OperationDefinitionNode(
        operation=OperationType.QUERY,
        selection_set=_selection_set(selections),
        variable_definitions=tuple(
            VariableDefinitionNode(
                variable=_variable(variable.name),
                type=parse_type(variable.type),
                default_value=(
                    None if variable.default is None else parse_const_value(variable.default)
                ),
                directives=(),
            )
            for variable in variables
            if variable.name in used
        ),
        directives=(),
    )
    return DocumentNode(definitions=(definition,))


def _selection_set(selections: SelectionSet) -> SelectionSetNode:
    return SelectionSetNode(selections=tuple(map(_selection, selections)))


def _selection(selection: Selection) -> SelectionNode:
    match selection:
        case Field(name=name, alias=alias):
            return FieldNode(
                name=NameNode(value=name),
                alias=None if alias is None else NameNode(value=alias),
                arguments=tuple(map(_argument, selection.arguments)),
                directives=_directives(selection.conditions),
                selection_set=(
                    _selection_set(selection.selections) if selection.selections else None
                ),
            )
        case Fragment(type_condition=condition):
            return InlineFragmentNode(
                type_condition=(
                    None if condition is None else NamedTypeNode(name=NameNode(value=condition))
                ),
                directives=_directives(selection.conditions),
                selection_set=_selection_set(selection.selections),
            )


def _argument(argument: Argument) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=argument.name), value=parse_value(argument.value))


def _directives(conditions: tuple[Condition, ...]) -> tuple[DirectiveNode, ...]:
    return tuple(
        DirectiveNode(
            name=NameNode(value="skip" if condition.negated else "include"),
            arguments=(
                ArgumentNode(name=NameNode(value="if"), value=_variable(condition.variable)),
            ),
        )
        for condition in conditions
    )


def _variable(name: str) -> VariableNode:
    return VariableNode(name=NameNode(value=name))
