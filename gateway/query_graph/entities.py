"""Moves between subgraphs by key: where an entity is resolvable, and what must be known for it.

- object → the same object in another subgraph, by its `@key`;
- interface object → interface (which tells concrete types), and back;
- object → interface object: any object is an instance of the interfaces it implements.
"""

from gateway.query_graph.builder import GraphBuilder
from gateway.supergraph.model import Supergraph, Type, TypeJoin


def add_entity_moves(builder: GraphBuilder, supergraph: Supergraph) -> None:
    """Adds every `EntityMove`, and the keys by which each node's subgraph can be entered again."""
    for type_ in supergraph.types.values():
        resolvable = [join for join in type_.joins if join.key is not None and join.resolvable]
        for join in resolvable:
            if type_.kind == "object":
                _to_object(builder, supergraph, type_, join)
            elif type_.kind == "interface":
                _to_interface(builder, supergraph, type_, join)


def _to_object(builder: GraphBuilder, supergraph: Supergraph, type_: Type, join: TypeJoin) -> None:
    target = builder.find(type_.name, join.subgraph)
    if target is None or join.key is None:
        return
    builder.reentry_keys.setdefault(target, []).append(join.key)
    for subgraph in type_.subgraphs:
        source = builder.find(type_.name, subgraph)
        if source is not None and source != target:
            builder.entity(source, target, join.key, None)
    for source in _virtual(builder, supergraph, type_.name):
        builder.entity(source, target, join.key, type_.name)


def _to_interface(
    builder: GraphBuilder, supergraph: Supergraph, type_: Type, join: TypeJoin
) -> None:
    target = builder.find(type_.name, join.subgraph)
    if target is None or join.key is None:
        return
    if join.interface_object:
        builder.reentry_keys.setdefault(target, []).append(join.key)
    for subgraph in type_.subgraphs:
        source = builder.find(type_.name, subgraph)
        if source is None or source == target:
            continue
        if join.interface_object or type_.is_interface_object_in(subgraph):
            builder.entity(source, target, join.key, type_.name)
    if join.interface_object:
        for name in sorted(supergraph.possible_types.get(type_.name, ())):
            _to_interface_object(builder, supergraph, type_, name, join)


def _to_interface_object(
    builder: GraphBuilder, supergraph: Supergraph, interface: Type, name: str, join: TypeJoin
) -> None:
    """Moves of one concrete type into a subgraph that only knows its interface."""
    target = builder.find(name, join.subgraph, interface.name)
    if target is None or join.key is None:
        return
    builder.reentry_keys.setdefault(target, []).append(join.key)
    for subgraph in supergraph.types[name].subgraphs:
        source = builder.find(name, subgraph)
        if source is not None:
            builder.entity(source, target, join.key, interface.name)
    for source in _virtual(builder, supergraph, name):
        if source != target:
            builder.entity(source, target, join.key, interface.name)


def _virtual(builder: GraphBuilder, supergraph: Supergraph, name: str) -> list[int]:
    """The nodes that stand for an object type where subgraphs only know its interface."""
    found = []
    for interface in supergraph.types.values():
        if interface.kind != "interface" or name not in supergraph.possible_types[interface.name]:
            continue
        for subgraph in interface.subgraphs:
            node = builder.find(name, subgraph, interface.name)
            if node is not None:
                found.append(node)
    return found
