"""INVALID_GRAPHQL: directives are defined, and stand where, as often and as they may.

GraphQL specification, section 5.7.
"""

import difflib
from collections.abc import Iterable, Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.composition.subgraph_rules.graphql_values import is_valid
from gateway.federation.links import FEDERATION
from gateway.federation.model import Applied, Kind, Schema, TypeDef
from gateway.federation.specs import FEDERATION_SPEC, LATEST_FEDERATION
from gateway.federation.values import text

_TYPE_LOCATIONS = {
    Kind.SCALAR: "SCALAR",
    Kind.OBJECT: "OBJECT",
    Kind.INTERFACE: "INTERFACE",
    Kind.UNION: "UNION",
    Kind.ENUM: "ENUM",
    Kind.INPUT: "INPUT_OBJECT",
}
_FIELD_SETS = frozenset({"key", "requires", "provides"})
_FEDERATION_NAMES = [d.name for d in FEDERATION_SPEC.directives_of(LATEST_FEDERATION)]


def check_schema_directives(facts: Facts) -> Iterator[Finding]:
    """The first directive of the schema that is not defined: it may link what all else needs."""
    for applied in facts.schema.directives:
        if applied.name not in facts.schema.directive_defs:
            message = _unknown(facts.schema, applied.name)
            yield Finding(codes.INVALID_GRAPHQL, message, "schema")
            return


def check_known_directives(facts: Facts) -> Iterator[Finding]:
    """Findings on directives that are not defined."""
    schema = facts.schema
    for coordinate, _, directives in _sites(schema):
        for applied in directives:
            if applied.name not in schema.directive_defs:
                message = _unknown(schema, applied.name)
                yield Finding(codes.INVALID_GRAPHQL, message, coordinate)


def check_directives(facts: Facts) -> Iterator[Finding]:
    """Findings on every application of a directive that is defined."""
    schema = facts.schema
    for coordinate, location, directives in _sites(schema):
        counts: dict[str, int] = {}
        for applied in directives:
            counts[applied.name] = counts.get(applied.name, 0) + 1
            yield from _check(schema, applied, coordinate, location)
        for name, count in counts.items():
            definition = schema.directive_defs.get(name)
            if count > 1 and definition is not None and not definition.repeatable:
                message = f'The directive "@{name}" can only be used once at this location.'
                for _ in range(count - 1):
                    yield Finding(codes.INVALID_GRAPHQL, message, coordinate)


Site = tuple[str, str, Iterable[Applied]]


def _sites(schema: Schema) -> Iterator[Site]:
    if schema.directives:
        yield "schema", "SCHEMA", schema.directives
    for type_ in schema.types.values():
        yield from _type_sites(type_)
    for definition in schema.directive_defs.values():
        for argument in definition.args.values():
            if argument.directives:
                where = f"@{definition.name}({argument.name}:)"
                yield where, "ARGUMENT_DEFINITION", argument.directives


def _type_sites(type_: TypeDef) -> Iterator[Site]:
    if type_.directives:
        yield type_.name, _TYPE_LOCATIONS[type_.kind], type_.directives
    location = "INPUT_FIELD_DEFINITION" if type_.kind is Kind.INPUT else "FIELD_DEFINITION"
    for field in type_.fields.values():
        coordinate = f"{type_.name}.{field.name}"
        if field.directives:
            yield coordinate, location, field.directives
        for argument in field.args.values():
            if argument.directives:
                where = f"{coordinate}({argument.name}:)"
                yield where, "ARGUMENT_DEFINITION", argument.directives
    for value in type_.values.values():
        if value.directives:
            yield f"{type_.name}.{value.name}", "ENUM_VALUE", value.directives


def _check(schema: Schema, applied: Applied, coordinate: str, location: str) -> Iterator[Finding]:
    definition = schema.directive_defs.get(applied.name)
    if definition is None:
        return
    if location not in definition.locations:
        message = f'Directive "@{applied.name}" may not be used on {location}.'
        yield Finding(codes.INVALID_GRAPHQL, message, coordinate)
    for name, value in applied.args.items():
        argument = definition.args.get(name)
        if argument is None:
            message = f'Unknown argument "{name}" on directive "@{applied.name}".'
            yield Finding(codes.INVALID_GRAPHQL, message, coordinate)
        elif applied.federation not in _FIELD_SETS and not is_valid(schema, value, argument.type):
            message = (
                f'Invalid value for "@{applied.name}({name}:)" of type "{argument.type}" in'
                f' application of "@{applied.name}" to "{coordinate}": {text(value)}'
            )
            yield Finding(codes.INVALID_GRAPHQL, message, coordinate)
    for name, argument in definition.args.items():
        if argument.required and name not in applied.args:
            message = (
                f'Directive "@{applied.name}" argument "{name}" of type "{argument.type}" is'
                " required, but it was not provided."
            )
            yield Finding(codes.INVALID_GRAPHQL, message, coordinate)


def _unknown(schema: Schema, name: str) -> str:
    """The message, with what was probably meant."""
    message = f'Unknown directive "@{name}".'
    federation_2 = "to be a federation 2 schema, it must @link the federation specification v2."
    if name in _FEDERATION_NAMES:
        if schema.is_federation_1:
            return f'{message} "@{name}" is a federation 2 directive; {federation_2}'
        local = schema.local_name(name)
        if local.startswith("federation__"):
            return (
                f'{message} For the federation directive, write "@{local}" or add "@{name}" to the'
                f' `import` of the @link to "{FEDERATION}".'
            )
        if local != name:
            return f'{message} The federation directive is imported here as "@{local}".'
        return f"{message} The federation version linked here does not have it: link a newer one."
    close = difflib.get_close_matches(name, [*schema.directive_defs, *_FEDERATION_NAMES], 1)
    if not close:
        return message
    message += f' Did you mean "@{close[0]}"?'
    if schema.is_federation_1 and close[0] not in schema.directive_defs:
        message += f" It is a federation 2 directive; {federation_2}"
    return message
