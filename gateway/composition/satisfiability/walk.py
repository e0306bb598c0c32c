"""Walks all that clients can ask, breadth first, with all the places where the answer may be.

A step is a field, or the narrowing of an abstract type to a concrete one. For each way to ask there
is a set of nodes of the query graph from which it may go on: it is satisfiable as long as the set
of the next step is not empty. What can be asked from a smaller set can be asked from a larger one,
so a type is walked again only from nodes that hold no set it was walked from before. To know only
whether all is well, it is enough to compare what the nodes reach; to tell of every way that fails,
the nodes themselves count.

Being breadth first, the first query found to fail is the shortest.
"""

from collections import deque
from collections.abc import Iterator, Mapping

import msgspec

from gateway.composition.satisfiability.reach import Reach
from gateway.federation.model import Kind, TypeDef, first
from gateway.federation.type_refs import named
from gateway.query_graph.graph import FieldMove

Conditions = frozenset[tuple[str, bool]]


class Step(msgspec.Struct, frozen=True):
    """A field (`name` on `type_name`), or with `condition` a narrowing to that type."""

    type_name: str
    name: str = ""
    condition: str | None = None


class State(msgspec.Struct, frozen=True):
    """A type reached by a path, the nodes it may be at, and the override labels decided so far."""

    type_name: str
    nodes: frozenset[int]
    path: tuple[Step, ...] = ()
    conditions: Conditions = frozenset()


class Dead(msgspec.Struct, frozen=True):
    """A step that cannot be made from any of the state's nodes."""

    state: State
    step: Step


class Shared(msgspec.Struct, frozen=True):
    """A field of abstract type that several nodes resolve: the types it can be, by subgraph."""

    state: State
    step: Step
    runtime_types: Mapping[str, frozenset[str]]


class TooManyPaths(msgspec.Struct, frozen=True):
    """The walk was given up."""

    count: int


Found = Dead | Shared | TooManyPaths


class Walker:
    """The walk over one supergraph's API."""

    def __init__(
        self,
        reach: Reach,
        types: Mapping[str, TypeDef],
        possible_types: Mapping[str, frozenset[str]],
        max_paths: int,
        *,
        thorough: bool,
    ) -> None:
        self._thorough = thorough
        self._reach = reach
        self._types = types
        self._possible_types = possible_types
        self._max_paths = max_paths
        self._visited: dict[tuple[str, Conditions], list[frozenset[int]]] = {}

    def walk(self, start: State) -> Iterator[Found]:
        """All that is found from a root, or from a field of it."""
        waiting = deque([start])
        count = len(start.nodes)
        while waiting:
            state = waiting.popleft()
            count -= len(state.nodes)
            if self._is_known(state):
                continue
            for found in self._step(state):
                if not isinstance(found, State):
                    yield found
                    continue
                waiting.append(found)
                count += len(found.nodes)
                if count > self._max_paths:
                    yield TooManyPaths(count)
                    return

    def _is_known(self, state: State) -> bool:
        before = self._visited.setdefault((state.type_name, state.conditions), [])
        nodes = state.nodes
        if not self._thorough and self._types[state.type_name].kind is Kind.OBJECT:
            nodes = frozenset(place for node in nodes for place in self._reach.of(node))
        if any(known <= nodes for known in before):
            return True
        before.append(nodes)
        return False

    def _step(self, state: State) -> Iterator[State | Found]:
        type_ = self._types[state.type_name]
        if type_.kind is Kind.OBJECT:
            for name, field in type_.fields.items():
                if not first(field.directives, "inaccessible"):
                    yield from self.follow(state, name)
            return
        for name in sorted(self._possible_types.get(type_.name, ())):
            if not first(self._types[name].directives, "inaccessible"):
                yield from self._narrow(state, name)

    def _narrow(self, state: State, name: str) -> Iterator[State | Found]:
        step = Step(state.type_name, condition=name)
        nodes: set[int] = set()
        possible = False
        for node in state.nodes:
            targets = self._reach.narrow(node, name)
            possible = possible or targets is not None
            nodes.update(targets or ())
        if nodes:
            yield State(name, frozenset(nodes), (*state.path, step), state.conditions)
        elif not possible:
            yield Dead(state, step)

    def follow(self, state: State, name: str) -> Iterator[State | Found]:
        """What becomes of a field, for each way that labels may be set."""
        moves = [
            move
            for node in state.nodes
            for place in self._reach.of(node)
            for move in self._reach.graph.moves[place].fields.get(name, ())
        ]
        decided = dict(state.conditions)
        open_labels = {
            move.override.label: None
            for move in moves
            if move.override is not None and move.override.label not in decided
        }
        for conditions in _settings(list(open_labels), state.conditions):
            yield from self._take(state, name, moves, conditions)

    def _take(
        self, state: State, name: str, moves: list[FieldMove], conditions: Conditions
    ) -> Iterator[State | Found]:
        step = Step(state.type_name, name)
        targets = {
            move.target
            for move in moves
            if (move.override is None or (move.override.label, move.override.when) in conditions)
            and self._reach.allows(move)
        }
        if not targets:
            yield Dead(state, step)
            return
        target = self._types.get(named(self._types[state.type_name].fields[name].type))
        if target is None or target.kind not in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION):
            return
        if target.kind is not Kind.OBJECT:
            yield from self._shared(state, step, targets)
        yield State(target.name, frozenset(targets), (*state.path, step), conditions)

    def _shared(self, state: State, step: Step, targets: set[int]) -> Iterator[Found]:
        graph = self._reach.graph
        by_subgraph: dict[str, frozenset[str]] = {}
        for target in sorted(targets):
            node = graph.nodes[target]
            if node.kind in ("interface", "union") and node.subgraph not in graph.event_subgraphs:
                name = node.subgraph or ""
                names = frozenset(graph.moves[target].abstract)
                by_subgraph[name] = by_subgraph.get(name, names) | names
        if len(set(by_subgraph.values())) > 1:
            yield Shared(state, step, by_subgraph)


def _settings(labels: list[str], decided: Conditions) -> Iterator[Conditions]:
    if not labels:
        yield decided
        return
    for active in (True, False):
        yield from _settings(labels[1:], decided | {(labels[0], active)})
