"""Advances paths: over one edge, or over as many entity moves as it takes.

*Reach* is the set of nodes that entity moves lead to from a path without leaving its position. It
is found by forward chaining: a move can be made once everything its key selects can be had from the
nodes reached so far; cheaper ones first (Knuth's generalisation of Dijkstra's algorithm to
moves with several premises). So keys that need other keys need no search of their own.
"""

import heapq
from collections.abc import Callable, Collection, Iterator

from gateway.planner.budget import Budget
from gateway.planner.errors import EventFieldArguments
from gateway.planner.path import Conditions, Facts, Needed, Path, Selected
from gateway.query_graph.graph import (
    AbstractMove,
    EntityMove,
    FieldMove,
    InterfaceObjectMove,
    Node,
    QueryGraph,
    SubgraphEntrypoint,
)
from gateway.selections.merge import merge_selections
from gateway.selections.model import SelectionSet

Resolve = Callable[[Path, SelectionSet, str], Needed | None]


class Pathfinder:
    """Makes new paths out of paths. `resolve` finds out how a key or requirement is had."""

    def __init__(self, graph: QueryGraph, budget: Budget, labels: Collection[str] = ()) -> None:
        self.graph = graph
        self.facts = Facts()
        self.budget = budget
        self.resolve: Resolve = lambda _path, _selections, _scope: None
        self._labels = frozenset(labels)
        self._active: set[int] = set()

    def node(self, path: Path) -> Node:
        return self.graph.nodes[path.node]

    def start(self, edge: SubgraphEntrypoint) -> Path:
        """A path that has entered a subgraph's root."""
        facts = frozenset({self.facts.call((), self._subgraph(edge.target))})
        return Path(None, edge, edge.target, (), facts, self.facts.cost(facts))

    def field(self, path: Path, selected: Selected) -> Path | None:
        """The path to a field of the type that the path is at, in the same subgraph."""
        self.budget.spend()
        edges = self.graph.moves[path.node].fields.get(selected.name, ())
        if edges and selected.arguments and path.place and self._is_event(path):
            _refuse_argument(selected)
            return None
        for edge in edges:
            if edge.override and (edge.override.label in self._labels) is not edge.override.when:
                continue
            if edge.requires is None and not self._must_narrow(path, selected):
                return self._advance_field(path, edge, selected, None)
            needed = self._requirement(path, edge, edge.requires or ())
            if needed is not None:
                return self._advance_field(path, edge, selected, needed)
        return None

    def fields(self, path: Path, selected: Selected) -> list[Path]:
        """The ways to a field from a path: in its subgraph, and over entity moves.

        A leaf that the subgraph has is not looked for elsewhere.
        """
        direct = self.field(path, selected)
        if direct is not None and not selected.selections:
            return [direct]
        found = [] if direct is None else [direct]
        for reached in self.reach(path):
            if selected.name in self.graph.moves[reached.node].fields:
                further = self.field(reached, selected)
                if further is not None:
                    found.append(further)
        return found

    def concrete(self, path: Path, type_name: str) -> Iterator[Path]:
        """The ways to look at the object that a path is at as one of its concrete types."""
        node = self.node(path)
        if node.kind == "object" and not node.interface_object and node.type_name == type_name:
            yield path
            return
        if node.via is not None and node.type_name == type_name:
            yield path
            return
        moves = self.graph.moves[path.node]
        if type_name in moves.abstract:
            yield self.abstract(path, moves.abstract[type_name])
        if node.interface_object and node.via is None:
            move = moves.interface_objects.get(type_name)
            needed = self.resolve(path, move.requires, node.type_name) if move else None
            if move is not None and needed is not None:
                yield self._interface_object(path, move, needed)
            for reached in self.reach(path):
                there = self.graph.moves[reached.node].abstract
                if type_name in there:
                    yield self.abstract(reached, there[type_name])

    def abstract(self, path: Path, edge: AbstractMove) -> Path:
        """The path to one concrete type of the interface or union that a path is at."""
        self.budget.spend()
        return Path(path, edge, edge.target, path.place, path.facts, path.cost)

    def condition(self, path: Path, conditions: Conditions) -> Path:
        """The same place, from where on everything is under `@skip` or `@include`."""
        if not conditions:
            return path
        return Path(path, None, path.node, path.place, path.facts, path.cost, conditions=conditions)

    def reach(self, path: Path) -> list[Path]:
        """Paths to all nodes that entity moves lead to, cheapest first. See the module's text."""
        base = path.base
        if base.reached is None:
            base.reached = []
            _Reach(self, base, base.reached).run()
        return base.reached

    def entity(self, path: Path, edge: EntityMove) -> Path | None:
        """The path over an entity move, if its key can be had from what is reached so far."""
        self.budget.spend()
        source = self.graph.nodes[path.base.node]
        needed = self.resolve(path.base, edge.key, source.type_name)
        if needed is None:
            return None
        facts = path.facts | needed.facts
        facts |= {self._call(path, edge.target, facts)}
        cost = self.facts.cost(facts)
        return Path(path, edge, edge.target, path.place, facts, cost, needed=needed)

    def _is_event(self, path: Path) -> bool:
        return self._subgraph(path.node) in self.graph.event_subgraphs

    def _advance_field(
        self, path: Path, edge: FieldMove, selected: Selected, needed: Needed | None
    ) -> Path:
        place = (*path.place, selected.label)
        subgraph = self._subgraph(edge.source)
        source = f"{self.graph.nodes[edge.source].local_name}/{subgraph}"
        entered = path.entered or needed is not None
        facts = path.facts | {self.facts.field(place, source, entered=entered)}
        if needed is not None:
            facts |= needed.facts
            if not path.entered_here or self._call(path, edge.source, needed.facts) not in facts:
                facts |= {self.facts.call(path.place, subgraph, "again")}
        cost = self.facts.cost(facts)
        return Path(path, edge, edge.target, place, facts, cost, selected=selected, needed=needed)

    def _requirement(self, path: Path, edge: FieldMove, requires: SelectionSet) -> Needed | None:
        """Key and requirement of a field with `@requires`; None where they cannot be had."""
        if edge.id in self._active:
            return None
        self._active.add(edge.id)
        try:
            best: Needed | None = None
            source = self.graph.nodes[path.base.node]
            for key in self._reentry_keys(path):
                needed = self.resolve(path.base, merge_selections(key, requires), source.type_name)
                if needed is not None and (
                    best is None or self.facts.cost(needed.facts) < self.facts.cost(best.facts)
                ):
                    best = needed
            return best
        finally:
            self._active.discard(edge.id)

    def _must_narrow(self, path: Path, selected: Selected) -> bool:
        """Must objects of one concrete type be asked for this field by their key?

        A subgraph that takes an interface for an object resolves a field for all types: what it
        gives under an alias or for arguments must not stand where another type has something else.
        """
        while path.edge is None and path.parent is not None:
            path = path.parent
        if not isinstance(path.edge, InterfaceObjectMove):
            return False
        return bool(selected.arguments) or selected.response_key not in {None, selected.name}

    def _reentry_keys(self, path: Path) -> list[SelectionSet]:
        if isinstance(path.edge, EntityMove):
            return [path.edge.key]
        return list(self.graph.reentry_keys.get(path.node, ()))

    def _interface_object(self, path: Path, edge: InterfaceObjectMove, needed: Needed) -> Path:
        facts = path.facts | needed.facts
        cost = self.facts.cost(facts)
        return Path(path, edge, edge.target, path.place, facts, cost, needed=needed)

    def _call(self, path: Path, node: int, before: frozenset[int]) -> int:
        """The fact of calling a subgraph here: again, if it has to be called before that."""
        call = self.facts.call(path.place, self._subgraph(node))
        if call in before:
            return self.facts.call(path.place, self._subgraph(node), "again")
        return call

    def _subgraph(self, node: int) -> str:
        return self.graph.nodes[node].subgraph or ""


def _refuse_argument(selected: Selected) -> None:
    """A payload holds a field in one form: as it is without arguments."""
    if selected.response_key is not None:
        raise EventFieldArguments(
            f"{selected.scope}.{selected.name} is read from the event as it is:"
            " it cannot be asked with arguments here."
        )


class _Reach:
    def __init__(self, finder: Pathfinder, base: Path, reached: list[Path]) -> None:
        self._finder = finder
        self._graph = finder.graph
        self._base = base
        self._reached = reached
        self._settled = {self._identity(base.node)}
        self._heap: list[tuple[int, int, Path]] = []
        self._waiting: list[tuple[Path, EntityMove]] = []
        self._counter = 0

    def run(self) -> None:
        self._open(self._base)
        while self._heap:
            _, _, path = heapq.heappop(self._heap)
            identity = self._identity(path.node)
            if identity in self._settled:
                continue
            self._settled.add(identity)
            self._reached.append(path)
            self._open(path)
            waiting, self._waiting = self._waiting, []
            for source, edge in waiting:
                self._try(source, edge)

    def _open(self, path: Path) -> None:
        for edge in self._graph.moves[path.node].entities:
            self._try(path, edge)

    def _try(self, path: Path, edge: EntityMove) -> None:
        if self._identity(edge.target) in self._settled:
            return
        moved = self._finder.entity(path, edge)
        if moved is None:
            self._waiting.append((path, edge))
            return
        self._counter += 1
        heapq.heappush(self._heap, (moved.cost, self._counter, moved))

    def _identity(self, node_id: int) -> tuple[str, str | None, str | None]:
        node = self._graph.nodes[node_id]
        return (node.type_name, node.subgraph, node.via)
