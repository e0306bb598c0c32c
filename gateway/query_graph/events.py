"""Event streams as virtual subgraphs: what an event's payload holds, and where one goes from it.

The payload of an `@eventStream` field has value types whole, as the owning subgraph knows them, but
of entities only the key; everything else of an entity is an ordinary entity fetch away, also in
the subgraph that owns the stream.
"""

from gateway.query_graph.builder import GraphBuilder
from gateway.query_graph.fields import members_in, resolvable_in
from gateway.query_graph.graph import TYPENAME
from gateway.selections.model import Field as SelectedField, SelectionSet
from gateway.supergraph.model import Supergraph, Type

SUFFIX = "#events"


def add_event_streams(builder: GraphBuilder, supergraph: Supergraph) -> None:
    """Moves the event-stream fields from their subgraph's root to that of the virtual one."""
    root_name = supergraph.roots.get("subscription")
    if root_name is None:
        return
    payloads = _Payloads(builder, supergraph)
    for stream in supergraph.event_streams.values():
        virtual = stream.subgraph + SUFFIX
        known = builder.find(root_name, virtual)
        root = builder.node("object", root_name, virtual)
        if known is None:
            builder.event_subgraphs[virtual] = stream.subgraph
            builder.entrypoint(builder.roots["subscription"], root, "subscription")
        owner = builder.find(root_name, stream.subgraph)
        if owner is not None:
            builder.replace_field(owner, stream.field)
        field = supergraph.types[root_name].fields[stream.field]
        target = payloads.node(field.type_name, stream.subgraph)
        builder.field(root, target, stream.field, field.type)


class _Payloads:
    def __init__(self, builder: GraphBuilder, supergraph: Supergraph) -> None:
        self._builder = builder
        self._supergraph = supergraph

    def node(self, type_name: str, subgraph: str) -> int:
        """The node of a type in payloads; its edges are added when it is first met."""
        virtual = subgraph + SUFFIX
        known = self._builder.find(type_name, virtual)
        if known is not None:
            return known
        type_ = self._supergraph.types.get(type_name)
        if type_ is None or type_.kind not in {"object", "interface", "union"}:
            return self._builder.node("leaf", type_name, virtual)
        kind = type_.kind
        node = self._builder.node(
            "union" if kind == "union" else "interface" if kind == "interface" else "object",
            type_name,
            virtual,
        )
        leaf = self._builder.node("leaf", "String", virtual)
        self._builder.field(node, leaf, TYPENAME, "String!")
        self._fields(node, type_, subgraph)
        for name in members_in(self._supergraph, type_, subgraph) if kind != "object" else ():
            self._builder.abstract(node, self.node(name, subgraph))
        return node

    def _fields(self, node: int, type_: Type, subgraph: str) -> None:
        key = self._identity(type_, subgraph)
        held = (
            None if key is None else {item.name for item in key if isinstance(item, SelectedField)}
        )
        for field in type_.fields.values():
            if held is None:
                there = resolvable_in(type_, field, subgraph) is not None
            else:
                there = field.name in held
            if there:
                target = self.node(field.type_name, subgraph)
                self._builder.field(node, target, field.name, field.type)
        self._entity_moves(node, type_)

    def _identity(self, type_: Type, subgraph: str) -> SelectionSet | None:
        """The key that a payload holds of an entity; None for value types."""
        keys = [join.key for join in type_.joins if join.key is not None]
        if not keys or type_.kind == "union":
            return None
        plain = (SelectedField("id"),)
        own = [join.key for join in type_.keys_in(subgraph) if join.key is not None]
        return plain if plain in keys else (own or keys)[0]

    def _entity_moves(self, node: int, type_: Type) -> None:
        for join in type_.joins:
            target = self._builder.find(type_.name, join.subgraph)
            if join.key is not None and join.resolvable and target is not None:
                if type_.kind == "object":
                    self._builder.entity(node, target, join.key, None)
                elif join.interface_object:
                    self._builder.entity(node, target, join.key, type_.name)
