"""`@requires`: on fields of objects, of fields that other subgraphs resolve."""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.field_set_check import REQUIRES, check_field_set
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import Kind, first
from gateway.federation.values import text


def check_requires(facts: Facts) -> Iterator[Finding]:
    """Findings on every `@requires`."""
    for type_ in facts.schema.types.values():
        for field in type_.fields.values():
            applied = first(field.directives, "requires")
            if applied is None:
                continue
            coordinate = f"{type_.name}.{field.name}"
            if type_.kind is Kind.INTERFACE:
                yield Finding(
                    codes.REQUIRES_UNSUPPORTED_ON_INTERFACE,
                    f'Cannot use @requires on field "{coordinate}" of parent type "{type_.name}":'
                    " @requires is not yet supported within interfaces",
                    coordinate,
                )
            fields = applied.args["fields"]
            for code, problem in check_field_set(facts, REQUIRES, type_, fields):
                message = (
                    f'On field "{coordinate}", for @requires(fields: {text(fields)}): {problem}'
                )
                yield Finding(code, message, coordinate)
