"""INTERFACE_OBJECT_USAGE_ERROR: an interface object is an entity."""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import first


def check_interface_objects(facts: Facts) -> Iterator[Finding]:
    """Findings on interface objects without a key."""
    for type_ in facts.schema.types.values():
        if first(type_.directives, "interfaceObject") and type_.name not in facts.keys:
            yield Finding(
                codes.INTERFACE_OBJECT_USAGE_ERROR,
                "The @interfaceObject directive can only be applied to entity types but type"
                f' "{type_.name}" has no @key in this subgraph.',
                type_.name,
            )
