"""`@context` and `@fromContext`: what is read from above is set above, and fits.

A selection is either one path of fields, valid on every type that sets the context, or a list of
type conditions of which every such type meets one.
"""

from collections.abc import Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition import codes
from gateway.composition.facts import ContextUse, Facts
from gateway.composition.merge.type_refs import is_strict_subtype
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import COMPOSITE, Kind, TypeDef
from gateway.federation.type_refs import is_list, named
from gateway.selections.parse import FieldSetError, field_set_node


class _Invalid(Exception):
    """Why the selection does not fit."""


class _Misshapen(_Invalid):
    """It is not one path of fields."""


def check_contexts(facts: Facts) -> Iterator[Finding]:
    """Findings on contexts' names and on every use."""
    for name, types in facts.contexts.items():
        fault = None
        if "_" in name:
            fault = f'Context name "{name}" may not contain an underscore.'
        elif not name.isalnum() or not name.isascii() or name[0].isdigit():
            fault = (
                f'Context name "{name}" is invalid. It should have only alphanumeric characters.'
            )
        if fault is not None:
            for type_ in types:
                yield Finding(codes.CONTEXT_NAME_INVALID, fault, type_.name)
    for use in facts.context_uses:
        yield from _check_use(facts, use)
    for definition in facts.schema.directive_defs.values():
        for argument in definition.args.values():
            if any(
                facts.schema.federation.get(a.name) == "fromContext" for a in argument.directives
            ):
                where = f"@{definition.name}({argument.name}:)"
                message = (
                    f'@fromContext argument cannot be used on a directive definition "{where}".'
                )
                yield Finding(codes.CONTEXT_NOT_SET, message, where)


def _check_use(facts: Facts, use: ContextUse) -> Iterator[Finding]:
    where = f"{use.type.name}.{use.field.name}({use.argument}:)"
    if use.type.kind is not Kind.OBJECT:
        message = (
            "@fromContext argument cannot be used on a field that exists on an abstract type"
            f' "{where}".'
        )
        yield Finding(codes.CONTEXT_NOT_SET, message, where)
        return
    for misplaced in _misplaced(facts, use, where):
        yield Finding(codes.CONTEXT_NOT_SET, misplaced, where)
    if use.context is None or not use.selection.strip():
        message = f'@fromContext argument does not reference a context "{use.text}".'
        yield Finding(codes.NO_CONTEXT_IN_SELECTION, message, where)
        return
    if use.context not in facts.contexts:
        message = f'Context "{use.context}" is used at location "{where}" but is never set.'
        yield Finding(codes.CONTEXT_NOT_SET, message, where)
    else:
        for fault in _selection_faults(facts, use):
            message = (
                f'Context "{use.context}" is used in "{where}" but the selection is invalid:'
                f" {fault}"
            )
            yield Finding(codes.CONTEXT_INVALID_SELECTION, message, where)
    if not any(key.resolvable for key in facts.keys.get(use.type.name, ())):
        message = (
            f'Object "{use.type.name}" has no resolvable key but has a field with a contextual'
            " argument."
        )
        yield Finding(codes.CONTEXT_NO_RESOLVABLE_KEY, message, where)


def _misplaced(facts: Facts, use: ContextUse, where: str) -> Iterator[str]:
    types = facts.schema.types
    for interface in use.type.interfaces:
        if interface in types and use.field.name in types[interface].fields:
            yield (
                "@fromContext argument cannot be used on a field implementing an interface field"
                f' "{interface}.{use.field.name}".'
            )
    if use.field.args[use.argument].default is not None:
        yield f'@fromContext arguments may not have a default value: "{where}".'


def _selection_faults(facts: Facts, use: ContextUse) -> Iterator[str]:
    """How it is written, and where it leads; only its shape, if that is not one path."""
    try:
        selections = field_set_node(use.selection)
    except FieldSetError as error:
        yield str(error)
        return
    written = list(dict.fromkeys(_written(selections)))
    try:
        _check_types(facts, use, selections)
    except _Misshapen as error:
        yield str(error)
    except _Invalid as error:
        yield from (*written, str(error))
    else:
        yield from written


def _written(selections: SelectionSetNode) -> Iterator[str]:
    for node in selections.selections:
        if node.directives:
            yield "directives are not allowed in the selection"
        if isinstance(node, FieldNode) and node.alias is not None:
            yield "aliases are not allowed in the selection"
        inner = getattr(node, "selection_set", None)
        if inner is not None:
            yield from _written(inner)


def _check_types(facts: Facts, use: ContextUse, selections: SelectionSetNode) -> None:
    fragments = [node for node in selections.selections if isinstance(node, InlineFragmentNode)]
    if fragments and len(fragments) != len(selections.selections):
        raise _Misshapen("fields and type conditions cannot be mixed")
    for type_ in facts.contexts[use.context or ""]:
        if fragments:
            _check_conditions(facts, use, type_, fragments)
        else:
            _check_path(facts, use, type_, selections)


def _check_conditions(
    facts: Facts, use: ContextUse, type_: TypeDef, fragments: list[InlineFragmentNode]
) -> None:
    matched, seen = False, set[str]()
    for fragment in fragments:
        if fragment.type_condition is None:
            raise _Misshapen("inline fragments must have type conditions")
        name = fragment.type_condition.name.value
        if name in seen:
            raise _Misshapen(f'there are several type conditions on "{name}"')
        seen.add(name)
        condition = facts.schema.types.get(name)
        if condition is None or condition.kind not in COMPOSITE:
            raise _Invalid(f'unknown type "{name}"')
        if _runtime(facts, condition) & _runtime(facts, type_):
            matched = True
            _check_path(facts, use, condition, fragment.selection_set)
    if not matched:
        raise _Invalid(f'no type condition matches the location "{type_.name}"')


def _runtime(facts: Facts, type_: TypeDef) -> set[str]:
    match type_.kind:
        case Kind.UNION:
            return set(type_.members)
        case Kind.INTERFACE:
            return {
                implementation.name for implementation in facts.schema.implementations(type_.name)
            }
        case _:
            return {type_.name}


def _check_path(
    facts: Facts, use: ContextUse, type_: TypeDef, selections: SelectionSetNode
) -> None:
    """Follow the one path and hold its type against the argument's."""
    lists, ref = 0, ""
    current: TypeDef | None = type_
    following: SelectionSetNode | None = selections
    while following is not None:
        if len(following.selections) > 1:
            raise _Misshapen("multiple selections are made")
        node = following.selections[0]
        if not isinstance(node, FieldNode) or current is None:
            raise _Invalid("only fields can be selected")
        if facts.is_interface_object(current.name):
            raise _Invalid(
                f'One of the types in the selection is an interfaceObject: "{current.name}"'
            )
        field = current.fields.get(node.name.value)
        if field is None:
            raise _Invalid(f'Cannot query field "{node.name.value}" on type "{current.name}".')
        ref = field.type
        following = node.selection_set
        if following is not None:
            lists += is_list(ref)
        current = facts.schema.types.get(named(ref))
    if current is not None and current.kind in COMPOSITE:
        raise _Invalid("the selection ends in a type with fields of its own")
    found = ref.replace("!", "")  # what is read from above may always be null
    for _ in range(lists):
        found = f"[{found}]"
    expected = use.field.args[use.argument].type
    if found != expected and not is_strict_subtype(facts.schema.types, expected, found):
        raise _Invalid(
            f'the type of the selection "{found}" does not match the expected type "{expected}"'
        )
