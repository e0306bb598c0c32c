"""Federation 1 subgraphs to federation 2.

Federation 1 had no `@shareable` (all could be shared), told entities' owners from their extensions
by `extend`, and let pass much that means nothing: externals that nothing uses, directives on
interfaces. An upgraded schema says the same in federation 2's terms.
"""

from collections.abc import Iterator, Sequence

from graphql import EnumValueNode, ListValueNode, StringValueNode, ValueNode

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.field_sets import selected
from gateway.federation.model import (
    COMPOSITE,
    Applied,
    FieldDef,
    Kind,
    Schema,
    TypeDef,
    every,
    first,
)
from gateway.federation.type_refs import named
from gateway.federation.values import string, string_of
from gateway.selections.parse import FieldSetError, field_set_node

_FIELD_SETS = frozenset({"key", "requires", "provides"})
_EXTENDED = (Kind.OBJECT, Kind.INTERFACE)
_NOT_ON_INTERFACES = frozenset({"key", "external", "requires", "provides", "shareable"})


def check_extensions(schema: Schema, schemas: Sequence[Schema]) -> Iterator[Finding]:
    """EXTENSION_WITH_NO_BASE: whatever is extended is defined in another subgraph."""
    for name, type_ in schema.types.items():
        is_root = name in schema.roots.values()
        if is_root or type_.kind not in _EXTENDED or not _is_extension(type_):
            continue
        others = [
            other.types[name] for other in schemas if other is not schema and name in other.types
        ]
        if not any(other.is_defined for other in others):
            yield Finding(
                codes.EXTENSION_WITH_NO_BASE,
                f'Type "{name}" is an extension type, but there is no type definition for'
                f' "{name}" in any subgraph.',
                name,
            )


def prepare(schema: Schema) -> None:
    """Undo what federation 1 let pass, as far as one subgraph shows it."""
    for type_ in _own_types(schema):
        for applied in _applications(type_):
            if applied.federation in _FIELD_SETS and "fields" in applied.args:
                applied.args["fields"] = _as_string(applied.args["fields"])
        type_.directives = [a for a in type_.directives if a.federation != "external"]
        if type_.kind is Kind.INTERFACE:
            _strip(type_, _NOT_ON_INTERFACES)
        for field in type_.fields.values():
            target = schema.types.get(named(field.type))
            if target is None or target.kind not in COMPOSITE:
                _drop(field, "provides")


def upgrade(facts: Facts, others: Sequence[Facts]) -> Iterator[Finding]:
    """Turn the prepared schema into one of federation 2; `others` are as they were prepared."""
    schema = facts.schema
    shareable = {name: _to_be_shared(facts, type_, others) for name, type_ in schema.types.items()}
    for type_ in _own_types(schema):
        if _is_extension(type_) or type_.name in schema.roots.values():
            _own_keys(schema, type_, others)
    _drop_idle_requirements(schema)
    yield from _drop_unused_externals(schema)
    for type_ in _own_types(schema):
        for applied in type_.directives:
            applied.on_extension = False
        type_.is_defined = True
        shared = shareable.get(type_.name, ())
        for field in type_.fields.values():
            if field.name in shared and not first(field.directives, "shareable"):
                field.directives.append(Applied("shareable", {}, "shareable"))
            if first(field.directives, "external"):
                _drop_repeated_tags(type_.name, field, others)


def _drop_repeated_tags(type_name: str, field: FieldDef, others: Sequence[Facts]) -> None:
    """A tag that the field's owner gives as well says nothing on the external field."""
    given = {
        string_of(tag.args.get("name"))
        for other in others
        if (own := _resolved_field(other, type_name, field.name)) is not None
        for tag in every(own.directives, "tag")
    }
    field.directives = [
        applied
        for applied in field.directives
        if applied.federation != "tag" or string_of(applied.args.get("name")) not in given
    ]


def _resolved_field(facts: Facts, type_name: str, field_name: str) -> FieldDef | None:
    type_ = facts.schema.types.get(type_name)
    field = type_.fields.get(field_name) if type_ is not None else None
    return None if field is None or facts.is_external(type_name, field) else field


def _own_types(schema: Schema) -> list[TypeDef]:
    return [type_ for type_ in schema.types.values() if type_.name not in schema.spec_types]


def _is_extension(type_: TypeDef) -> bool:
    return not type_.is_defined or first(type_.directives, "extends") is not None


def _applications(type_: TypeDef) -> Iterator[Applied]:
    yield from type_.directives
    for field in type_.fields.values():
        yield from field.directives


def _as_string(value: ValueNode) -> ValueNode:
    """Federation 1 also took `fields: ["a", "b"]` and `fields: a`."""
    match value:
        case EnumValueNode():
            return string(value.value)
        case ListValueNode():
            parts = [
                part.value
                for part in value.values
                if isinstance(part, StringValueNode | EnumValueNode)
            ]
            return string(" ".join(parts)) if len(parts) == len(value.values) else value
        case _:
            return value


def _strip(type_: TypeDef, names: frozenset[str]) -> None:
    type_.directives = [a for a in type_.directives if a.federation not in names]
    for field in type_.fields.values():
        field.directives = [a for a in field.directives if a.federation not in names]


def _drop(field: FieldDef, federation_name: str) -> None:
    field.directives = [a for a in field.directives if a.federation != federation_name]


def _own_keys(schema: Schema, type_: TypeDef, others: Sequence[Facts]) -> None:
    """An extension's key fields were external by custom; it resolves them as anyone does."""
    keys = every(type_.directives, "key")
    if not keys:
        for other in others:
            base = other.schema.types.get(type_.name)
            if base is not None:
                keys += every(base.directives, "key")
    for key in keys:
        try:
            selections = field_set_node(string_of(key.args.get("fields")) or "")
            for owner, field in selected(schema, type_, selections):
                if owner.name == type_.name or _is_extension(owner):
                    _drop(field, "external")
        except FieldSetError:  # told by the key's own rule
            continue


def _drop_idle_requirements(schema: Schema) -> None:
    """To require or to provide what is the subgraph's own anyway meant nothing."""
    for type_ in _own_types(schema):
        for field in type_.fields.values():
            for name, owner in (("requires", type_.name), ("provides", named(field.type))):
                applied = first(field.directives, name)
                target = schema.types.get(owner)
                if applied is not None and target is not None and _is_idle(schema, applied, target):
                    _drop(field, name)


def _is_idle(schema: Schema, applied: Applied, target: TypeDef) -> bool:
    try:
        selections = field_set_node(string_of(applied.args.get("fields")) or "")
        fields = [field for _, field in selected(schema, target, selections)]
    except FieldSetError:  # told by the directive's own rule
        return False
    return not any(first(field.directives, "external") for field in fields)


def _drop_unused_externals(schema: Schema) -> Iterator[Finding]:
    used = Facts(schema).used
    for type_ in _own_types(schema):
        if type_.kind is not Kind.OBJECT:
            continue
        unused = [
            field.name
            for field in type_.fields.values()
            if first(field.directives, "external") and (type_.name, field.name) not in used
        ]
        for name in unused:
            del type_.fields[name]
        if type_.fields or not unused or type_.name in schema.roots.values():
            continue
        if _is_referenced(schema, type_.name):
            yield Finding(
                codes.TYPE_WITH_ONLY_UNUSED_EXTERNAL,
                f"Type {type_.name} contains only external fields and all those fields are unused"
                " (they do not appear in any @key, @provides or @requires).",
                type_.name,
            )
        else:
            del schema.types[type_.name]


def _is_referenced(schema: Schema, name: str) -> bool:
    return any(
        name in type_.members or any(named(field.type) == name for field in type_.fields.values())
        for type_ in schema.types.values()
    )


def _to_be_shared(facts: Facts, type_: TypeDef, others: Sequence[Facts]) -> set[str]:
    """The fields that other subgraphs resolve too: federation 1 always allowed that."""
    if type_.kind is not Kind.OBJECT:
        return set()
    is_spread = type_.name in facts.keys or type_.name in facts.schema.roots.values()
    if not is_spread:
        shared = any(type_.name in other.schema.types for other in others)
        return set(type_.fields) if shared else set()
    return {
        field.name
        for field in type_.fields.values()
        if (type_.name, field.name) not in facts.key_fields
        and any(_resolves(other, type_.name, field.name) for other in others)
    }


def _resolves(facts: Facts, type_name: str, field_name: str) -> bool:
    type_ = facts.schema.types.get(type_name)
    field = type_.fields.get(field_name) if type_ is not None else None
    if field is None:
        return False
    return not facts.is_external(type_name, field) or (type_name, field_name) in facts.provided
