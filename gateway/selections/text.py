"""Selections as GraphQL text, on one line."""

from graphql.language.print_string import print_string

from gateway.selections.model import Condition, Defer, Field, Fragment, SelectionSet


def print_selections(selections: SelectionSet) -> str:
    """The selections without outer braces: `id name(first: 1) { x }`."""
    return " ".join(_print(selection) for selection in selections)


def _print(selection: Field | Fragment) -> str:
    head = (
        print_field_head(selection)
        if isinstance(selection, Field)
        else print_fragment_head(selection)
    )
    if not selection.selections:
        return head
    return f"{head} {{ {print_selections(selection.selections)} }}"


def print_field_head(field: Field) -> str:
    """A field without its selections."""
    alias = f"{field.alias}: " if field.alias and field.alias != field.name else ""
    arguments = ", ".join(f"{argument.name}: {argument.value}" for argument in field.arguments)
    return f"{alias}{field.name}{f'({arguments})' if arguments else ''}" + print_conditions(
        field.conditions
    )


def print_fragment_head(fragment: Fragment) -> str:
    """An inline fragment without its selections."""
    on = f" on {fragment.type_condition}" if fragment.type_condition else ""
    return f"...{on}{print_conditions(fragment.conditions)}{_print_defer(fragment.defer)}"


def _print_defer(defer: Defer | None) -> str:
    if defer is None:
        return ""
    arguments = [
        *([f"if: ${defer.variable}"] if defer.variable else []),
        *([f"label: {print_string(defer.label)}"] if defer.label is not None else []),
    ]
    return f" @defer({', '.join(arguments)})" if arguments else " @defer"


def print_conditions(conditions: tuple[Condition, ...]) -> str:
    """`@include` and `@skip`, each with a leading space."""
    return "".join(
        f" @{'skip' if condition.negated else 'include'}(if: ${condition.variable})"
        for condition in conditions
    )
