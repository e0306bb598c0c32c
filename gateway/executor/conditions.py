"""`@skip` and `@include` by variables: folded away before code is made.

An operation has few condition variables, and each is a Boolean: rather than test them at every
object, the executor compiles the plan once per combination of values that really comes.
"""

from collections.abc import Iterator, Mapping

from gateway.errors import RequestError
from gateway.executor.errors import BAD_USER_INPUT
from gateway.plan.nodes import (
    Batch,
    Condition as ConditionNode,
    Defer,
    EventStream,
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
        case ConditionNode(variable=variable):
            yield variable
        case Subscription(primary=EventStream(selections=selections)):
            yield from _of_selections(selections)
        case _:
            pass
    for child in _children(node):
        yield from _of_node(child)


def _children(node: PlanNode) -> Iterator[PlanNode]:
    found: tuple[PlanNode | EventStream | None, ...]
    match node:
        case Fetch():
            found = ()
        case Flatten(fetch=fetch):
            found = (fetch,)
        case Sequence(nodes=nodes) | Parallel(nodes=nodes) | Batch(nodes=nodes):
            found = nodes
        case ConditionNode(if_true=if_true, if_false=if_false):
            found = (if_true, if_false)
        case Subscription(primary=primary, rest=rest):
            found = (primary, rest)
        case Defer(primary=primary, fetches=fetches):
            found = (primary, *(one.node for one in fetches))
    yield from (one for one in found if one is not None and not isinstance(one, EventStream))


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


def null_condition(name: str) -> RequestError:
    """Why an operation cannot run whose condition variable is null."""
    return RequestError(
        f'Variable "${name}" decides @skip or @include and must not be null.', code=BAD_USER_INPUT
    )


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
        case Defer():
            raise TypeError("the parts of an answer are folded one by one")


def _group(
    kind: type[Sequence | Parallel], nodes: tuple[PlanNode, ...], flags: Flags
) -> PlanNode | None:
    folded = [child for node in nodes if (child := fold_node(node, flags)) is not None]
    if len(folded) < 2:
        return folded[0] if folded else None
    return kind(tuple(folded))
