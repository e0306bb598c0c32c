"""`@provides`: on fields of objects that lead to fields, of fields that are external otherwise."""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.field_set_check import PROVIDES, check_field_set
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import COMPOSITE, Kind, first
from gateway.federation.type_refs import named
from gateway.federation.values import text


def check_provides(facts: Facts) -> Iterator[Finding]:
    """Findings on every `@provides`."""
    for type_ in facts.schema.types.values():
        for field in type_.fields.values():
            applied = first(field.directives, "provides")
            if applied is None:
                continue
            coordinate = f"{type_.name}.{field.name}"
            target = facts.schema.types.get(named(field.type))
            if type_.kind is Kind.INTERFACE:
                yield Finding(
                    codes.PROVIDES_UNSUPPORTED_ON_INTERFACE,
                    f'Cannot use @provides on field "{coordinate}" of parent type "{type_.name}":'
                    " @provides is not yet supported within interfaces",
                    coordinate,
                )
            elif target is None or target.kind not in COMPOSITE:
                yield Finding(
                    codes.PROVIDES_ON_NON_OBJECT_FIELD,
                    f'Invalid @provides directive on field "{coordinate}": field has type'
                    f' "{field.type}" which is not a Composite Type',
                    coordinate,
                )
            else:
                fields = applied.args["fields"]
                for code, problem in check_field_set(facts, PROVIDES, target, fields):
                    where = f'On field "{coordinate}", for @provides(fields: {text(fields)})'
                    yield Finding(code, f"{where}: {problem}", coordinate)
