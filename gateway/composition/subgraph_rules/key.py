"""`@key`: its fields make sense; interfaces have keys only where federation can use them."""

from collections.abc import Iterator

from graphql import FieldNode, SelectionSetNode

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.field_set_check import KEY, check_field_set
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import Kind, TypeDef
from gateway.federation.values import text

INTERFACE_KEYS_SINCE = (2, 3)


def check_keys(facts: Facts) -> Iterator[Finding]:
    """Findings on every `@key`."""
    for name, keys in facts.keys.items():
        type_ = facts.schema.types[name]
        version = facts.schema.version
        if type_.kind is Kind.INTERFACE and version is not None and version < INTERFACE_KEYS_SINCE:
            yield Finding(
                codes.KEY_UNSUPPORTED_ON_INTERFACE,
                f'Cannot use @key on interface "{name}": @key is not yet supported on interfaces',
                name,
            )
            continue
        for key in keys:
            fields = key.applied.args["fields"]
            for code, problem in check_field_set(facts, KEY, type_, fields):
                message = f'On type "{name}", for @key(fields: {text(fields)}): {problem}'
                yield Finding(code, message, name)
        if type_.kind is Kind.INTERFACE:
            yield from _check_implementations(facts, type_)


def _check_implementations(facts: Facts, interface: TypeDef) -> Iterator[Finding]:
    """Who can be found as the interface must be found as itself, by the same key."""
    for key in facts.keys[interface.name]:
        lacking = [
            implementation.name
            for implementation in facts.schema.implementations(interface.name)
            if not any(
                _selected(own.selections) == _selected(key.selections)
                and own.resolvable >= key.resolvable
                for own in facts.keys.get(implementation.name, ())
            )
        ]
        if lacking:
            yield Finding(
                codes.INTERFACE_KEY_NOT_ON_IMPLEMENTATION,
                f'Key @key(fields: "{key.fields}") on interface type "{interface.name}" is missing'
                f" on implementation types {', '.join(lacking)}.",
                interface.name,
            )


def _selected(selections: SelectionSetNode | None) -> frozenset[object]:
    """What is selected, whatever the order."""
    return frozenset(
        (node.name.value, _selected(node.selection_set))
        for node in (selections.selections if selections is not None else ())
        if isinstance(node, FieldNode)
    )
