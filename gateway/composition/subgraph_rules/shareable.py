"""INVALID_SHAREABLE_USAGE: `@shareable` is for fields of objects, once per declaration."""

from collections import Counter
from collections.abc import Iterator

from gateway.composition import codes
from gateway.composition.facts import Facts
from gateway.composition.subgraph_rules.finding import Finding
from gateway.federation.model import Kind, every

_ONCE = (
    "@shareable is only repeatable on types so it can be used simultaneously on a type definition"
    " and its extensions, but it should not be duplicated on the same definition/extension"
    " declaration"
)


def check_shareable(facts: Facts) -> Iterator[Finding]:
    """Findings on every `@shareable`."""
    for type_ in facts.schema.types.values():
        declarations = Counter(a.declaration for a in every(type_.directives, "shareable"))
        for count in declarations.values():
            if count > 1:
                yield Finding(
                    codes.INVALID_SHAREABLE_USAGE,
                    "Invalid duplicate application of @shareable on the same type declaration of"
                    f' "{type_.name}": {_ONCE}',
                    type_.name,
                )
        for field in type_.fields.values():
            applied = every(field.directives, "shareable")
            coordinate = f"{type_.name}.{field.name}"
            if applied and type_.kind is not Kind.OBJECT:
                yield Finding(
                    codes.INVALID_SHAREABLE_USAGE,
                    f'Invalid use of @shareable on field "{coordinate}": only object type fields'
                    " can be marked with @shareable",
                    coordinate,
                )
            elif len(applied) > 1:
                yield Finding(
                    codes.INVALID_SHAREABLE_USAGE,
                    f'Invalid duplicate application of @shareable on field "{coordinate}": {_ONCE}',
                    coordinate,
                )
