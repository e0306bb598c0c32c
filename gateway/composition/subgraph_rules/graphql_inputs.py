"""INVALID_GRAPHQL: what must be given is not deprecated, and can be given at all.

GraphQL specification, sections 3.10 (circular references) and 3.13.3.
"""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import ArgumentDef, FieldDef, Kind, Schema
from gateway.federation.type_refs import is_list, is_non_null, named, nullable


def check_inputs(facts: Facts) -> Iterator[Finding]:
    """Findings on required arguments and input fields."""
    schema = facts.schema
    for type_ in schema.types.values():
        for field in type_.fields.values():
            coordinate = f"{type_.name}.{field.name}"
            if type_.kind is Kind.INPUT and _is_deprecated(field):
                yield _finding(f"Required input field {coordinate}", coordinate)
            for argument in field.args.values():
                if _is_deprecated(argument):
                    where = f"{coordinate}({argument.name}:)"
                    yield _finding(f"Required argument {where}", where)
    for directive in schema.directive_defs.values():
        for argument in directive.args.values():
            if _is_deprecated(argument):
                where = f"@{directive.name}({argument.name}:)"
                yield _finding(f"Required argument {where}", where)
    yield from _circles(schema)


def _is_deprecated(value: FieldDef | ArgumentDef) -> bool:
    return value.required and any(applied.name == "deprecated" for applied in value.directives)


def _finding(what: str, coordinate: str) -> Finding:
    return Finding(codes.INVALID_GRAPHQL, f"{what} cannot be deprecated.", coordinate)


def _circles(schema: Schema) -> Iterator[Finding]:
    """Each input type that needs a value of itself, told once."""
    needed = {
        type_.name: {
            field.name: named(field.type) for field in type_.fields.values() if _must(field)
        }
        for type_ in schema.types.values()
        if type_.kind is Kind.INPUT
    }
    done: set[str] = set()
    for start in needed:
        path: dict[str, str] = {}
        yield from _walk(needed, start, path, done)


def _must(field: FieldDef) -> bool:
    return is_non_null(field.type) and not is_list(nullable(field.type))


def _walk(
    needed: dict[str, dict[str, str]], name: str, path: dict[str, str], done: set[str]
) -> Iterator[Finding]:
    """`path`: the input types from the first on, each with the field that leads on."""
    if name in path:
        types = list(path)
        circle = ".".join(path[each] for each in types[types.index(name) :])
        message = (
            f'Cannot reference Input Object "{name}" within itself through a series of non-null'
            f' fields: "{circle}".'
        )
        yield Finding(codes.INVALID_GRAPHQL, message, name)
    elif name not in done:
        done.add(name)
        for field, target in needed.get(name, {}).items():
            path[name] = field
            yield from _walk(needed, target, path, done)
            del path[name]
