"""Merging what a subgraph answered into the response tree."""

from typing import Any

from gateway.executor.walk import JsonObject

DEPTH_LIMIT = 200


class Merger:
    """Merges JSON values; knows which type names are of abstract types.

    An `@interfaceObject` subgraph calls its objects by the interface's name: it must not hide the
    concrete type that another subgraph told.
    """

    def __init__(self, abstract_types: frozenset[str]) -> None:
        self._abstract = abstract_types

    def merge_object(self, target: JsonObject, source: JsonObject, depth: int = 0) -> None:
        """Merge `source` into `target`, which is changed."""
        for key, value in source.items():
            present = target.get(key)
            if present is None:
                target[key] = value
            elif key == "__typename":
                if present in self._abstract:
                    target[key] = value
            elif value is not None and present is not value:
                target[key] = self.merge_value(present, value, depth + 1)

    def merge_value(self, present: Any, value: Any, depth: int = 0) -> Any:
        """One position: objects, and lists of one length, are merged; others replaced."""
        if depth > DEPTH_LIMIT:
            return value
        if isinstance(present, dict) and isinstance(value, dict):
            self.merge_object(present, value, depth)
            return present
        if isinstance(present, list) and isinstance(value, list) and len(present) == len(value):
            for index, item in enumerate(value):
                if present[index] is None:
                    present[index] = item
                elif item is not None:
                    present[index] = self.merge_value(present[index], item, depth + 1)
            return present
        return value


def copied(value: Any, depth: int = 0) -> Any:
    """A copy, down to where only a custom scalar's value can be nested so deeply."""
    if depth < DEPTH_LIMIT:
        if isinstance(value, dict):
            return {key: copied(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [copied(item, depth + 1) for item in value]
    return value
