"""From the chosen paths to fetch steps.

Each path is followed from the root. A move within a subgraph grows the selections of the step that
the path is in; an entity move, and a field with `@requires`, enter a step of their own, which
waits for the steps that fetch what is needed. A step that already goes to the same subgraph
for the same objects is used again, unless it would then wait for itself.
"""

from collections.abc import Mapping

import msgspec

from gateway.plan.nodes import Key, OnType, Path as ResponsePath
from gateway.planner.fetch_graph import (
    FetchGraph,
    FetchStep,
    FieldSlot,
    Input,
    Selections,
    accepts,
    add_input,
    without_trailing_types,
)
from gateway.planner.path import Conditions, Needed, Path, Selected
from gateway.planner.response_keys import ROOT, Position, ResponseKeys, below
from gateway.query_graph.graph import (
    TYPENAME,
    AbstractMove,
    EntityMove,
    FieldMove,
    InterfaceObjectMove,
    Node,
    QueryGraph,
    SubgraphEntrypoint,
)
from gateway.selections.merge import merge_selections
from gateway.selections.model import Field, Fragment, OperationKind, Selection, SelectionSet
from gateway.supergraph.model import Supergraph


class Cursor(msgspec.Struct, eq=False):
    """Where a path has come to.

    `types` are the concrete types that the object can have, `response_path` leads to it,
    `conditions` hold since the position was reached, and `waits_for` are steps that tell its type.
    """

    step: FetchStep
    selections: Selections
    node: Node
    position: Position
    response_path: ResponsePath
    types: frozenset[str]
    conditions: Conditions = ()
    waits_for: frozenset[int] = frozenset()


def build_fetch_graph(
    graph: QueryGraph,
    supergraph: Supergraph,
    parts: Mapping[int, list[Path]],
    keys: ResponseKeys,
    kind: OperationKind,
) -> FetchGraph:
    """The steps that fetch the leaves of all paths, by the part of the answer that needs them.

    A part uses the steps of earlier ones as far as those need not wait for anything more.
    """
    builder = _Builder(graph, supergraph, keys, kind)
    fetches = builder.fetches
    for number, paths in parts.items():
        leaves = {step.id: step for step in (builder.cursor(path).step for path in paths)}
        above = {one for leaf in leaves.values() for one in fetches.ancestors(leaf)}
        for needed in leaves.keys() | above:
            fetches.steps[needed].is_needed_by({number})
        builder.settled = frozenset(fetches.steps)
    return fetches


class _Builder:
    def __init__(
        self,
        graph: QueryGraph,
        supergraph: Supergraph,
        keys: ResponseKeys,
        kind: OperationKind,
    ) -> None:
        self.fetches = FetchGraph()
        self.settled: frozenset[int] = frozenset()
        self._graph = graph
        self._possible = supergraph.possible_types
        self._types_by_name = supergraph.types
        self._keys = keys
        self._kind = kind
        self._known: dict[int, tuple[Path, Cursor]] = {}
        self._by_move: dict[tuple[object, ...], Cursor] = {}
        self._roots: dict[str, FetchStep] = {}

    def cursor(self, path: Path) -> Cursor:
        """Where a path leads; what it needs on its way is added to the steps."""
        known = self._known.get(id(path))
        if known is not None:
            return known[1]
        parent = None if path.parent is None else self.cursor(path.parent)
        move = (
            id(parent),
            None if path.edge is None else path.edge.id,
            path.selected
            and (path.selected.response_key, path.selected.label, path.selected.scope),
            path.selected.conditions if path.selected else path.conditions,
        )
        if move not in self._by_move:
            self._by_move[move] = self._advance(path, parent)
        cursor = self._by_move[move]
        self._known[id(path)] = (path, cursor)
        return cursor

    def _advance(self, path: Path, parent: Cursor | None) -> Cursor:
        node = self._graph.nodes[path.node]
        if parent is None:
            return self._root(node)
        match path.edge:
            case FieldMove() as edge:
                assert path.selected is not None  # noqa: S101  # a field move selects
                if path.needed is not None and path.parent is not None:
                    parent = self._again(self.cursor(path.parent.base), parent, path.needed)
                return self._field(parent, edge, path.selected, node)
            case EntityMove() as edge:
                assert path.needed is not None  # noqa: S101  # an entity move needs its key
                base = self.cursor(path.base)
                return self._enter(base, parent, node, path.needed, edge.typename)
            case AbstractMove():
                return self._concrete(parent, node)
            case InterfaceObjectMove():
                assert path.needed is not None  # noqa: S101  # it needs __typename
                return self._assumed(parent, node, path.needed)
            case SubgraphEntrypoint() | None:
                return self._conditional(parent, path.conditions)

    def _root(self, node: Node) -> Cursor:
        subgraph = node.subgraph or ""
        if subgraph not in self._roots:
            self._roots[subgraph] = self.fetches.add(
                subgraph, self._kind, (), node.local_name, [], set()
            )
        step = self._roots[subgraph]
        return Cursor(step, step.selections, node, ROOT, (), frozenset({node.type_name}))

    def _field(self, at: Cursor, edge: FieldMove, selected: Selected, node: Node) -> Cursor:
        key = self._keys.key_of(at.position, selected)
        slot = at.selections.field(
            FieldSlot(
                selected.name,
                key,
                selected.arguments,
                selected.conditions,
                edge.type_text,
                Selections(node.local_name),
                wanted=selected.name == TYPENAME and selected.response_key is not None,
            )
        )
        is_empty = node.kind != "leaf" and not selected.selections
        if is_empty or node.kind in {"interface", "union"} or node.interface_object:
            slot.selections.select_typename()
        return Cursor(
            at.step,
            slot.selections,
            node,
            below(at.position, key, selected.conditions),
            (*at.response_path, Key(key)),
            self._types(node),
            waits_for=at.waits_for,
        )

    def _concrete(self, at: Cursor, node: Node) -> Cursor:
        return msgspec.structs.replace(
            at,
            selections=at.selections.fragment(node.local_name),
            node=node,
            response_path=(*at.response_path, OnType(frozenset({node.type_name}))),
            types=frozenset({node.type_name}),
        )

    def _assumed(self, at: Cursor, node: Node, needed: Needed) -> Cursor:
        """One concrete type of an interface object: its subgraph is asked as for all types."""
        steps = frozenset(self.cursor(path).step.id for path in needed.paths) - {at.step.id}
        return msgspec.structs.replace(
            at,
            node=node,
            response_path=(*at.response_path, OnType(frozenset({node.type_name}))),
            types=frozenset({node.type_name}),
            waits_for=at.waits_for | steps,
        )

    def _conditional(self, at: Cursor, conditions: Conditions) -> Cursor:
        return msgspec.structs.replace(
            at,
            selections=at.selections.fragment(None, conditions),
            position=below(at.position, "", conditions),
            conditions=tuple(dict.fromkeys((*at.conditions, *conditions))),
        )

    def _again(self, base: Cursor, at: Cursor, needed: Needed) -> Cursor:
        """Enter the subgraph anew, with what a field requires."""
        typename = at.node.local_name if at.node.interface_object else None
        return self._enter(base, at, at.node, needed, typename)

    def _enter(
        self, base: Cursor, at: Cursor, node: Node, needed: Needed, typename: str | None
    ) -> Cursor:
        """An entity step where `at` is, with the representation that is read at `base`."""
        parents = {self.cursor(path).step.id for path in needed.paths} | {base.step.id}
        parents |= at.waits_for | base.waits_for
        base.selections.select_typename()
        new = Input(
            base.types,
            typename,
            self._representation(needed.selections, base.position, needed.scope),
        )
        step = self._entity_step(node, without_trailing_types(base.response_path), new, parents)
        inside = step.selections.fragment(node.local_name).fragment(None, base.conditions)
        if node.kind == "interface":
            inside.select_typename(wanted=base.node.interface_object)
        return Cursor(
            step,
            inside,
            node,
            base.position,
            base.response_path,
            base.types,
            base.conditions,
            base.waits_for | at.waits_for,
        )

    def _entity_step(
        self, node: Node, path: ResponsePath, new: Input, parents: set[int]
    ) -> FetchStep:
        subgraph = node.subgraph or ""
        self.fetches.budget.spend(len(self.fetches.steps))
        for step in self.fetches.steps.values():
            if (
                step.is_entity
                and (step.subgraph, step.path) == (subgraph, path)
                and accepts(step.inputs, new)
                and self._may_wait(step, parents)
            ):
                add_input(step.inputs, new)
                step.parents |= parents
                return step
        return self.fetches.add(subgraph, "query", path, "_Entity", [new], parents)

    def _may_wait(self, step: FetchStep, parents: set[int]) -> bool:
        if step.id in self.settled and not parents <= self.fetches.ancestors(step):
            return False
        return self.fetches.may_depend(step, parents)

    def _representation(
        self, selections: SelectionSet, position: Position, scope: str
    ) -> SelectionSet:
        """The selections with the response keys under which the response tree has them."""
        found: list[Selection] = []
        for selection in selections:
            match selection:
                case Field(name=name, arguments=arguments):
                    if name == TYPENAME:
                        found.append(Field(TYPENAME))
                        continue
                    key = self._keys.needed(position, scope, name, arguments)
                    type_name = self._types_by_name[scope].fields[name].type_name
                    inner = self._representation(
                        selection.selections, below(position, key), type_name
                    )
                    if type_name in self._possible and selection.selections:
                        inner = merge_selections((Field(TYPENAME),), inner)
                    found.append(Field(name, key if key != name else None, (), inner))
                case Fragment(type_condition=condition):
                    inner = self._representation(selection.selections, position, condition or scope)
                    found.append(Fragment(condition, inner))
        return tuple(found)

    def _types(self, node: Node) -> frozenset[str]:
        if node.kind in {"object", "leaf"} and not node.interface_object:
            return frozenset({node.type_name})
        return self._possible.get(node.type_name, frozenset()) | {node.type_name}
