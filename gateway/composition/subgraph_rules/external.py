"""`@external`: on fields of objects, and only where something refers to the field."""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import Kind


def check_externals(facts: Facts) -> Iterator[Finding]:
    """Findings on every `@external` field."""
    for type_ in facts.schema.types.values():
        for field in type_.fields.values():
            coordinate = f"{type_.name}.{field.name}"
            if (type_.name, field.name) not in facts.external:
                continue
            if type_.kind is Kind.INTERFACE:
                yield Finding(
                    codes.EXTERNAL_ON_INTERFACE,
                    f'Interface type field "{coordinate}" is marked @external but @external is not'
                    " allowed on interface fields (it is nonsensical).",
                    coordinate,
                )
            if (type_.name, field.name) not in facts.used:
                yield Finding(
                    codes.EXTERNAL_UNUSED,
                    f'Field "{coordinate}" is marked @external but is not used in any federation'
                    " directive (@key, @provides, @requires) or to satisfy an interface; the field"
                    " declaration has no use and should be removed (or the field should not be"
                    " @external).",
                    coordinate,
                )
