"""The query graph: types as subgraphs know them, and the moves between them.

A node is a type in one subgraph. An edge is a move that a query can make; whether it may be made
also depends on what it requires. The graph knows nothing of operations: the planner looks for the
cheapest way through it, satisfiability asks whether there is one at all.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from gateway.selections.model import OperationKind, SelectionSet

NodeKind = Literal["root", "object", "interface", "union", "leaf"]
TYPENAME = "__typename"


class Node(msgspec.Struct, frozen=True):
    """A type in a subgraph.

    `subgraph` is None for the federated roots, where every operation starts. `via` names the
    interface that the subgraph takes for an object type (`@interfaceObject`): the node then stands
    for objects of `type_name` that the subgraph knows by the interface's name only. `view` tells
    apart nodes that offer more than the plain one, by `@provides`; 0 is the plain node.
    """

    id: int
    kind: NodeKind
    type_name: str
    subgraph: str | None
    interface_object: bool = False
    via: str | None = None
    view: int = 0

    @property
    def local_name(self) -> str:
        """What the subgraph calls the type."""
        return self.via or self.type_name

    def __str__(self) -> str:
        via = f" as {self.via}" if self.via else ""
        view = f"#{self.view}" if self.view else ""
        return f"{self.type_name}{via}/{self.subgraph or '*'}{view}"


class Override(msgspec.Struct, frozen=True):
    """A field that moves between subgraphs with a label (`@override(label:)`).

    The move is there while the label is active (`when` is true), or while it is not.
    """

    label: str
    when: bool


class FieldMove(msgspec.Struct, frozen=True, tag=True):
    """To the type of a field. `requires` must be sent along, in an entity fetch.

    `type_text` is the field's type in this subgraph, as GraphQL text. `provided` marks a field that
    is only there because an outer field provides it.
    """

    id: int
    source: int
    target: int
    field: str
    type_text: str
    requires: SelectionSet | None = None
    override: Override | None = None
    provided: bool = False


class EntityMove(msgspec.Struct, frozen=True, tag=True):
    """To the same entity in another subgraph, by a key that must be known.

    `typename` is the name that the target subgraph knows the entity by, where that is not the
    object's own: the interface's, if the target takes it for an object.
    """

    id: int
    source: int
    target: int
    key: SelectionSet
    typename: str | None


class AbstractMove(msgspec.Struct, frozen=True, tag=True):
    """From an interface or a union to an object type that it can be in this subgraph."""

    id: int
    source: int
    target: int


class InterfaceObjectMove(msgspec.Struct, frozen=True, tag=True):
    """From an interface object to one concrete type, without leaving the subgraph.

    The subgraph cannot tell concrete types apart: `requires` (`__typename`) comes from another.
    """

    id: int
    source: int
    target: int
    requires: SelectionSet


class SubgraphEntrypoint(msgspec.Struct, frozen=True, tag=True):
    """From the federated root to a subgraph's own root type."""

    id: int
    source: int
    target: int
    kind: OperationKind


Edge = FieldMove | EntityMove | AbstractMove | InterfaceObjectMove | SubgraphEntrypoint


class Moves(msgspec.Struct, frozen=True):
    """The edges out of one node, by kind. A field can have two edges: one provides more."""

    fields: Mapping[str, Sequence[FieldMove]]
    entities: Sequence[EntityMove]
    abstract: Mapping[str, AbstractMove]
    interface_objects: Mapping[str, InterfaceObjectMove]
    entrypoints: Sequence[SubgraphEntrypoint]


class QueryGraph(msgspec.Struct, frozen=True, eq=False):
    """All nodes and edges, each at the index that is its id.

    `reentry_keys[node]` are the keys by which the node's own subgraph can be entered again, which
    a field with `@requires` needs. `event_subgraphs` are the virtual subgraphs that stand for the
    payloads of event streams, with the subgraph each belongs to.
    """

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    moves: Sequence[Moves]
    roots: Mapping[OperationKind, int]
    reentry_keys: Mapping[int, Sequence[SelectionSet]]
    event_subgraphs: Mapping[str, str]

    def node(self, node_id: int) -> Node:
        return self.nodes[node_id]

    def edges_from(self, node_id: int) -> Sequence[Edge]:
        """Every edge out of a node."""
        moves = self.moves[node_id]
        found: list[Edge] = [edge for edges in moves.fields.values() for edge in edges]
        found += moves.entities
        found += moves.abstract.values()
        found += moves.interface_objects.values()
        found += moves.entrypoints
        return found
