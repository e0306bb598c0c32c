"""Constant GraphQL values: their text, which compares them, and their making.

Values stay as parsed nodes, so that what a subgraph wrote is what the supergraph prints.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)


def text(node: ValueNode) -> str:
    """GraphQL text of the value on one line; equal text means equal values."""
    match node:
        case StringValueNode():
            return json.dumps(node.value, ensure_ascii=False)
        case ListValueNode():
            return "[" + ", ".join(text(value) for value in node.values) + "]"
        case ObjectValueNode():
            fields = (f"{field.name.value}: {text(field.value)}" for field in node.fields)
            return "{" + ", ".join(fields) + "}"
        case BooleanValueNode():
            return "true" if node.value else "false"
        case NullValueNode():
            return "null"
        case _:
            return str(getattr(node, "value", ""))


def same(one: ValueNode | None, other: ValueNode | None) -> bool:
    """Whether both are absent or mean the same; the order of an object's fields does not count."""
    if one is None or other is None:
        return one is other
    return bool(plain(one) == plain(other))


def plain(node: ValueNode) -> Any:
    """The value as Python: dict, list, str, int, float, bool, None; an enum value as its name."""
    match node:
        case ListValueNode():
            return [plain(value) for value in node.values]
        case ObjectValueNode():
            return {field.name.value: plain(field.value) for field in node.fields}
        case IntValueNode():
            return int(node.value)
        case NullValueNode():
            return None
        case _:
            return getattr(node, "value", None)


def string_of(node: ValueNode | None) -> str | None:
    """The text of a string value, or None for anything else."""
    return node.value if isinstance(node, StringValueNode) else None


def strings_of(node: ValueNode | None) -> list[str]:
    """The strings of a list of strings, or of the single string that stands for a list of one."""
    if isinstance(node, StringValueNode):
        return [node.value]
    if isinstance(node, ListValueNode):
        return [value.value for value in node.values if isinstance(value, StringValueNode)]
    return []


def string(value: str) -> ValueNode:
    """A string value."""
    return StringValueNode(value=value)


def boolean(*, value: bool) -> ValueNode:
    """A boolean value."""
    return BooleanValueNode(value=value)


def integer(value: int) -> ValueNode:
    """An integer value."""
    return IntValueNode(value=str(value))


def enum(name: str) -> ValueNode:
    """An enum value."""
    return EnumValueNode(value=name)


def items(values: Iterable[ValueNode]) -> ValueNode:
    """A list value."""
    return ListValueNode(values=tuple(values))


def record(fields: Mapping[str, ValueNode]) -> ObjectValueNode:
    """An input object value with these fields."""
    return ObjectValueNode(
        fields=tuple(
            ObjectFieldNode(name=NameNode(value=name), value=value)
            for name, value in fields.items()
        )
    )


def make(value: Any) -> ValueNode:
    """A value node of plain Python data; strings become strings, never enum values."""
    match value:
        case None:
            return NullValueNode()
        case bool():
            return boolean(value=value)
        case int():
            return integer(value)
        case str():
            return string(value)
        case dict():
            return record({name: make(inner) for name, inner in value.items()})
        case _:
            return items(make(inner) for inner in value)
