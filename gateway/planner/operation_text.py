"""A fetch step's selections as the GraphQL text that its subgraph is sent."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from gateway.operation.model import Variable
from gateway.plan.nodes import representations_variable
from gateway.planner.fetch_graph import FetchStep, Selections
from gateway.query_graph.graph import TYPENAME
from gateway.selections.model import Condition, Field, Fragment, Selection, SelectionSet
from gateway.selections.text import print_selections


def print_operation(
    step: FetchStep, variables: Mapping[str, Variable]
) -> tuple[str, tuple[str, ...]]:
    """The operation's text, and the names of the client's variables it uses."""
    selections = freeze(step.selections)
    used = tuple(dict.fromkeys(_variables(selections)))
    definitions = [_definition(variables[name]) for name in used]
    body = f"{{ {print_selections(selections)} }}"
    if step.is_entity:
        own = representations_variable(used)
        definitions.insert(0, f"${own}: [_Any!]!")
        body = f"{{ _entities(representations: ${own}) {body} }}"
    declared = f"({', '.join(definitions)})" if definitions else ""
    if step.kind == "query" and not declared:
        return body, used
    return f"{step.kind}{declared} {body}", used


def freeze(selections: Selections) -> SelectionSet:
    """The selections as a value; an empty set asks for `__typename`."""
    found: list[Selection] = []
    for slot in selections.fields.values():
        inner: SelectionSet = ()
        if slot.selections.fields or slot.selections.fragments:
            inner = freeze(slot.selections)
        alias = slot.response_key if slot.response_key != slot.name else None
        field = Field(slot.name, alias, slot.arguments, inner, slot.conditions)
        found.append(_each_directive_once(field))
    for (on, conditions), fragment in selections.fragments.items():
        found.append(_each_directive_once(Fragment(on, freeze(fragment), conditions)))
    return tuple(found) or (Field(TYPENAME),)


def _each_directive_once(selection: Selection) -> Selection:
    """`@include` and `@skip` are not repeatable: a further one goes to a fragment around it."""
    here: dict[bool, Condition] = {}
    further = []
    for condition in selection.conditions:
        if condition.negated in here:
            further.append(condition)
        else:
            here[condition.negated] = condition
    if not further:
        return selection
    inner = replace(selection, conditions=tuple(here.values()))
    return _each_directive_once(Fragment(None, (inner,), tuple(further)))


def _variables(selections: SelectionSet) -> Iterator[str]:
    for selection in selections:
        for condition in selection.conditions:
            yield condition.variable
        if isinstance(selection, Field):
            for argument in selection.arguments:
                yield from argument.variables
        yield from _variables(selection.selections)


def _definition(variable: Variable) -> str:
    default = f" = {variable.default}" if variable.default is not None else ""
    return f"${variable.name}: {variable.type}{default}"
