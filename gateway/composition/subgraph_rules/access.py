"""AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: access rules stand on what is resolved.

Interfaces get the rules of their implementations when subgraphs are merged.
"""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import Applied, Kind

_ACCESS = frozenset({"authenticated", "requiresScopes", "policy"})


def check_access_rules(facts: Facts) -> Iterator[Finding]:
    """Findings on interfaces, their fields, and interface objects."""
    for type_ in facts.schema.types.values():
        if facts.is_interface_object(type_.name):
            yield from _check(type_.directives, f'interface object "{type_.name}"', type_.name)
        if type_.kind is Kind.INTERFACE:
            yield from _check(type_.directives, f'interface "{type_.name}"', type_.name)
            for field in type_.fields.values():
                coordinate = f"{type_.name}.{field.name}"
                yield from _check(field.directives, f'field "{coordinate}"', coordinate)


def _check(directives: list[Applied], where: str, coordinate: str) -> Iterator[Finding]:
    for applied in directives:
        if applied.federation in _ACCESS:
            yield Finding(
                codes.AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE,
                f"Invalid use of @{applied.name} on {where}: @{applied.name} cannot be applied on"
                " interfaces, interface fields and interface objects",
                coordinate,
            )
