"""From fetch steps to plan nodes: what can run at the same time does.

A step's branch holds the steps that wait for nothing outside of it; steps that wait for several
branches come after them.
"""

from collections.abc import Iterable, Mapping, Sequence as Sequence_

from gateway.operation.model import Variable
from gateway.plan.nodes import (
    Batch,
    Condition,
    Defer,
    DeferredFetches,
    DeferredPart,
    Fetch,
    Flatten,
    Parallel,
    PlanNode,
    Requirement,
    Sequence,
)
from gateway.planner.fetch_graph import AT_ONCE, FetchGraph, FetchStep
from gateway.planner.operation_text import print_operation
from gateway.planner.path import Conditions
from gateway.selections.model import Condition as SelectionCondition


class PlanBuilder:
    """Makes nodes of steps; fetches are numbered through the whole plan."""

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        self._variables = variables
        self._fetches = 0

    def node(self, graph: FetchGraph, done: frozenset[int] = frozenset()) -> PlanNode | None:
        """All steps of a graph, besides those that are `done`."""
        node, _ = _Scheduler(self, graph).run(done, set(graph.steps) - done)
        return node

    def in_parts(self, graphs: Sequence_[FetchGraph], parts: tuple[DeferredPart, ...]) -> Defer:
        """The graphs one after the other for what is answered at once; then the parts."""
        primary = [node for graph in graphs if (node := self._of_parts(graph, AT_ONCE)) is not None]
        fetches: list[DeferredFetches] = []
        places: dict[frozenset[int], int] = {}
        for needed in _later(graphs):
            nodes = [node for graph in graphs if (node := self._of_parts(graph, needed))]
            waits_for = {
                frozenset(graph.steps[one].parts)
                for graph in graphs
                for step in graph.steps.values()
                if step.parts == needed
                for one in graph.ancestors(step)
            }
            after = sorted(places[one] for one in waits_for & places.keys())
            places[needed] = len(fetches)
            fetches.append(DeferredFetches(tuple(sorted(needed)), tuple(after), parallel(nodes)))
        return Defer(sequence(primary), parts, tuple(fetches))

    def _of_parts(self, graph: FetchGraph, needed: frozenset[int]) -> PlanNode | None:
        """The steps that exactly these parts need."""
        own = {step.id for step in graph.steps.values() if step.parts == needed}
        done = frozenset(graph.steps) - own if needed != AT_ONCE else frozenset()
        node, _ = _Scheduler(self, graph).run(done, own)
        return node

    def fetch(self, step: FetchStep) -> Fetch:
        """One step's fetch, without its path and conditions."""
        self._fetches += 1
        text, used = print_operation(step, self._variables)
        return Fetch(
            id=self._fetches,
            subgraph=step.subgraph,
            kind=step.kind,
            operation=text,
            variables=used,
            requirements=tuple(
                Requirement(one.on_types, one.typename, one.selections) for one in step.inputs
            ),
            renames=step.renames,
        )

    def step(self, step: FetchStep) -> PlanNode:
        """One step's node."""
        if not step.is_entity:
            return self.fetch(step)
        flattens = tuple(Flatten(one.path, self.fetch(one)) for one in (step, *step.batched))
        return flattens[0] if len(flattens) == 1 else Batch(flattens)


def _later(graphs: Iterable[FetchGraph]) -> list[frozenset[int]]:
    """The sets of parts that share steps; a step comes after those that it waits for.

    Whoever needs a step needs what that waits for: the larger sets come first.
    """
    found = {
        frozenset(step.parts): None
        for graph in graphs
        for step in graph.steps.values()
        if step.parts != AT_ONCE
    }
    return sorted(found, key=lambda parts: (-len(parts), sorted(parts)))


class _Scheduler:
    def __init__(self, builder: PlanBuilder, graph: FetchGraph) -> None:
        self._builder = builder
        self._graph = graph

    def run(
        self, done: frozenset[int], pending: set[int], held: Conditions = ()
    ) -> tuple[PlanNode | None, frozenset[int]]:
        """Everything of `pending` that becomes possible after `done`; which is taken out of it.

        `held` are the conditions that all of it is under already: a step without them has to wait
        until it is not inside of what they may skip.
        """
        stages: list[PlanNode] = []
        while True:
            ready = [
                step
                for step in self._graph.steps.values()
                if step.id in pending and step.parents <= done and set(held) <= set(step.conditions)
            ]
            if not ready:
                return sequence(stages), done
            pending -= {step.id for step in ready}
            branches: list[PlanNode] = []
            finished = done
            for step in ready:
                node, after = self._branch(step, done, pending, held)
                branches.append(node)
                finished |= after
            stages.append(parallel(branches))
            done = finished

    def _branch(
        self, step: FetchStep, done: frozenset[int], pending: set[int], held: Conditions
    ) -> tuple[PlanNode, frozenset[int]]:
        own = self._builder.step(step)
        within = (*held, *step.conditions)
        rest, after = self.run(done | {step.id}, pending, within)
        node = own if rest is None else sequence([own, rest])
        assert node is not None  # noqa: S101  # it has at least one node
        for condition in step.conditions:
            if condition not in held:
                node = conditional(condition, node)
        return node, after


def conditional(condition: SelectionCondition, node: PlanNode) -> PlanNode:
    """The node under a condition."""
    if condition.negated:
        return Condition(condition.variable, None, node)
    return Condition(condition.variable, node, None)


def sequence(nodes: list[PlanNode]) -> PlanNode | None:
    """The nodes one after the other, flat."""
    flat: list[PlanNode] = []
    for node in nodes:
        flat += node.nodes if isinstance(node, Sequence) else (node,)
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat))


def parallel(nodes: list[PlanNode]) -> PlanNode:
    """The nodes at the same time, flat."""
    flat: list[PlanNode] = []
    for node in nodes:
        flat += node.nodes if isinstance(node, Parallel) else (node,)
    return flat[0] if len(flat) == 1 else Parallel(tuple(flat))
