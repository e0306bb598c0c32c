"""The planner: from an operation to a query plan, in four stages.

walk (`walker.py`) → choose (`best.py`) → fetch graph (`build_fetch_graph.py`, `optimize/`) → plan
nodes (`build_plan.py`). Pure and synchronous; bounded by a budget of steps.
"""

from collections.abc import Collection, Iterable, Iterator

from msgspec.structs import replace

from gateway.operation.deferred import deferred, split
from gateway.operation.model import Operation
from gateway.plan.nodes import DeferredPart, EventStream, Fetch, PlanNode, QueryPlan, Subscription
from gateway.planner.best import choose
from gateway.planner.budget import Budget
from gateway.planner.build_fetch_graph import build_fetch_graph
from gateway.planner.build_plan import PlanBuilder, sequence
from gateway.planner.choices import DeadEnd
from gateway.planner.errors import NoPathFound
from gateway.planner.fetch_graph import FetchGraph, FieldSlot
from gateway.planner.inspect import Stage
from gateway.planner.operation_text import freeze
from gateway.planner.optimize.passes import optimize
from gateway.planner.path import Path
from gateway.planner.pathfinder import Pathfinder
from gateway.planner.response_keys import ResponseKeys
from gateway.planner.walker import Walker
from gateway.query_graph.build import build_query_graph
from gateway.query_graph.graph import TYPENAME
from gateway.selections.model import Field, Fragment, Selection, SelectionSet
from gateway.supergraph.model import Supergraph

Parts = dict[int, list[Path]]
"""The paths chosen, by the part of the answer that they are for; 0 is what is answered at once."""

_ONLY_TYPENAME: SelectionSet = (Field(TYPENAME),)


class Planner:
    """Plans operations of one supergraph; keeps nothing between operations."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.supergraph = supergraph
        self.graph = build_query_graph(supergraph)

    def plan(
        self,
        operation: Operation,
        budget: Budget | None = None,
        override_labels: Collection[str] = (),
    ) -> QueryPlan:
        """The plan of an operation.

        `override_labels` are the active labels of progressive `@override`.

        Raises:
            QueryPlanTooComplex: the budget does not suffice.
            EventFieldArguments: an event's payload is asked for a field with arguments.
            NoPathFound: a field cannot be reached from where it is asked.
        """
        return _Run(self, operation, budget or Budget(), override_labels).plan()

    def stages(self, operation: Operation, budget: Budget | None = None) -> list[Stage]:
        """What planning an operation goes through, for `inspect.py`; raises as `plan` does."""
        run = _Run(self, operation, budget or Budget(), ())
        run.plan()
        return run.stages


class _Run:
    def __init__(
        self,
        planner: Planner,
        operation: Operation,
        budget: Budget,
        labels: Collection[str],
    ) -> None:
        self._supergraph = planner.supergraph
        self._graph = planner.graph
        self._operation = operation
        self._budget = budget
        self._labels = labels
        self.stages: list[Stage] = []
        self._plans = PlanBuilder({one.name: one for one in operation.variables})

    def plan(self) -> QueryPlan:
        try:
            return QueryPlan(self._node())
        except DeadEnd as found:
            raise NoPathFound(
                f"No subgraph resolves {found.type_name}.{found.field} from where it is asked."
            ) from None

    def _node(self) -> PlanNode | None:
        selections = without_introspection(self._operation.selections)
        if not selections:
            return None
        if any(deferred(selections)):
            return self._in_parts(selections)
        match self._operation.kind:
            case "query":
                return self._plans.node(self._fetches(self._choose(selections)))
            case "mutation":
                nodes = [self._plans.node(graph) for graph in self._series(selections)]
                return sequence([node for node in nodes if node is not None])
            case "subscription":
                return self._subscription(selections)

    def _in_parts(self, selections: SelectionSet) -> PlanNode:
        """Some fragments are answered later than the rest."""
        if self._operation.kind == "mutation":
            graphs = self._series(selections)
        else:
            graphs = [self._fetches(self._choose(selections))]
        parts = tuple(
            DeferredPart(part.number, part.label, part.keys, part.parent)
            for part in split(selections).parts
        )
        return self._plans.in_parts(graphs, parts)

    def _subscription(self, selections: SelectionSet) -> Subscription:
        """Its one root field, and what each event is completed with."""
        graph = self._fetches(self._choose_root(selections))
        root = next(step for step in graph.steps.values() if not step.is_entity)
        primary: Fetch | EventStream
        if root.subgraph in self._graph.event_subgraphs:
            (slot,) = root.selections.fields.values()
            primary = self._event_stream(slot)
        else:
            primary = self._plans.fetch(root)
        return Subscription(primary, self._plans.node(graph, frozenset({root.id})))

    def _event_stream(self, slot: FieldSlot) -> EventStream:
        stream = self._supergraph.event_streams[slot.name]
        return EventStream(
            response_key=slot.response_key,
            field=slot.name,
            topic=stream.topic,
            key_argument=stream.key,
            event_class=stream.event_class,
            arguments=tuple((one.name, one.value) for one in slot.arguments),
            selections=freeze(slot.selections),
            claim=stream.claim,
            claim_field=stream.claim_field,
        )

    def _series(self, selections: SelectionSet) -> list[FetchGraph]:
        """Root fields one after the other; neighbours in one subgraph share a fetch if they can."""
        graphs: list[FetchGraph] = []
        for root_field in _root_fields(selections):
            graph = self._fetches(self._choose_root(root_field))
            before = graphs[-1] if graphs else None
            if before is not None and len(before.steps) == 1:
                (first,), root = before.steps.values(), next(iter(graph.steps.values()))
                if first.subgraph == root.subgraph and first.conditions == root.conditions:
                    first.selections.merge(root.selections)
                    root.selections = first.selections
                    root.is_needed_by(first.parts)
                    graphs[-1] = graph
                    continue
            graphs.append(graph)
        return graphs

    def _choose_root(self, selections: SelectionSet) -> Parts:
        """Like `_choose`, but all in one subgraph: a root field with effects runs once."""
        best: Parts | None = None
        best_cost = 0
        dead_end: DeadEnd | None = None
        finder, walker = self._walker()
        for entry in self._entries(finder):
            try:
                parts, facts = self._choose_from([entry], selections, finder, walker)
            except DeadEnd as found:
                dead_end = dead_end or found
                continue
            cost = finder.facts.cost(facts)
            if best is None or cost < best_cost:
                best, best_cost = parts, cost
        if best is None:
            raise dead_end or DeadEnd(self._root_name(), "")
        return best

    def _choose(self, selections: SelectionSet) -> Parts:
        finder, walker = self._walker()
        return self._choose_from(self._entries(finder), selections, finder, walker)[0]

    def _choose_from(
        self, entries: list[Path], selections: SelectionSet, finder: Pathfinder, walker: Walker
    ) -> tuple[Parts, frozenset[int]]:
        """The best for what is answered at once, then for each part what adds least to that."""
        cut = split(selections, _ONLY_TYPENAME)
        wanted = {0: cut.initial}
        wanted |= {one.number: one.from_root(one.selections) for one in cut.parts if one.selections}
        known: frozenset[int] = frozenset()
        parts: Parts = {}
        for number, asked in wanted.items():
            choices = walker.walk(entries, asked, self._root_name())
            parts[number] = choose(choices, finder.facts, self._budget, known)
            known = known.union(*(path.facts for path in parts[number]))
        return parts, known

    def _walker(self) -> tuple[Pathfinder, Walker]:
        finder = Pathfinder(self._graph, self._budget, self._labels)
        return finder, Walker(self._supergraph, finder)

    def _entries(self, finder: Pathfinder) -> list[Path]:
        root = self._graph.roots[self._operation.kind]
        return [finder.start(edge) for edge in self._graph.moves[root].entrypoints]

    def _root_name(self) -> str:
        return self._supergraph.roots[self._operation.kind]

    def _fetches(self, parts: Parts) -> FetchGraph:
        paths = [path for chosen in parts.values() for path in chosen]
        keys = ResponseKeys(self._supergraph.possible_types, paths)
        fetches = build_fetch_graph(
            self._graph, self._supergraph, parts, keys, self._operation.kind
        )
        optimize(fetches, self._supergraph.possible_types)
        self.stages.append(Stage(tuple(paths), fetches))
        return fetches


def without_introspection(selections: SelectionSet) -> SelectionSet:
    """Root selections that subgraphs answer: the gateway itself answers the others."""
    kept: list[Selection] = []
    for selection in selections:
        match selection:
            case Field(name=name) if not name.startswith("__"):
                kept.append(selection)
            case Fragment():
                inner = without_introspection(selection.selections)
                if inner:
                    kept.append(replace(selection, selections=inner))
            case Field():
                pass
    return tuple(kept)


def _root_fields(selections: SelectionSet) -> Iterable[SelectionSet]:
    """All that is asked of each root field: it runs once, however often it is asked."""
    asked: dict[str, SelectionSet] = {}
    for response_key, selection in _one_by_one(selections):
        asked[response_key] = (*asked.get(response_key, ()), selection)
    return asked.values()


def _one_by_one(selections: SelectionSet) -> Iterator[tuple[str, Selection]]:
    """Each field, in fragments of its own: siblings may be of unlike subgraphs."""
    for selection in selections:
        match selection:
            case Field():
                yield selection.response_key, selection
            case Fragment():
                for response_key, inner in _one_by_one(selection.selections):
                    yield response_key, replace(selection, selections=(inner,))
