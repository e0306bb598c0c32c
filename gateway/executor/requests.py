"""What a fetch sends: the parts that are the same each time are written once."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
import orjson
from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse
from msgspec.structs import replace

from gateway.executor.codegen.layout import Tree, selected_tree
from gateway.executor.errors import SubgraphError
from gateway.executor.walk import JsonObject
from gateway.operation.json_values import dumps
from gateway.plan.nodes import HIDDEN, Fetch, representations_variable


class LostField(msgspec.Struct, frozen=True):
    """A field that the client does without if the fetch fails; `condition` is a fragment's type."""

    key: str
    condition: str | None


class FetchRequest:
    """The request of one fetch."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.lost = _top_fields(fetch)
        self._representations = representations_variable(fetch.variables)
        self._start = b'{"query":' + orjson.dumps(fetch.operation)

    @cached_property
    def keys(self) -> Tree:
        """The response keys that the subgraph is asked for, as it knows them; seldom needed."""
        return selected_tree(replace(self.fetch, renames=()))

    def root_body(self, variables: Mapping[str, Any]) -> bytes:
        """The body of a fetch that starts at a root type."""
        own = self._own(variables)
        return self._start + (b',"variables":' + _json(own) if own else b"") + b"}"

    def entity_body(
        self, variables: Mapping[str, Any], representations: Sequence[JsonObject]
    ) -> bytes:
        """The body of an entity fetch."""
        own = {self._representations: representations, **self._own(variables)}
        return self._start + b',"variables":' + _json(own) + b"}"

    def _own(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        return {name: variables[name] for name in self.fetch.variables if name in variables}


def _json(value: Any) -> bytes:
    try:
        return dumps(value)
    except (orjson.JSONEncodeError, RecursionError):
        raise SubgraphError("What is to be asked is nested too deeply") from None


def _top_fields(fetch: Fetch) -> tuple[LostField, ...]:
    """The fields just below the root, or below `_entities`, that the client can see."""
    definition = parse(fetch.operation, no_location=True).definitions[0]
    if not isinstance(definition, OperationDefinitionNode):
        return ()
    top = definition.selection_set
    if fetch.requirements:
        entities = next((node for node in top.selections if isinstance(node, FieldNode)), None)
        if entities is None or entities.selection_set is None:
            return ()
        top = entities.selection_set
    return tuple(dict.fromkeys(_fields_of(top, None)))


def _fields_of(selections: SelectionSetNode, condition: str | None) -> list[LostField]:
    found: list[LostField] = []
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            narrowed = node.type_condition.name.value if node.type_condition else condition
            found.extend(_fields_of(node.selection_set, narrowed))
        elif isinstance(node, FieldNode):
            key = node.alias.value if node.alias else node.name.value
            if not key.startswith(HIDDEN) and node.name.value != "__typename":
                found.append(LostField(key, condition))
    return found
