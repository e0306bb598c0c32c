"""The query graph as Graphviz text, to look at: `dot -Tsvg`."""

from gateway.query_graph.graph import (
    AbstractMove,
    Edge,
    EntityMove,
    FieldMove,
    InterfaceObjectMove,
    QueryGraph,
    SubgraphEntrypoint,
)
from gateway.selections.text import print_selections


def print_dot(graph: QueryGraph) -> str:
    """One cluster per subgraph; leaves are left out."""
    lines = ["digraph query_graph {", "  rankdir=LR; node [shape=box, fontname=monospace];"]
    subgraphs = dict.fromkeys(node.subgraph for node in graph.nodes)
    for index, subgraph in enumerate(subgraphs):
        lines.append(f'  subgraph cluster_{index} {{ label="{subgraph or "operation"}";')
        lines += [
            f'    n{node.id} [label="{node}"];'
            for node in graph.nodes
            if node.subgraph == subgraph and node.kind != "leaf"
        ]
        lines.append("  }")
    for node in graph.nodes:
        lines += [
            f"  n{edge.source} -> n{edge.target} [{_style(edge)}];"
            for edge in graph.edges_from(node.id)
            if graph.node(edge.target).kind != "leaf"
        ]
    return "\n".join([*lines, "}"]) + "\n"


def _style(edge: Edge) -> str:
    match edge:
        case FieldMove(field=field, requires=requires):
            needs = f"\\nrequires {print_selections(requires)}" if requires else ""
            return f'label="{field}{needs}"'
        case EntityMove(key=key):
            return f'label="key {print_selections(key)}", style=bold, color=blue'
        case AbstractMove():
            return 'label="...on", style=dashed'
        case InterfaceObjectMove():
            return 'label="...on, by __typename", style=dashed, color=red'
        case SubgraphEntrypoint(kind=kind):
            return f'label="{kind}", style=dotted'
