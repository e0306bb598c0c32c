"""Where in the Python code an element of a Strawberry schema is written.

Strawberry is no dependency of the gateway: this is imported only where a schema of its is given.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from strawberry import Schema
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

from gateway.config.source_line import SourceLine

_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_COORDINATE = re.compile(r"(\w+)(?:\.(\w+)(?:\((\w+):\))?)?")


def python_place(schema: Schema, coordinate: str) -> SourceLine | None:
    """Where a type, field, enum value or argument is written; None where nobody wrote it.

    A field with a resolver is where its function is named, any other where its class names it.
    """
    match = _COORDINATE.fullmatch(coordinate)
    if match is None:
        return None
    type_name, member, argument = match.groups()
    match schema.get_type_by_name(type_name):
        case StrawberryObjectDefinition() as definition:
            field = _field(schema, definition, member)
            if field is not None:
                return _field_place(schema, field, argument) or _place(definition.origin)
            return _place(definition.origin)
        case StrawberryEnumDefinition(wrapped_cls=enum):
            return _place(enum, member)
        case _:
            return None


def _field(
    schema: Schema, definition: StrawberryObjectDefinition, name: str | None
) -> StrawberryField | None:
    return next((field for field in definition.fields if _name(schema, field) == name), None)


def _field_place(schema: Schema, field: StrawberryField, argument: str | None) -> SourceLine | None:
    if field.base_resolver is None:
        return _place(field.origin, field.python_name)
    names = (each.python_name for each in field.arguments if _name(schema, each) == argument)
    return _place(field.base_resolver.wrapped_func, next(names, None))


def _name(schema: Schema, element: StrawberryField | StrawberryArgument) -> str:
    return schema.config.name_converter.get_graphql_name(element)


def _place(element: Any, member: str | None = None) -> SourceLine | None:
    """Where a class or function is named, or what in it has the member's name."""
    element = inspect.unwrap(element)
    try:
        file = Path(inspect.getsourcefile(element) or "")
        _, first = inspect.getsourcelines(element)
        source, definitions = _read(file)
    except (OSError, SyntaxError, TypeError):
        return None
    definition = definitions.get(first)
    if definition is None:  # a lambda, or what an expression made
        return SourceLine.of(file, source, first)
    node = next((each for name, each in _members(definition) if name == member), definition)
    line = source[node.lineno - 1]
    column = len(line.encode()[: node.col_offset].decode())
    if isinstance(node, _Definition):  # which begins with its keyword
        column = line.index(node.name, column + len("def "))
    return SourceLine.of(file, source, node.lineno, column + 1)


def _members(definition: _Definition) -> Iterator[tuple[str, ast.stmt | ast.expr | ast.arg]]:
    """What a class sets, or a function's arguments, by name."""
    if not isinstance(definition, ast.ClassDef):
        arguments = definition.args
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            yield each.arg, each
        return
    for statement in definition.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement]
        for target in targets:
            named = target.target if isinstance(target, ast.AnnAssign) else target
            if isinstance(named, ast.Name):
                yield named.id, named


@lru_cache(maxsize=64)
def _read(file: Path) -> tuple[list[str], dict[int, _Definition]]:
    """A file's lines, and its classes and functions by their first line, decorators counted."""
    text = file.read_text(encoding="utf-8")
    definitions = {
        min([node.lineno, *(each.lineno for each in node.decorator_list)]): node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, _Definition)
    }
    return text.splitlines(), definitions
