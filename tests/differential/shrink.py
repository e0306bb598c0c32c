"""Makes a failing operation small: takes selections, arguments and directives out of it."""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLSchema,
    Node,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from tests.differential.operations import Asked

MAX_TRIES = 400
REMOVABLE = frozenset(
    {
        "field",
        "inline_fragment",
        "fragment_spread",
        "fragment_definition",
        "argument",
        "directive",
        "variable_definition",
    }
)


def shrunk(asked: Asked, schema: GraphQLSchema, fails: Callable[[Asked], bool]) -> Asked:
    """A small operation that still fails."""
    tries = 0
    document = parse(asked.text)
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(document):
            tries += 1
            if tries > MAX_TRIES:
                return asked
            if _has_empty_selections(smaller) or validate(schema, smaller):
                continue
            candidate = Asked(print_ast(smaller), asked.variables)
            if fails(candidate):
                asked, document, changed = candidate, smaller, True
                break
    return asked


def _has_empty_selections(document: DocumentNode) -> bool:
    """graphql-core reads `{}` as a selection set; the gateway, as the specification, does not."""
    found = _EmptySelections()
    visit(document, found)
    return found.any


class _EmptySelections(Visitor):
    any = False

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        self.any = self.any or not node.selections


def _smaller(document: DocumentNode) -> Iterator[DocumentNode]:
    index = 0
    while True:
        visitor = _Remove(index)
        smaller = visit(document, visitor)
        if visitor.left >= 0:
            return
        if isinstance(smaller, DocumentNode):
            yield smaller
        index += 1


class _Remove(Visitor):
    """Removes the n-th node that can be removed."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.left = index

    def enter(self, node: Node, *_: Any) -> Any:
        if node.kind not in REMOVABLE:
            return None
        self.left -= 1
        return REMOVE if self.left == -1 else None
