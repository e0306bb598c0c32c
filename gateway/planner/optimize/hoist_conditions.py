"""Makes a step conditional as a whole where all that it fetches is.

Then the request is not made at all, instead of asking for nothing. A step that only fetches what
other steps need is as conditional as they are.
"""

from functools import reduce

from gateway.plan.nodes import HIDDEN
from gateway.planner.fetch_graph import FetchGraph, FetchStep, FieldSlot, Selections
from gateway.selections.model import Condition


def hoist_conditions(graph: FetchGraph) -> None:
    """Children come after their parents: from the last step to the first."""
    for step in _children_first(graph):
        shared = _shared(step.selections) or frozenset()
        if not shared and _is_needed_only(step.selections):
            shared = _of_children(graph, step)
        if shared:
            step.conditions = tuple(sorted(shared, key=lambda one: (one.variable, one.negated)))
            _strip(step.selections, shared)


def _children_first(graph: FetchGraph) -> list[FetchStep]:
    order: list[FetchStep] = []
    seen: set[int] = set()

    def visit(step: FetchStep) -> None:
        if step.id in seen:
            return
        seen.add(step.id)
        for child in graph.children(step.id):
            visit(child)
        order.append(step)

    for step in list(graph.steps.values()):
        visit(step)
    return order


def _shared(selections: Selections) -> frozenset[Condition] | None:
    """The conditions that every field is under; None where there is no field."""
    found: list[frozenset[Condition]] = [
        frozenset(slot.conditions) for slot in selections.fields.values() if not slot.is_typename
    ]
    for (_, conditions), fragment in selections.fragments.items():
        inner = _shared(fragment)
        if inner is not None:
            found.append(inner | frozenset(conditions))
    return reduce(frozenset.intersection, found) if found else None


def _is_needed_only(selections: Selections) -> bool:
    """Is nothing here for the client?"""
    return all(
        slot.is_typename or slot.response_key.startswith(HIDDEN)
        for slot in selections.fields.values()
    ) and all(_is_needed_only(inner) for inner in selections.fragments.values())


def _of_children(graph: FetchGraph, step: FetchStep) -> frozenset[Condition]:
    children = [frozenset(child.conditions) for child in graph.children(step.id)]
    return reduce(frozenset.intersection, children) if children else frozenset()


def _strip(selections: Selections, held: frozenset[Condition]) -> None:
    """Take away conditions that hold anyway once the step runs."""
    slots: list[FieldSlot] = list(selections.fields.values())
    selections.fields.clear()
    for slot in slots:
        slot.conditions = tuple(one for one in slot.conditions if one not in held)
        present = selections.field(slot)
        if present is not slot:
            present.selections.merge(slot.selections)
    fragments = list(selections.fragments.items())
    selections.fragments.clear()
    for (on, conditions), inner in fragments:
        _strip(inner, held)
        left = tuple(one for one in conditions if one not in held)
        selections.fragment(on, left).merge(inner)
