"""`@skip` and `@include` by variables: folded away before code is made.

An operation has few condition variables, and each is a Boolean: rather than test them at every
object, the executor compiles the plan once per combination of values that really comes.
"""

from collections.abc import Iterator, Mapping

from gateway.plan.nodes import (
    Batch,
    Condition as ConditionNode,
    Fetch,
    Flatten,
    Parallel,
    PlanNode,
    QueryPlan,
    Sequence,
    Subscription,
)
from gateway.selections.model import Condition, Field, Fragment, Selection, SelectionSet

Flags = Mapping[str, bool]


def condition_variables(plan: QueryPlan, selections: SelectionSet) -> tuple[str, ...]:
    """The names of the variables that decide what is fetched or answered, sorted."""
    found = set(_of_selections(selections))
    if plan.node is not None:
        found.update(_of_node(plan.node))
    return tuple(sorted(found))


def _of_selections(selections: SelectionSet) -> Iterator[str]:
    for selection in selections:
        for condition in selection.conditions:
            yield condition.variable
        yield from _of_selections(selection.selections)


def _of_node(node: PlanNode) -> Iterator[str]:
    match node:
        case Fetch(requirements=requirements):
            for requirement in requirements:
                yield from _of_selections(requirement.selections)
        case Flatten(fetch=fetch):
            yield from _of_node(fetch)
        case Sequence(nodes=nodes) | Parallel(nodes=nodes) | Batch(nodes=nodes):
            for child in nodes:
                yield from _of_node(child)
        case ConditionNode(variable=variable, if_true=if_true, if_false=if_false):
            yield variable
            for branch in (if_true, if_false):
                if branch is not None:
                    yield from _of_node(branch)
        case Subscription(primary=primary, rest=rest):
            if isinstance(primary, Fetch):
                yield from _of_node(primary)
            else:
                yield from _of_selections(primary.selections)
            if rest is not None:
                yield from _of_node(rest)


def fold_selections(selections: SelectionSet, flags: Flags) -> SelectionSet:
    """The selections that are there for these values, without conditions."""
    folded: list[Selection] = []
    for selection in selections:
        if not _holds(selection.conditions, flags):
            continue
        inner = fold_selections(selection.selections, flags)
        match selection:
            case Field(name=name, alias=alias, arguments=arguments):
                folded.append(Field(name, alias, arguments, inner))
            case Fragment(type_condition=type_condition) if inner:
                folded.append(Fragment(type_condition, inner))
            case Fragment():
                pass  # where nothing is left to ask, the concrete type need not be known
    return tuple(folded)


def _holds(conditions: tuple[Condition, ...], flags: Flags) -> bool:
    return all(flags[condition.variable] is not condition.negated for condition in conditions)


def fold_node(node: PlanNode | None, flags: Flags) -> PlanNode | None:
    """The node without conditions; None where nothing is left to do."""
    match node:
        case ConditionNode(variable=variable, if_true=if_true, if_false=if_false):
            return fold_node(if_true if flags[variable] else if_false, flags)
        case Sequence(nodes=nodes):
            return _group(Sequence, nodes, flags)
        case Parallel(nodes=nodes):
            return _group(Parallel, nodes, flags)
        case Subscription(primary=primary, rest=rest):
            return Subscription(primary, fold_node(rest, flags))
        case None | Fetch() | Flatten() | Batch():
            return node


def _group(
    kind: type[Sequence | Parallel], nodes: tuple[PlanNode, ...], flags: Flags
) -> PlanNode | None:
    folded = [child for node in nodes if (child := fold_node(node, flags)) is not None]
    if len(folded) < 2:
        return folded[0] if folded else None
    return kind(tuple(folded))
