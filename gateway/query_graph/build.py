"""Builds the query graph of a supergraph.

In this order: nodes, field moves, moves to concrete types, entity moves, `@provides` views (which
copy what is there before them), event streams, entrypoints.
"""

from gateway.query_graph.builder import GraphBuilder
from gateway.query_graph.entities import add_entity_moves
from gateway.query_graph.events import add_event_streams
from gateway.query_graph.fields import members_in, override_of, resolvable_in
from gateway.query_graph.graph import TYPENAME, NodeKind, QueryGraph
from gateway.query_graph.views import add_views
from gateway.selections.model import Field as SelectedField
from gateway.supergraph.model import Field, FieldJoin, Supergraph, Type

COMPOSITE: dict[str, NodeKind] = {
    "object": "object",
    "interface": "interface",
    "union": "union",
}


def build_query_graph(supergraph: Supergraph) -> QueryGraph:
    """The graph of all that a query can do."""
    builder = GraphBuilder()
    types = [type_ for type_ in supergraph.types.values() if type_.kind in COMPOSITE]
    for type_ in types:
        for subgraph in type_.subgraphs:
            _add_node(builder, type_, subgraph)
    for type_ in types:
        for subgraph in type_.subgraphs:
            _Fields(builder, supergraph, type_, subgraph).add()
    for type_ in types:
        for subgraph in type_.subgraphs:
            _add_concrete_types(builder, supergraph, type_, subgraph)
    add_entity_moves(builder, supergraph)
    add_views(builder, supergraph)
    _add_roots(builder, supergraph)
    add_event_streams(builder, supergraph)
    return builder.graph()


def _add_node(builder: GraphBuilder, type_: Type, subgraph: str) -> int:
    interface_object = type_.is_interface_object_in(subgraph)
    kind = "object" if interface_object else COMPOSITE[type_.kind]
    return builder.node(kind, type_.name, subgraph, interface_object=interface_object)


class _Fields:
    """The field moves of one type in one subgraph."""

    def __init__(
        self, builder: GraphBuilder, supergraph: Supergraph, type_: Type, subgraph: str
    ) -> None:
        self._builder = builder
        self._supergraph = supergraph
        self._type = type_
        self._subgraph = subgraph
        self._source = _add_node(builder, type_, subgraph)

    def add(self) -> None:
        interface_object = self._type.is_interface_object_in(self._subgraph)
        if not interface_object:
            leaf = self._builder.node("leaf", "String", self._subgraph)
            self._builder.field(self._source, leaf, TYPENAME, "String!")
        for field in self._type.fields.values():
            join = resolvable_in(self._type, field, self._subgraph)
            if join is None:
                continue
            if self._type.kind == "interface" and not interface_object:
                if self._all_members_resolve(field):
                    self._add(self._source, field, join)
            else:
                self._add(self._source, field, join)

    def _add(self, source: int, field: Field, join: FieldJoin) -> None:
        type_text = join.type or field.type
        self._builder.field(
            source,
            self._target(type_text.strip("[]!")),
            field.name,
            type_text,
            join.requires,
            override_of(field, join),
        )

    def _target(self, type_name: str) -> int:
        known = self._builder.find(type_name, self._subgraph)
        if known is not None:
            return known
        return self._builder.node("leaf", type_name, self._subgraph)

    def _all_members_resolve(self, field: Field) -> bool:
        """May the field be asked on the interface, whatever the object's type turns out to be?"""
        for name in members_in(self._supergraph, self._type, self._subgraph):
            member = self._supergraph.types[name]
            own = member.fields.get(field.name)
            join = resolvable_in(member, own, self._subgraph) if own else None
            if own is None or join is None or join.requires or override_of(own, join):
                return False
        return True


def _add_concrete_types(
    builder: GraphBuilder, supergraph: Supergraph, type_: Type, subgraph: str
) -> None:
    source = _add_node(builder, type_, subgraph)
    if type_.kind == "object":
        return
    if not type_.is_interface_object_in(subgraph):
        for name in members_in(supergraph, type_, subgraph):
            target = builder.find(name, subgraph)
            if target is not None:
                builder.abstract(source, target)
        return
    for name in sorted(supergraph.possible_types.get(type_.name, ())):
        target = builder.node("object", name, subgraph, interface_object=True, via=type_.name)
        for edges in list(builder.out(source).fields.values()):
            for edge in edges:
                builder.field(
                    target, edge.target, edge.field, edge.type_text, edge.requires, edge.override
                )
        builder.interface_object(source, target, (SelectedField(TYPENAME),))


def _add_roots(builder: GraphBuilder, supergraph: Supergraph) -> None:
    for kind, name in supergraph.roots.items():
        root = builder.roots[kind] = builder.node("root", name, None)
        for subgraph in supergraph.types[name].subgraphs:
            target = builder.find(name, subgraph)
            if target is not None and set(builder.out(target).fields) - {TYPENAME}:
                builder.entrypoint(root, target, kind)
