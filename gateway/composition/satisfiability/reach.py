"""Where one can get to from a place in the query graph without asking for another field.

From a node, entity moves lead to the same entity in other subgraphs, if their keys can be had. A
key's fields may themselves be spread over subgraphs, and lead through entities of their own. So
all nodes' reaches are found together: each starts as the node alone, and grows while any entity
move can be made with what is reached so far. What is reached in the end is all that can be.

Fields under a progressive `@override` are of no use for keys and requirements: whether they are
there depends on the request.
"""

from collections.abc import Iterable, Mapping

from gateway.query_graph.graph import TYPENAME, FieldMove, QueryGraph
from gateway.selections.model import Field, Fragment, SelectionSet


class Reach:
    """The reach of every node of a graph."""

    def __init__(self, graph: QueryGraph, possible_types: Mapping[str, frozenset[str]]) -> None:
        self.graph = graph
        self._possible_types = possible_types
        self._open: set[int] = set()
        self._reached: list[list[int]] = [[node.id] for node in graph.nodes]
        self._grow()
        self._requirements: dict[int, bool] = {}

    def of(self, node: int) -> list[int]:
        """The nodes that can be had in place of this one, itself first."""
        return self._reached[node]

    def allows(self, move: FieldMove) -> bool:
        """Whether what the field requires can be had, and the subgraph be entered again with it."""
        if move.requires is None:
            return True
        known = self._requirements.get(move.id)
        if known is None:
            known = self._requirements[move.id] = self._satisfies(move)
        return known

    def narrow(self, node: int, name: str) -> list[int] | None:
        """The nodes for an object of the concrete type: none where the node's are never of it.

        None where it cannot be told: the subgraph takes the interface for an object type, and no
        subgraph that knows its concrete types can be reached.
        """
        place = self.graph.nodes[node]
        moves = self.graph.moves[node]
        if place.type_name == name:
            return [node]
        if name in moves.abstract:
            return [moves.abstract[name].target]
        if not place.interface_object:
            return []
        found = [
            self.graph.moves[other].abstract[name].target
            for other in self.of(node)
            if name in self.graph.moves[other].abstract
        ]
        concrete = moves.interface_objects.get(name)
        if concrete is not None and self.selects(self.of(node), concrete.requires):
            found.append(concrete.target)
        return found or None

    def selects(self, nodes: Iterable[int], selections: SelectionSet) -> bool:
        """Whether the selections can be had, each from any of the nodes."""
        nodes = list(nodes)
        return all(self._selection(nodes, selection) for selection in selections)

    def _satisfies(self, move: FieldMove) -> bool:
        reached = self.of(move.source)
        if move.requires is None or not self.selects(reached, move.requires):
            return False
        keys = self.graph.reentry_keys.get(move.source, ())
        return any(self.selects(reached, key) for key in keys)

    def _grow(self) -> None:
        growing = [node.id for node in self.graph.nodes if self.graph.moves[node.id].entities]
        grown = True
        while grown:
            grown = False
            for node in growing:
                grown = self._extend(node) or grown

    def _extend(self, node: int) -> bool:
        reached = self._reached[node]
        size = len(reached)
        for place in reached:  # grows meanwhile
            for move in self.graph.moves[place].entities:
                if move.target not in reached and self.selects(reached, move.key):
                    reached.append(move.target)
        return len(reached) > size

    def _selection(self, nodes: list[int], selection: Field | Fragment) -> bool:
        if isinstance(selection, Field):
            return any(self._field(node, selection) for node in nodes)
        if selection.type_condition is None:
            return self.selects(nodes, selection.selections)
        return self._fragment(nodes, selection.type_condition, selection.selections)

    def _field(self, node: int, selection: Field) -> bool:
        if selection.name == TYPENAME:
            return not self.graph.nodes[node].interface_object
        moves = self.graph.moves[node]
        for move in moves.fields.get(selection.name, ()):
            if (
                move.override is None
                and self._requirement_now(move)
                and self.selects(self._reached[move.target], selection.selections)
            ):
                return True
        members = [move.target for move in moves.abstract.values()]
        return bool(members) and all(
            any(self._field(place, selection) for place in self._reached[member])
            for member in members
        )

    def _requirement_now(self, move: FieldMove) -> bool:
        """While reaches grow, what a field requires is judged by what they are so far."""
        if move.requires is None:
            return True
        if move.id in self._open:
            return False  # it would need itself
        self._open.add(move.id)
        try:
            return self.selects(self._reached[move.source], move.requires)
        finally:
            self._open.discard(move.id)

    def _fragment(self, nodes: list[int], condition: str, selections: SelectionSet) -> bool:
        """What no node's objects can be need not be had."""
        names = self._possible_types.get(condition, frozenset({condition}))
        return all(self._narrowed(nodes, name, selections) for name in names)

    def _narrowed(self, nodes: list[int], name: str, selections: SelectionSet) -> bool:
        impossible = False
        for node in nodes:
            targets = self.narrow(node, name)
            if any(self.selects(self._reached[target], selections) for target in targets or ()):
                return True
            impossible = impossible or targets == []
        return impossible
