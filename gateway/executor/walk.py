"""Paths through the response tree, with the response path of every object they reach.

The generated code walks without response paths, for speed; this walk tells where an error belongs.
"""

from collections.abc import Iterator
from typing import Any

from gateway.executor.errors import ResponsePath
from gateway.plan.nodes import HIDDEN, Key, OnType, Path

HIDDEN_TYPENAME = f"{HIDDEN}typename"

JsonObject = dict[str, Any]


def typename_of(value: JsonObject) -> str | None:
    """The name of an object's concrete type, if the subgraph told it."""
    name = value.get("__typename")
    if not isinstance(name, str):
        name = value.get(HIDDEN_TYPENAME)
    return name if isinstance(name, str) else None


def walk(
    value: Any, path: Path, at: ResponsePath = ()
) -> Iterator[tuple[JsonObject, ResponsePath]]:
    """Every object that `path` reaches from `value`, in order, with its response path."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, path, (*at, index))
        return
    if not isinstance(value, dict):
        return
    if not path:
        yield value, at
        return
    match path[0]:
        case Key(name=name):
            yield from walk(value.get(name), path[1:], (*at, name))
        case OnType(names=names):
            if typename_of(value) in names:
                yield from walk(value, path[1:], at)
