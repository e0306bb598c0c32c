"""INVALID_GRAPHQL: type references name types that exist and fit their positions.

GraphQL specification, section 3.
"""

from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.collect import BUILT_IN_SCALARS
from gateway.federation.model import INPUTS, OUTPUT, FieldDef, Kind, Schema, TypeDef
from gateway.federation.type_refs import named


def check_known_types(facts: Facts) -> Iterator[Finding]:
    """One finding with all names that stand for no type: nothing else is sure before."""
    schema = facts.schema
    unknown = {
        coordinate: name
        for coordinate, name in _references(schema)
        if name not in schema.types and name not in BUILT_IN_SCALARS
    }
    if unknown:
        coordinate, *others = unknown
        names = ", ".join(
            f'"{name}"{_meant(schema, name)}' for name in dict.fromkeys(unknown.values())
        )
        what = "type" if len(set(unknown.values())) == 1 else "types"
        message = f"Unknown {what} {names}."
        yield Finding(codes.INVALID_GRAPHQL, message, coordinate, tuple(others))


def _references(schema: Schema) -> Iterator[tuple[str, str]]:
    """Every mention of a type, by coordinate."""
    for name in schema.roots.values():
        yield "schema", name
    for type_ in schema.types.values():
        for name in (*type_.interfaces, *type_.members):
            yield type_.name, name
        for field in type_.fields.values():
            coordinate = f"{type_.name}.{field.name}"
            yield coordinate, named(field.type)
            for argument in field.args.values():
                yield f"{coordinate}({argument.name}:)", named(argument.type)
    for definition in schema.directive_defs.values():
        for argument in definition.args.values():
            yield f"@{definition.name}({argument.name}:)", named(argument.type)


def _meant(schema: Schema, name: str) -> str:
    close = [known for known in schema.types if known.lower() == name.lower()]
    return f' (did you mean "{close[0]}"?)' if close else ""


def check_references(facts: Facts) -> Iterator[Finding]:
    """Findings on types that stand where their kind may not."""
    schema = facts.schema
    for type_ in schema.types.values():
        for name in type_.interfaces:
            if _kind(schema, name) is not Kind.INTERFACE:
                message = f"Type {type_.name} must only implement Interface types, not {name}."
                yield _finding(message, type_.name)
        for name in type_.members:
            if _kind(schema, name) is not Kind.OBJECT:
                message = f"Union type {type_.name} can only include Object types, not {name}."
                yield _finding(message, type_.name)
        for field in type_.fields.values():
            yield from _check_field(schema, type_, field)
    for definition in schema.directive_defs.values():
        for argument in definition.args.values():
            coordinate = f"@{definition.name}({argument.name}:)"
            yield from _check_ref(schema, argument.type, coordinate, is_input=True)
    for kind, name in schema.roots.items():
        if _kind(schema, name) is not Kind.OBJECT:
            message = f"The {kind} root type must be an Object type, it cannot be {name}."
            yield _finding(message, name)


def check_types(facts: Facts) -> Iterator[Finding]:
    """Findings on what types hold, and on names."""
    schema = facts.schema
    for type_ in schema.types.values():
        yield from _check_name(type_.name, type_.name)
        yield from _check_content(schema, type_)
        for field in type_.fields.values():
            yield from _check_name(field.name, f"{type_.name}.{field.name}")


def _finding(message: str, coordinate: str) -> Finding:
    return Finding(codes.INVALID_GRAPHQL, message, coordinate)


def _kind(schema: Schema, name: str) -> Kind:
    type_ = schema.types.get(name)
    return type_.kind if type_ is not None else Kind.SCALAR  # a built-in one


def _check_name(name: str, coordinate: str) -> Iterator[Finding]:
    if name.startswith("__"):
        message = (
            f'Name "{name}" must not begin with "__", which is reserved by GraphQL introspection.'
        )
        yield _finding(message, coordinate)


def _check_content(schema: Schema, type_: TypeDef) -> Iterator[Finding]:
    holds = {
        Kind.OBJECT: (type_.fields, "fields"),
        Kind.INTERFACE: (type_.fields, "fields"),
        Kind.INPUT: (type_.fields, "fields"),
        Kind.ENUM: (type_.values, "values"),
        Kind.UNION: (type_.members, "member types"),
    }.get(type_.kind)
    is_root = type_.name in schema.roots.values()
    if holds is not None and not holds[0] and not is_root:
        yield _finding(f'Type "{type_.name}" must define one or more {holds[1]}.', type_.name)


def _check_field(schema: Schema, type_: TypeDef, field: FieldDef) -> Iterator[Finding]:
    coordinate = f"{type_.name}.{field.name}"
    yield from _check_ref(schema, field.type, coordinate, is_input=type_.kind is Kind.INPUT)
    for argument in field.args.values():
        where = f"{coordinate}({argument.name}:)"
        yield from _check_ref(schema, argument.type, where, is_input=True)


def _check_ref(schema: Schema, ref: str, coordinate: str, *, is_input: bool) -> Iterator[Finding]:
    name = named(ref)
    if name not in BUILT_IN_SCALARS and _kind(schema, name) not in (INPUTS if is_input else OUTPUT):
        position = "Input" if is_input else "Output"
        message = f"The type of {coordinate} must be {position} Type but got: {ref}."
        yield _finding(message, coordinate)
