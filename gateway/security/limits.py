"""Bounds of an operation, checked before it is validated: tokens, depth, aliases and more.

Each definition is measured once and fragments are counted by their measure, so that the check takes
linear time however often fragments are reused.
"""

from collections.abc import Mapping, Sequence

import msgspec
from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from gateway.config.http import Limits
from gateway.errors import RequestError, RequestErrors
from gateway.operation.errors import DocumentNotParsed, locations
from gateway.operation.names import refuse_long_names
from gateway.security.duplicates import drop_duplicates
from gateway.security.errors import LimitExceeded

_TOO_MANY = "Document contains more than"


class Measure(msgspec.Struct):
    """What a selection set amounts to, fragments followed."""

    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    selections: int = 0


def parse_within_limits(text: str, limits: Limits) -> DocumentNode:
    """Parse a document, unless it exceeds a limit; siblings that repeat each other are dropped.

    Raises:
        RequestErrors: codes GRAPHQL_PARSE_FAILED and MAX_…_EXCEEDED.
    """
    limit = limits.max_tokens
    try:
        document = drop_duplicates(_parse(text, limit))
        refuse_long_names(text)
        check_limits(document, limits)
    except GraphQLSyntaxError as error:
        fault: RequestError = DocumentNotParsed(error.message, locations=locations(error))
        if _TOO_MANY in error.message:
            fault = LimitExceeded("tokens", limit)
        raise RequestErrors([fault]) from None
    except RecursionError:
        fault = DocumentNotParsed("The document is nested too deeply.")
        raise RequestErrors([fault]) from None
    return document


def _parse(text: str, limit: int) -> DocumentNode:
    return parse(
        text,
        max_lexical_tokens=limit,
        max_comments=limit,
        allow_empty_selection_sets=False,
    )


def check_limits(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document in which any operation exceeds a limit.

    Raises:
        RequestErrors: one `LimitExceeded` for each limit, with its own code.
    """
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    scale = _Scale(fragments)
    exceeded: dict[str, RequestError] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            measure = scale.operation(definition)
            for what in ("depth", "aliases", "root_fields", "directives", "selections"):
                limit: int = getattr(limits, f"max_{what}")
                if getattr(measure, what) > limit:
                    exceeded[what] = LimitExceeded(what, limit)
    if exceeded:
        raise RequestErrors(tuple(exceeded.values()))


class _Scale:
    """Measures selection sets; the measure of each fragment is kept."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._measured: dict[str, Measure] = {}

    def operation(self, node: OperationDefinitionNode) -> Measure:
        measure = self._selection_set(node.selection_set)
        measure.directives += len(node.directives or ())
        return measure

    def _selection_set(self, node: SelectionSetNode) -> Measure:
        total = Measure()
        for selection in node.selections:
            part = self._selection(selection)
            total.depth = max(total.depth, part.depth)
            total.aliases += part.aliases
            total.root_fields += part.root_fields
            total.directives += part.directives
            total.selections += part.selections
        return total

    def _selection(self, node: SelectionNode) -> Measure:
        directives = _count(node.directives)
        match node:
            case FieldNode():
                inner = Measure()
                if node.selection_set is not None:
                    inner = self._selection_set(node.selection_set)
                return Measure(
                    depth=inner.depth + 1,
                    aliases=inner.aliases + (node.alias is not None),
                    root_fields=1,
                    directives=inner.directives + directives,
                    selections=inner.selections + 1,
                )
            case InlineFragmentNode():
                inner = self._selection_set(node.selection_set)
            case FragmentSpreadNode():
                inner = self._fragment(node.name.value)
            case _:
                raise AssertionError(f"GraphQL has no other selections: {node}")
        return Measure(
            depth=inner.depth,
            aliases=inner.aliases,
            root_fields=inner.root_fields,
            directives=inner.directives + directives,
            selections=inner.selections + 1,
        )

    def _fragment(self, name: str) -> Measure:
        """A fragment that spreads itself measures nothing there: validation refuses it by name."""
        measured = self._measured.get(name)
        if measured is None:
            self._measured[name] = measured = Measure()
            definition = self._fragments.get(name)
            if definition is not None:
                measured = self._selection_set(definition.selection_set)
                measured.directives += _count(definition.directives)
                self._measured[name] = measured
        return measured


def _count(directives: Sequence[DirectiveNode] | None) -> int:
    return len(directives or ())
