"""`@provides`: on fields of objects that lead to fields, of fields that are external otherwise."""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.field_set_check import PROVIDES, check_field_set
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import COMPOSITE, FieldDef, Kind, first
from gateway.federation.type_refs import named
from gateway.federation.values import text


def check_provided_types(facts: Facts) -> Iterator[Finding]:
    """One finding with all fields that cannot provide anything, having no fields of their own."""
    leaves = {
        f"{type_.name}.{field.name}": field.type
        for type_ in facts.schema.types.values()
        for field in type_.fields.values()
        if first(field.directives, "provides") and not _is_composite(facts, field)
    }
    if leaves:
        coordinate, *others = leaves
        said = "; ".join(
            f'field "{where}" has type "{ref}" which is not a Composite Type'
            for where, ref in leaves.items()
        )
        message = f"Invalid @provides directive: {said}"
        yield Finding(codes.PROVIDES_ON_NON_OBJECT_FIELD, message, coordinate, tuple(others))


def _is_composite(facts: Facts, field: FieldDef) -> bool:
    target = facts.schema.types.get(named(field.type))
    return target is not None and target.kind in COMPOSITE


def check_provides(facts: Facts) -> Iterator[Finding]:
    """Findings on every `@provides`."""
    for type_ in facts.schema.types.values():
        for field in type_.fields.values():
            applied = first(field.directives, "provides")
            if applied is None:
                continue
            coordinate = f"{type_.name}.{field.name}"
            target = facts.schema.types.get(named(field.type))
            if target is None:
                continue
            if type_.kind is Kind.INTERFACE:
                yield Finding(
                    codes.PROVIDES_UNSUPPORTED_ON_INTERFACE,
                    f'Cannot use @provides on field "{coordinate}" of parent type "{type_.name}":'
                    " @provides is not yet supported within interfaces",
                    coordinate,
                )
            fields = applied.args["fields"]
            for code, problem in check_field_set(facts, PROVIDES, target, fields):
                where = f'On field "{coordinate}", for @provides(fields: {text(fields)})'
                yield Finding(code, f"{where}: {problem}", coordinate)
