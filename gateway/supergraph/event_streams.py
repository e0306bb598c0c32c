"""Which Subscription fields are live queries: `@eventStream(topic:, key:, class:)`.

With the arguments `claim:` and `field:` its events are filtered for each viewer. They belong to
this directive, so that a stream is never composed without the filter it was declared with.

The directive is composed into the supergraph either as itself (`@composeDirective`), or inside
`@join__directive(graphs:, name: "eventStream", args:)` (join specification v0.5).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldDefinitionNode,
    ObjectTypeDefinitionNode,
    value_from_ast_untyped,
)

from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.model import EventStreamField, Subgraph, Type

DIRECTIVE = "eventStream"


def event_streams(
    document: DocumentNode,
    root: str | None,
    types: Mapping[str, Type],
    join: str,
    graphs: Mapping[str, Subgraph],
) -> dict[str, EventStreamField]:
    """The event-stream fields by name.

    Raises:
        SupergraphError: the directive lacks an argument, or the field's subgraph is unclear.
    """
    found: dict[str, EventStreamField] = {}
    for node in document.definitions:
        if not isinstance(node, ObjectTypeDefinitionNode) or node.name.value != root:
            continue
        for field in node.fields or ():
            for arguments, told_graphs in _applications(field, join):
                name = field.name.value
                subgraph = _owner(types[root], name, [graphs[graph].name for graph in told_graphs])
                found[name] = _stream(name, subgraph, arguments)
    return found


def _applications(
    field: FieldDefinitionNode, join: str
) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    """The arguments, and the graphs where they are told, of each application."""
    for directive in field.directives or ():
        arguments = _arguments(directive)
        if directive.name.value == DIRECTIVE or directive.name.value.endswith(f"__{DIRECTIVE}"):
            yield arguments, ()
        elif directive.name.value == f"{join}__directive" and arguments.get("name") == DIRECTIVE:
            yield arguments.get("args") or {}, tuple(arguments.get("graphs") or ())


def _arguments(directive: DirectiveNode) -> dict[str, Any]:
    return {
        argument.name.value: value_from_ast_untyped(argument.value)
        for argument in directive.arguments or ()
    }


def _owner(root: Type, field: str, told: list[str]) -> str:
    joins = root.fields[field].joins
    candidates = told or (list(root.subgraphs) if joins is None else [j.subgraph for j in joins])
    if len(candidates) != 1:
        raise SupergraphError(f"the event stream {root.name}.{field} must be in one subgraph")
    return candidates[0]


def _stream(name: str, subgraph: str, arguments: Mapping[str, Any]) -> EventStreamField:
    missing = [argument for argument in ("topic", "key", "class") if not arguments.get(argument)]
    if missing:
        raise SupergraphError(f"@{DIRECTIVE} on {name} lacks {', '.join(missing)}")
    claim, field = arguments.get("claim"), arguments.get("field")
    if (claim is None) != (field is None) or "" in (claim, field):
        raise SupergraphError(f"@{DIRECTIVE} on {name} needs claim and field together")
    return EventStreamField(
        name, subgraph, arguments["topic"], arguments["key"], arguments["class"], claim, field
    )
