"""A query graph in the making: nodes are found again by what they stand for."""

from collections.abc import Sequence

import msgspec

from gateway.query_graph.graph import (
    AbstractMove,
    Edge,
    EntityMove,
    FieldMove,
    InterfaceObjectMove,
    Moves,
    Node,
    NodeKind,
    Override,
    QueryGraph,
    SubgraphEntrypoint,
)
from gateway.selections.model import OperationKind, SelectionSet

NodeKey = tuple[str, str | None, str | None, int]


class _Edges(msgspec.Struct):
    fields: dict[str, list[FieldMove]] = msgspec.field(default_factory=dict)
    entities: list[EntityMove] = msgspec.field(default_factory=list)
    abstract: dict[str, AbstractMove] = msgspec.field(default_factory=dict)
    interface_objects: dict[str, InterfaceObjectMove] = msgspec.field(default_factory=dict)
    entrypoints: list[SubgraphEntrypoint] = msgspec.field(default_factory=list)


class GraphBuilder:
    """Adds nodes and edges; equal entity moves are added once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.reentry_keys: dict[int, list[SelectionSet]] = {}
        self.roots: dict[OperationKind, int] = {}
        self.event_subgraphs: dict[str, str] = {}
        self._edges: list[Edge] = []
        self._out: list[_Edges] = []
        self._index: dict[NodeKey, int] = {}
        self._views = 0

    def node(
        self,
        kind: NodeKind,
        type_name: str,
        subgraph: str | None,
        *,
        interface_object: bool = False,
        via: str | None = None,
        view: int = 0,
    ) -> int:
        """The id of the node that stands for these, made if need be."""
        key = (type_name, subgraph, via, view)
        if key not in self._index:
            self._index[key] = len(self.nodes)
            self.nodes.append(
                Node(len(self.nodes), kind, type_name, subgraph, interface_object, via, view)
            )
            self._out.append(_Edges())
        return self._index[key]

    def find(self, type_name: str, subgraph: str, via: str | None = None) -> int | None:
        return self._index.get((type_name, subgraph, via, 0))

    def copy_node(self, source: int) -> int:
        """A node of the same type and subgraph, as a new view, without edges."""
        self._views += 1
        node = self.nodes[source]
        return self.node(
            node.kind,
            node.type_name,
            node.subgraph,
            interface_object=node.interface_object,
            via=node.via,
            view=self._views,
        )

    def out(self, node: int) -> _Edges:
        """The edges out of a node so far."""
        return self._out[node]

    def field(  # noqa: PLR0913  # an edge is what all of these say
        self,
        source: int,
        target: int,
        name: str,
        type_text: str,
        requires: SelectionSet | None = None,
        override: Override | None = None,
        *,
        provided: bool = False,
    ) -> None:
        edge = FieldMove(
            len(self._edges), source, target, name, type_text, requires, override, provided
        )
        self._edges.append(edge)
        self._out[source].fields.setdefault(name, []).append(edge)

    def replace_field(self, source: int, name: str) -> None:
        """Forget a node's moves to a field, which better ones replace."""
        self._out[source].fields.pop(name, None)

    def entity(self, source: int, target: int, key: SelectionSet, typename: str | None) -> None:
        if any(
            (known.target, known.key, known.typename) == (target, key, typename)
            for known in self._out[source].entities
        ):
            return
        edge = EntityMove(len(self._edges), source, target, key, typename)
        self._edges.append(edge)
        self._out[source].entities.append(edge)

    def abstract(self, source: int, target: int) -> None:
        edge = AbstractMove(len(self._edges), source, target)
        self._edges.append(edge)
        self._out[source].abstract[self.nodes[target].type_name] = edge

    def interface_object(self, source: int, target: int, requires: SelectionSet) -> None:
        edge = InterfaceObjectMove(len(self._edges), source, target, requires)
        self._edges.append(edge)
        self._out[source].interface_objects[self.nodes[target].type_name] = edge

    def entrypoint(self, source: int, target: int, kind: OperationKind) -> None:
        edge = SubgraphEntrypoint(len(self._edges), source, target, kind)
        self._edges.append(edge)
        self._out[source].entrypoints.append(edge)

    def graph(self) -> QueryGraph:
        """The graph as a value. Edges that were replaced stay in `edges`, but lead nowhere from."""
        reentry: dict[int, Sequence[SelectionSet]] = {
            node: tuple(keys) for node, keys in self.reentry_keys.items()
        }
        return QueryGraph(
            nodes=tuple(self.nodes),
            edges=tuple(self._edges),
            moves=tuple(
                Moves(
                    {name: tuple(edges) for name, edges in out.fields.items()},
                    tuple(out.entities),
                    out.abstract,
                    out.interface_objects,
                    tuple(out.entrypoints),
                )
                for out in self._out
            ),
            roots=self.roots,
            reentry_keys=reentry,
            event_subgraphs=self.event_subgraphs,
        )
