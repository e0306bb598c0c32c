"""Compares two API schemas: every difference, with its coordinate.

graphql-core's own comparison names no coordinates, and misses what is added here: deprecations,
defaults whose loss makes an input required, `@oneOf`, `@specifiedBy`, kinds of operations, and
whether an enum is read or only sent. Its rules for what types may become are used as they are.
"""

from collections.abc import Iterator

from graphql import (
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)
from graphql.utilities.find_schema_changes import is_change_safe_for_object_or_interface_field

from gateway.supergraph.changes import codes
from gateway.supergraph.changes.codes import Severity
from gateway.supergraph.changes.elements import (
    ARGUMENTS,
    DIRECTIVE_ARGUMENTS,
    INPUT_FIELDS,
    element_changes,
    input_changes,
)
from gateway.supergraph.changes.model import Change

_SEVERITIES = list(Severity)
_KINDS = {
    GraphQLScalarType: "a scalar",
    GraphQLObjectType: "an object type",
    GraphQLInterfaceType: "an interface",
    GraphQLUnionType: "a union",
    GraphQLEnumType: "an enum",
    GraphQLInputObjectType: "an input object",
}


def compare(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """All changes, the worst first, then by coordinate."""
    changes = [*_roots(old, new), *_types(old, new), *_directives(old, new)]
    return sorted(
        changes,
        key=lambda change: (
            _SEVERITIES.index(change.code.severity),
            change.coordinate,
            change.code.name,
        ),
    )


def _roots(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    pairs = {
        "query": (old.query_type, new.query_type),
        "mutation": (old.mutation_type, new.mutation_type),
        "subscription": (old.subscription_type, new.subscription_type),
    }
    for kind, (before, after) in pairs.items():
        coordinate = f"schema.{kind}"
        if before and not after:
            message = f"There are no {kind} operations any more."
            yield Change(codes.OPERATION_TYPE_REMOVED, coordinate, message, ((coordinate,),))
        elif after and not before:
            message = f"There are {kind} operations now."
            yield Change(codes.OPERATION_TYPE_ADDED, coordinate, message)


def _own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    }


def _types(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before, after = _own_types(old), _own_types(new)
    read = _types_read(new)
    for name in before.keys() - after.keys():
        yield Change(codes.TYPE_REMOVED, name, f"The type {name} was removed.", ((name,),))
    for name in after.keys() - before.keys():
        yield Change(codes.TYPE_ADDED, name, f"The type {name} was added.")
    for name in before.keys() & after.keys():
        yield from _type(before[name], after[name], is_read=name in read)


def _types_read(schema: GraphQLSchema) -> set[str]:
    """The types that fields of objects and interfaces give."""
    return {
        get_named_type(field.type).name
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for field in type_.fields.values()
    }


def _type(old: GraphQLNamedType, new: GraphQLNamedType, *, is_read: bool) -> Iterator[Change]:
    yield from element_changes(old.name, old, new)
    match old, new:
        case GraphQLObjectType(), GraphQLObjectType():
            yield from _fields(old, new)
            yield from _interfaces(old, new)
        case GraphQLInterfaceType(), GraphQLInterfaceType():
            yield from _fields(old, new)
            yield from _interfaces(old, new)
        case GraphQLUnionType(), GraphQLUnionType():
            yield from _members(old, new)
        case GraphQLEnumType(), GraphQLEnumType():
            yield from _values(old, new, is_read=is_read)
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            yield from _input_object(old, new)
        case GraphQLScalarType(), GraphQLScalarType():
            yield from _scalar(old, new)
        case _:
            message = f"{old.name} was {_KINDS[type(old)]} and is {_KINDS[type(new)]} now."
            yield Change(codes.TYPE_CHANGED_KIND, old.name, message, ((old.name,),))


def _fields(
    old: GraphQLObjectType | GraphQLInterfaceType, new: GraphQLObjectType | GraphQLInterfaceType
) -> Iterator[Change]:
    for name in old.fields.keys() - new.fields.keys():
        coordinate = f"{old.name}.{name}"
        message = f"The field {coordinate} was removed."
        yield Change(codes.FIELD_REMOVED, coordinate, message, ((coordinate,),))
    for name in new.fields.keys() - old.fields.keys():
        coordinate = f"{old.name}.{name}"
        yield Change(codes.FIELD_ADDED, coordinate, f"The field {coordinate} was added.")
    for name in old.fields.keys() & new.fields.keys():
        coordinate = f"{old.name}.{name}"
        before, after = old.fields[name], new.fields[name]
        if str(before.type) != str(after.type):
            safe = is_change_safe_for_object_or_interface_field(before.type, after.type)
            code = codes.FIELD_CHANGED_KIND_SAFE if safe else codes.FIELD_CHANGED_KIND
            message = f"The field {coordinate} changed its type from {before.type} to {after.type}."
            yield Change(code, coordinate, message, ((coordinate,),))
        yield from element_changes(coordinate, before, after)
        form = coordinate + "({}:)"
        yield from input_changes(ARGUMENTS, coordinate, form, before.args, after.args)


def _interfaces(
    old: GraphQLObjectType | GraphQLInterfaceType, new: GraphQLObjectType | GraphQLInterfaceType
) -> Iterator[Change]:
    before = {interface.name for interface in old.interfaces}
    after = {interface.name for interface in new.interfaces}
    for name in before - after:
        message = f"{old.name} implements {name} no more."
        spread = ((f"on {old.name}", name), (f"on {name}", old.name))
        yield Change(codes.IMPLEMENTED_INTERFACE_REMOVED, old.name, message, spread)
    for name in after - before:
        message = f"{old.name} implements {name} now: clients may meet it where they read {name}."
        reads = ((f"read {name}",),)
        yield Change(codes.IMPLEMENTED_INTERFACE_ADDED, old.name, message, reads)


def _members(old: GraphQLUnionType, new: GraphQLUnionType) -> Iterator[Change]:
    before, after = {type_.name for type_ in old.types}, {type_.name for type_ in new.types}
    for name in before - after:
        message = f"The union {old.name} has no member {name} any more."
        spread = ((f"on {name}", old.name), (f"on {old.name}", name))
        yield Change(codes.TYPE_REMOVED_FROM_UNION, old.name, message, spread)
    for name in after - before:
        message = f"The union {old.name} has a new member {name}: clients may meet it."
        reads = ((f"read {old.name}",),)
        yield Change(codes.TYPE_ADDED_TO_UNION, old.name, message, reads)


def _values(old: GraphQLEnumType, new: GraphQLEnumType, *, is_read: bool) -> Iterator[Change]:
    for name in old.values.keys() - new.values.keys():
        coordinate = f"{old.name}.{name}"
        message = f"The enum value {coordinate} was removed."
        yield Change(codes.VALUE_REMOVED_FROM_ENUM, coordinate, message, ((coordinate,),))
    for name in new.values.keys() - old.values.keys():
        coordinate = f"{old.name}.{name}"
        if is_read:
            message = f"The enum value {coordinate} was added: clients may read it."
            reads = ((f"read {old.name}",),)
            yield Change(codes.VALUE_ADDED_TO_ENUM, coordinate, message, reads)
        else:
            message = f"The enum value {coordinate} was added; clients only send this enum."
            yield Change(codes.INPUT_VALUE_ADDED_TO_ENUM, coordinate, message)
    for name in old.values.keys() & new.values.keys():
        yield from element_changes(f"{old.name}.{name}", old.values[name], new.values[name])


def _input_object(old: GraphQLInputObjectType, new: GraphQLInputObjectType) -> Iterator[Change]:
    sent = f"send {old.name}"
    if new.is_one_of and not old.is_one_of:
        message = f"{old.name} takes only one of its fields now."
        yield Change(codes.ONE_OF_ADDED, old.name, message, ((sent,),))
    elif old.is_one_of and not new.is_one_of:
        message = f"{old.name} takes several of its fields now."
        yield Change(codes.ONE_OF_REMOVED, old.name, message, ((sent,),))
    yield from input_changes(INPUT_FIELDS, sent, old.name + ".{}", old.fields, new.fields)


def _scalar(old: GraphQLScalarType, new: GraphQLScalarType) -> Iterator[Change]:
    if old.specified_by_url != new.specified_by_url:
        message = (
            f"The scalar {old.name} is specified by {new.specified_by_url or 'nothing'} now, not by"
            f" {old.specified_by_url or 'nothing'}."
        )
        yield Change(codes.SPECIFIED_BY_CHANGED, old.name, message, ((old.name,),))


def _directives(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before = {directive.name: directive for directive in old.directives}
    after = {directive.name: directive for directive in new.directives}
    for name in before.keys() - after.keys():
        coordinate = f"@{name}"
        message = f"The directive {coordinate} was removed."
        yield Change(codes.DIRECTIVE_REMOVED, coordinate, message, ((coordinate,),))
    for name in after.keys() - before.keys():
        yield Change(codes.DIRECTIVE_ADDED, f"@{name}", f"The directive @{name} was added.")
    for name in before.keys() & after.keys():
        yield from _directive(before[name], after[name])


def _directive(old: GraphQLDirective, new: GraphQLDirective) -> Iterator[Change]:
    coordinate = f"@{old.name}"
    yield from element_changes(coordinate, old, new)
    yield from input_changes(
        DIRECTIVE_ARGUMENTS, coordinate, coordinate + "({}:)", old.args, new.args
    )
    if old.is_repeatable and not new.is_repeatable:
        message = f"The directive {coordinate} may be given once only now."
        yield Change(codes.DIRECTIVE_REPEATABLE_REMOVED, coordinate, message, ((coordinate,),))
    elif new.is_repeatable and not old.is_repeatable:
        message = f"The directive {coordinate} may be given several times now."
        yield Change(codes.DIRECTIVE_REPEATABLE_ADDED, coordinate, message)
    for location in old.locations:
        if location not in new.locations:
            message = f"The directive {coordinate} may not stand on {location.name} any more."
            placed = ((f"{coordinate} on {location.name}",),)
            yield Change(codes.DIRECTIVE_LOCATION_REMOVED, coordinate, message, placed)
    for location in new.locations:
        if location not in old.locations:
            message = f"The directive {coordinate} may stand on {location.name} now."
            yield Change(codes.DIRECTIVE_LOCATION_ADDED, coordinate, message)
