"""Field sets and GraphQL syntax trees as selections.

A field set is the text of `@key(fields:)`, `@requires(fields:)` and `@provides(fields:)`: a
selection set without its outer braces (federation specification, scalar `FieldSet`).
"""

from functools import lru_cache

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from gateway.errors import GatewayError
from gateway.selections.model import Argument, Field, Fragment, Selection, SelectionSet


class FieldSetError(GatewayError):
    """The text is not a field set."""


@lru_cache(maxsize=4096)
def parse_field_set(text: str) -> SelectionSet:
    """The selections that the text stands for, with or without braces around it.

    Raises:
        FieldSetError: the text does not parse, is empty, or has a named fragment.
    """
    return _selections(field_set_node(text))


@lru_cache(maxsize=4096)
def field_set_node(text: str) -> SelectionSetNode:
    """The syntax tree of the same, for those who tell what is wrong with it.

    Raises:
        FieldSetError: the text does not parse, or is empty.
    """
    source = text if text.lstrip().startswith("{") else f"{{{text}}}"
    try:
        document = parse(source, no_location=True)
    except GraphQLSyntaxError as error:
        raise FieldSetError(error.message) from None
    operation = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        raise FieldSetError("Syntax Error: expected a single selection set")
    if not operation.selection_set.selections:
        raise FieldSetError("Syntax Error: expected a field")
    return operation.selection_set


def _selections(node: SelectionSetNode | None) -> SelectionSet:
    found: list[Selection] = []
    for selection in node.selections if node is not None else ():
        match selection:
            case FieldNode():
                found.append(
                    Field(
                        selection.name.value,
                        selection.alias.value if selection.alias else None,
                        arguments_of(selection.arguments or ()),
                        _selections(selection.selection_set),
                    )
                )
            case InlineFragmentNode():
                condition = selection.type_condition
                found.append(
                    Fragment(
                        condition.name.value if condition else None,
                        _selections(selection.selection_set),
                    )
                )
            case _:
                raise FieldSetError("a field set cannot have named fragments")
    return tuple(found)


def arguments_of(nodes: tuple[ArgumentNode, ...] | list[ArgumentNode]) -> tuple[Argument, ...]:
    """Arguments as GraphQL text, sorted by name, so that equal ones compare equal."""
    return tuple(
        sorted(
            (
                Argument(node.name.value, print_ast(node.value), variables_of(node.value))
                for node in nodes
            ),
            key=lambda argument: argument.name,
        )
    )


def variables_of(node: Node) -> tuple[str, ...]:
    """The names of the variables used in a value, in order of first use."""
    finder = _VariableFinder()
    visit(node, finder)
    return tuple(finder.found)


class _VariableFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def enter_variable(self, node: Node, *_: object) -> None:
        self.found[node.name.value] = None  # type: ignore[attr-defined]
