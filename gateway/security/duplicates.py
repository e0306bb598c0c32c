"""Drops selections that repeat a sibling exactly, before validation looks at every pair of them.

Comparing overlapping fields (GraphQL section 5.3.2) takes quadratic time in the siblings that share
a response key; identical ones are the same field twice and change neither answer nor validity.
"""

from dataclasses import replace

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    print_ast,
)

_Kept = dict[object, SelectionNode]


def drop_duplicates(document: DocumentNode) -> DocumentNode:
    """The document without repeated siblings; itself where there are none. Linear in its size."""
    definitions = [_definition(definition) for definition in document.definitions]
    if all(new is old for new, old in zip(definitions, document.definitions, strict=True)):
        return document
    return replace(document, definitions=tuple(definitions))


def _definition(node: DefinitionNode) -> DefinitionNode:
    if not isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
        return node
    selection_set, _ = _Dropper().selection_set(node.selection_set)
    return (
        node if selection_set is node.selection_set else replace(node, selection_set=selection_set)
    )


class _Dropper:
    """Gives equal selection sets equal numbers, from the leaves up: comparing them is cheap."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}

    def selection_set(self, node: SelectionSetNode) -> tuple[SelectionSetNode, int]:
        kept: _Kept = {}
        changed = False
        for selection in node.selections:
            new, key = self._selection(selection)
            changed = changed or new is not selection or key in kept
            kept.setdefault(key, new)
        number = self._numbers.setdefault(tuple(kept), len(self._numbers))
        return (replace(node, selections=tuple(kept.values())) if changed else node), number

    def _selection(self, node: SelectionNode) -> tuple[SelectionNode, object]:
        below = None
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
            selection_set, below = self.selection_set(node.selection_set)
            if selection_set is not node.selection_set:
                node = replace(node, selection_set=selection_set)
        return node, (_own_text(node), below)


def _own_text(node: SelectionNode) -> object:
    """What a selection says apart from its own selections."""
    if isinstance(node, FieldNode):
        if not node.arguments and not node.directives:
            return (node.alias and node.alias.value, node.name.value)
        return print_ast(replace(node, selection_set=None))
    if isinstance(node, InlineFragmentNode):
        condition = node.type_condition and node.type_condition.name.value
        return ("...", condition, tuple(print_ast(each) for each in node.directives or ()))
    return print_ast(node)
