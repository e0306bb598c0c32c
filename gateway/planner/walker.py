"""Walks an operation over the query graph and finds, for every leaf, the ways to it.

The result is a list of choices. The alternatives of a choice are paths to one leaf; or bundles of
choices, where a field of an interface must be asked of each concrete type: all concrete types that
an object from one subgraph can have must then be served from that subgraph's path.

A key or requirement is walked just like what a client asks.
"""

from collections.abc import Mapping

from gateway.planner.best import choose_greedily
from gateway.planner.choices import Bundle, Choice, DeadEnd
from gateway.planner.path import CALL_COST, Conditions, Needed, Path, Selected
from gateway.planner.pathfinder import Pathfinder
from gateway.query_graph.graph import TYPENAME
from gateway.selections.model import Field, Fragment, SelectionSet
from gateway.supergraph.model import Supergraph

MAX_EQUALS = 3


class Walker:
    """Finds ways for one operation."""

    def __init__(self, supergraph: Supergraph, finder: Pathfinder) -> None:
        self._possible: Mapping[str, frozenset[str]] = supergraph.possible_types
        self._types = supergraph.types
        self._finder = finder
        finder.resolve = self._resolve

    def walk(self, paths: list[Path], selections: SelectionSet, scope: str) -> list[Choice]:
        """The choices for a client's selections on a type that `paths` lead to.

        Raises:
            DeadEnd: there is no way to some field.
        """
        choices: list[Choice] = []
        _Level(self, choices, client=True).selections(paths, selections, scope, None)
        return choices

    def _resolve(self, base: Path, selections: SelectionSet, scope: str) -> Needed | None:
        choices: list[Choice] = []
        try:
            _Level(self, choices, client=False).selections([base], selections, scope, None)
        except DeadEnd:
            return None
        paths, facts = choose_greedily(choices, base.facts, self._finder.facts)
        return Needed(selections, scope, tuple(paths), facts)

    @property
    def finder(self) -> Pathfinder:
        return self._finder

    def possible(self, type_name: str) -> frozenset[str]:
        """The object types that a type stands for."""
        return self._possible.get(type_name, frozenset({type_name}))

    def is_union(self, type_name: str) -> bool:
        type_ = self._types.get(type_name)
        return type_ is not None and type_.kind == "union"

    def field_type(self, scope: str, field: str) -> str:
        """The named type of a field, as the API has it."""
        return self._types[scope].fields[field].type_name


class _Level:
    """Collects choices into one list; `client` tells a client's selections from needed ones."""

    def __init__(self, walker: Walker, choices: list[Choice], *, client: bool) -> None:
        self._walker = walker
        self._finder = walker.finder
        self._choices = choices
        self._client = client

    def selections(
        self,
        paths: list[Path],
        selections: SelectionSet,
        scope: str,
        allowed: frozenset[str] | None,
    ) -> None:
        """`allowed` are the types of a union that every subgraph which may answer knows."""
        for selection in selections:
            match selection:
                case Field():
                    self._field(paths, self._selected(selection, scope), allowed)
                case Fragment():
                    self._fragment(paths, selection, scope, allowed)

    def _selected(self, field: Field, scope: str) -> Selected:
        key = field.response_key if self._client else None
        if field.name == TYPENAME and self._client:
            key = TYPENAME
        return Selected(field.name, field.arguments, key, field.conditions, scope, field.selections)

    def _field(self, paths: list[Path], selected: Selected, allowed: frozenset[str] | None) -> None:
        found = [way for path in paths for way in self._finder.fields(path, selected)]
        if not found:
            self._expand(paths, selected, allowed)
            return
        ways = _best_per_node(found)
        if not selected.selections:
            self._choices.append(Choice(tuple(ways)))
            return
        type_name = self._walker.field_type(selected.scope, selected.name)
        narrowed = self._shared_members(ways) if self._walker.is_union(type_name) else None
        self.selections(ways, selected.selections, type_name, narrowed)

    def _expand(
        self, paths: list[Path], selected: Selected, allowed: frozenset[str] | None
    ) -> None:
        """Ask a field of an abstract type of each concrete type instead."""
        bundles: list[Bundle] = []
        dead_end = DeadEnd(selected.scope, selected.name)
        for path in self._abstract_nodes(paths):
            if not self._finder.graph.moves[path.node].abstract:
                continue
            choices: list[Choice] = []
            level = _Level(self._walker, choices, client=self._client)
            try:
                for name, move in self._finder.graph.moves[path.node].abstract.items():
                    if allowed is None or name in allowed:
                        level._field([self._finder.abstract(path, move)], selected, None)
            except DeadEnd as found:
                dead_end = found
                continue
            bundles.append(Bundle(tuple(choices)))
        if not bundles:
            raise dead_end
        if len(bundles) == 1:
            self._choices.extend(bundles[0].choices)
        else:
            self._choices.append(Choice(tuple(bundles)))

    def _abstract_nodes(self, paths: list[Path]) -> list[Path]:
        found = []
        for path in paths:
            node = self._finder.node(path)
            if node.kind in {"interface", "union"}:
                found.append(path)
            elif node.interface_object and node.via is None:
                found += [
                    reached
                    for reached in self._finder.reach(path)
                    if self._finder.node(reached).kind == "interface"
                ]
        return found

    def _fragment(
        self,
        paths: list[Path],
        fragment: Fragment,
        scope: str,
        allowed: frozenset[str] | None,
    ) -> None:
        condition = fragment.type_condition or scope
        here = self._walker.possible(scope)
        wanted = self._walker.possible(condition)
        if here <= wanted:
            within = scope if scope in wanted else condition
            inner = self._conditional(paths, fragment.conditions)
            self.selections(inner, fragment.selections, within, allowed)
            return
        names = sorted((here & wanted) if allowed is None else (here & wanted & allowed))
        nothing = True
        for name in names:
            ways = [way for path in paths for way in self._finder.concrete(path, name)]
            if ways:
                nothing = False
                inner = self._conditional(_best_per_node(ways), fragment.conditions)
                self.selections(inner, fragment.selections, name, None)
        if nothing:
            self._only_typename(paths, scope)

    def _only_typename(self, paths: list[Path], scope: str) -> None:
        """No object here can be of the fragment's type: only its being there is asked."""
        selected = Selected(TYPENAME, (), TYPENAME, (), scope, ())
        found = [way for path in paths for way in self._finder.fields(path, selected)]
        if found:
            self._choices.append(Choice(tuple(_best_per_node(found))))

    def _conditional(self, paths: list[Path], conditions: Conditions) -> list[Path]:
        return [self._finder.condition(path, conditions) for path in paths]

    def _shared_members(self, paths: list[Path]) -> frozenset[str] | None:
        """The members that all subgraphs know which may answer; None where only one may."""
        members: dict[str | None, frozenset[str]] = {}
        for path in paths:
            node = self._finder.node(path)
            known = self._finder.graph.moves[path.node].abstract
            members[node.subgraph] = frozenset(known or {node.type_name})
        if len(members) < 2:
            return None
        return frozenset.intersection(*members.values())


def _best_per_node(paths: list[Path]) -> list[Path]:
    """The cheapest ways to each node; which of equals is best, the rest of the operation tells."""
    by_node: dict[int, list[Path]] = {}
    for path in paths:
        by_node.setdefault(path.node, []).append(path)
    best: list[Path] = []
    for ways in by_node.values():
        limit = min(way.cost for way in ways) + CALL_COST
        equals: dict[frozenset[int], Path] = {}
        for way in ways:
            if way.cost < limit:
                equals.setdefault(way.facts, way)
        best += sorted(equals.values(), key=lambda way: way.cost)[:MAX_EQUALS]
    return best
