"""`@cost` and `@listSize`: weights where work is done, sizes where there are lists."""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import Applied, FieldDef, Kind, Schema, first
from gateway.federation.type_refs import is_list, named, nullable
from gateway.federation.values import plain, strings_of


def check_costs(facts: Facts) -> Iterator[Finding]:
    """Findings on every `@cost` and `@listSize`."""
    for type_ in facts.schema.types.values():
        for field in type_.fields.values():
            coordinate = f"{type_.name}.{field.name}"
            if type_.kind is Kind.INTERFACE and first(field.directives, "cost"):
                yield Finding(
                    codes.COST_APPLIED_TO_INTERFACE_FIELD,
                    f'@cost cannot be applied to interface "{coordinate}"',
                    coordinate,
                )
            applied = first(field.directives, "listSize")
            if applied is not None:
                yield from _check_list_size(facts.schema, field, applied, coordinate)


def _check_list_size(
    schema: Schema, field: FieldDef, applied: Applied, coordinate: str
) -> Iterator[Finding]:
    sized = strings_of(applied.args.get("sizedFields"))
    if not is_list(field.type) and not sized:
        message = f'"{coordinate}" is not a list'
        yield Finding(codes.LIST_SIZE_APPLIED_TO_NON_LIST, message, coordinate)
    size = applied.args.get("assumedSize")
    assumed = plain(size) if size is not None else None
    if isinstance(assumed, int) and assumed < 0:
        message = f'Assumed size of "{coordinate}" cannot be negative'
        yield Finding(codes.LIST_SIZE_INVALID_ASSUMED_SIZE, message, coordinate)
    for name in strings_of(applied.args.get("slicingArguments")):
        argument = field.args.get(name)
        if argument is None:
            message = f'Slicing argument "{name}" is not an argument of "{coordinate}"'
            yield Finding(codes.LIST_SIZE_INVALID_SLICING_ARGUMENT, message, coordinate)
        elif nullable(argument.type) != "Int":
            message = f'Slicing argument "{coordinate}({name}:)" must be Int or Int!'
            yield Finding(codes.LIST_SIZE_INVALID_SLICING_ARGUMENT, message, coordinate)
    yield from _check_sized_fields(schema, field, sized, coordinate)


def _check_sized_fields(
    schema: Schema, field: FieldDef, sized: list[str], coordinate: str
) -> Iterator[Finding]:
    target = schema.types.get(named(field.type))
    if sized and (target is None or target.kind not in (Kind.OBJECT, Kind.INTERFACE)):
        message = f'Sized fields cannot be used because "{field.type}" is not a composite type'
        yield Finding(codes.LIST_SIZE_INVALID_SIZED_FIELD, message, coordinate)
    elif target is not None:
        for name in sized:
            found = target.fields.get(name)
            if found is None:
                message = f'Sized field "{name}" is not a field on type "{target.name}"'
                yield Finding(codes.LIST_SIZE_INVALID_SIZED_FIELD, message, coordinate)
            elif not is_list(found.type):
                message = f'Sized field "{target.name}.{name}" is not a list'
                yield Finding(codes.LIST_SIZE_APPLIED_TO_NON_LIST, message, coordinate)
