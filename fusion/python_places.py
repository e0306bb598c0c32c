"""Where in the Python code an element of a Strawberry schema is written."""

import inspect
import re
from pathlib import Path
from typing import Any

from strawberry import Schema
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField


def python_place(schema: Schema, coordinate: str, root: Path) -> str | None:
    """File (from the root) and line of a type, field or argument; None where nobody wrote it.

    A field without a resolver is where its class names it, any other where its resolver begins.
    """
    type_name, _, rest = coordinate.partition(".")
    match schema.get_type_by_name(type_name):
        case StrawberryObjectDefinition() as definition:
            return _field_place(schema, definition, rest.partition("(")[0], root)
        case StrawberryEnumDefinition(wrapped_cls=enum):
            return _place(enum, rest, root)
        case _:
            return None


def _field_place(
    schema: Schema, definition: StrawberryObjectDefinition, name: str, root: Path
) -> str | None:
    for field in definition.fields:
        if _name(schema, field) == name:
            if field.base_resolver is not None:
                return _place(field.base_resolver.wrapped_func, "", root)
            return _place(field.origin or definition.origin, field.python_name, root)
    return _place(definition.origin, "", root)


def _name(schema: Schema, field: StrawberryField) -> str:
    return schema.config.name_converter.get_graphql_name(field)


def _place(element: Any, attribute: str, root: Path) -> str | None:
    """Where the element is, or a line of it that sets the attribute."""
    try:
        lines, first = inspect.getsourcelines(inspect.unwrap(element))
        file = Path(inspect.getsourcefile(inspect.unwrap(element)) or "")
    except (OSError, TypeError):
        return None
    offset = 0
    if attribute:
        sets = re.compile(rf"\s+{re.escape(attribute)}\s*[:=]")
        offset = next((i for i, line in enumerate(lines) if sets.match(line)), 0)
    shown = file.relative_to(root) if file.is_relative_to(root) else file
    return f"{shown}:{first + offset}"
