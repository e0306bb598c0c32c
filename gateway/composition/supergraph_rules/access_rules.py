"""MISSING_TRANSITIVE_AUTH_REQUIREMENTS: no access rule is got round by way of another field.

A field that is computed from others (`@requires`, `@fromContext`) must ask for all that reading
these would ask for.
"""

from collections.abc import Iterator

import msgspec
from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition import codes
from gateway.composition.facts import ContextUse
from gateway.composition.merge.context import Merge, Supergraph
from gateway.composition.merge.strategies import conjunction
from gateway.federation.model import Applied, TypeDef, first
from gateway.federation.type_refs import named
from gateway.federation.values import plain, string_of
from gateway.selections.parse import field_set_node

Rule = list[list[str]]


class Access(msgspec.Struct, frozen=True):
    """What a reader must have: each rule a list of alternatives, none where nothing is asked."""

    authenticated: bool = False
    scopes: Rule = []
    policies: Rule = []

    def and_(self, other: "Access") -> "Access":
        return Access(
            self.authenticated or other.authenticated,
            _both(self.scopes, other.scopes),
            _both(self.policies, other.policies),
        )

    def implies(self, other: "Access") -> bool:
        """Whether who has this may read what asks for the other."""
        return (
            (self.authenticated or not other.authenticated)
            and _implies(self.scopes, other.scopes)
            and _implies(self.policies, other.policies)
        )


def _both(one: Rule, other: Rule) -> Rule:
    if not one or not other:
        return one or other
    return conjunction([one, other])


def _implies(have: Rule, need: Rule) -> bool:
    if not need:
        return True
    return bool(have) and all(
        any(set(alternative) >= set(needed) for needed in need) for alternative in have
    )


def check_access_rules(merge: Merge, supergraph: Supergraph) -> None:
    """Report each field that asks for less than the fields it is computed from."""
    if any(d.name for d in supergraph.directive_defs.values() if _is_access(merge, d.name)):
        for index in range(len(merge.schemas)):
            _check_subgraph(merge, supergraph, index)


def _is_access(merge: Merge, name: str) -> bool:
    return any(
        directive.federation in ("authenticated", "requiresScopes", "policy")
        for kept in merge.composed.kept
        for directive in kept.values()
        if directive.name == name
    )


def _check_subgraph(merge: Merge, supergraph: Supergraph, index: int) -> None:
    schema = merge.schemas[index]
    for type_ in schema.types.values():
        for field in type_.fields.values():
            requires = first(field.directives, "requires") if field.directives else None
            if requires is None:
                continue
            selections = field_set_node(string_of(requires.args["fields"]) or "")
            own = _field_access(supergraph, type_.name, field.name)
            lacking = _lacking(supergraph, type_.name, selections, own)
            _report(merge, index, f"{type_.name}.{field.name}", lacking, "@requires")
    for use in merge.facts[index].context_uses:
        lacking = _context_lacking(merge, supergraph, index, use)
        _report(merge, index, f"{use.type.name}.{use.field.name}", lacking, "@fromContext")


def _report(
    merge: Merge, index: int, coordinate: str, lacking: Iterator[str], directive: str
) -> None:
    found = next(lacking, None)
    if found is not None:
        merge.report.error(
            codes.MISSING_TRANSITIVE_AUTH_REQUIREMENTS,
            f'[{merge.names[index]}] Field "{coordinate}" does not specify necessary'
            " @authenticated, @requiresScopes and/or @policy auth requirements to access the"
            f" transitive {found} from {directive} selection set.",
            *merge.places([index], coordinate),
        )


def _context_lacking(
    merge: Merge, supergraph: Supergraph, index: int, use: ContextUse
) -> Iterator[str]:
    own = _field_access(supergraph, use.type.name, use.field.name)
    selections = field_set_node(use.selection)
    for type_ in merge.facts[index].contexts.get(use.context or "", ()):
        if not own.implies(_type_access(supergraph, type_.name)):
            yield f"data in context {merge.names[index]}__{use.context}"
        yield from _lacking(supergraph, type_.name, selections, own)


def _lacking(
    supergraph: Supergraph, type_name: str, selections: SelectionSetNode, own: Access
) -> Iterator[str]:
    type_ = supergraph.types.get(type_name)
    if type_ is None:
        return
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            on = node.type_condition.name.value if node.type_condition else type_name
            if not own.implies(_type_access(supergraph, on)):
                yield f'type "{on}" data'
            yield from _lacking(supergraph, on, node.selection_set, own)
        elif isinstance(node, FieldNode) and node.name.value in type_.fields:
            field = type_.fields[node.name.value]
            target = named(field.type)
            needed = _access(field.directives).and_(_type_access(supergraph, target))
            if not own.implies(needed):
                yield f'field "{type_name}.{field.name}" data'
            if node.selection_set is not None:
                yield from _lacking(supergraph, target, node.selection_set, own)


def _field_access(supergraph: Supergraph, type_name: str, field_name: str) -> Access:
    """What the field asks for: its owner's rules and its own."""
    type_ = supergraph.types[type_name]
    return _access(type_.directives).and_(_access(type_.fields[field_name].directives))


def _type_access(supergraph: Supergraph, name: str) -> Access:
    type_: TypeDef | None = supergraph.types.get(name)
    return _access(type_.directives) if type_ is not None else Access()


def _access(directives: list[Applied]) -> Access:
    return Access(
        first(directives, "authenticated") is not None,
        _rule(first(directives, "requiresScopes"), "scopes"),
        _rule(first(directives, "policy"), "policies"),
    )


def _rule(applied: Applied | None, argument: str) -> Rule:
    if applied is None:
        return []
    value = plain(applied.args[argument])
    outer = value if isinstance(value, list) else [value]
    return [inner if isinstance(inner, list) else [inner] for inner in outer]
