"""Follows shapes through the response tree and what the client has of it, the *view*, together.

Lists of both have the same items, as the view was projected from the tree.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import msgspec

from gateway.executor.errors import ResponsePath
from gateway.executor.projection import Projector
from gateway.executor.shape import FieldShape, ObjectShape, object_below
from gateway.executor.walk import JsonObject, typename_of


class Spot(msgspec.Struct, frozen=True, eq=False):
    """An object of the answer: `value` in the response tree, `view` as the client has it."""

    path: ResponsePath
    shape: ObjectShape
    value: JsonObject
    view: JsonObject

    def fields(self) -> tuple[FieldShape, ...]:
        """The fields for the object's type."""
        return self.shape.fields.get(self.typename, ())

    @property
    def typename(self) -> str:
        """The object's concrete type; empty where it is not known."""
        return self.shape.only or typename_of(self.value) or ""

    def below(self, field: FieldShape) -> Iterator["Spot"]:
        """The objects under a field that the client has, through lists."""
        shape = object_below(field.shape)
        if shape is not None:
            value, view = self.value.get(field.key), self.view.get(field.key)
            yield from _spots(shape, value, view, (*self.path, field.key))


def _spots(shape: ObjectShape, value: Any, view: Any, path: ResponsePath) -> Iterator[Spot]:
    if isinstance(view, list) and isinstance(value, list):
        for index, (item, seen) in enumerate(zip(value, view, strict=False)):
            yield from _spots(shape, item, seen, (*path, index))
    elif isinstance(view, dict) and isinstance(value, dict):
        yield Spot(path, shape, value, view)


def objects_at(spot: Spot, keys: tuple[str, ...]) -> Iterator[Spot]:
    """The objects that response keys lead to, as far as the client has them."""
    if not keys:
        yield spot
        return
    for field in spot.fields():
        if field.key == keys[0]:
            for inner in spot.below(field):
                yield from objects_at(inner, keys[1:])


def missing(spot: Spot, projector: Projector) -> Iterator[tuple[Spot, JsonObject]]:
    """For each object what the client lacks of its shape, projected.

    Raises:
        NonNullViolation: an object cannot be without a field that it lacks.
    """
    new: JsonObject = {}
    for field in spot.fields():
        if field.key not in spot.view:
            new[field.key] = projector.field(field, spot.typename, spot.value, spot.path)
        else:
            for inner in spot.below(field):
                yield from missing(inner, projector)
    if new:
        yield spot, new


def present(spot: Spot) -> JsonObject:
    """All of a shape that the client has."""
    return {
        field.key: _present(
            object_below(field.shape), spot.value.get(field.key), spot.view[field.key]
        )
        for field in spot.fields()
        if field.key in spot.view
    }


def _present(shape: ObjectShape | None, value: Any, view: Any) -> Any:
    if isinstance(view, list):
        items = value if isinstance(value, list) else []
        return [_present(shape, item, seen) for item, seen in zip_longest(items, view)][: len(view)]
    if shape is None or not isinstance(view, dict) or not isinstance(value, dict):
        return view
    return present(Spot((), shape, value, view))


def has_place(shape: ObjectShape, path: ResponsePath) -> bool:
    """Is there a place for a response path in a shape, on objects of some type?"""
    shapes = [shape]
    for step in path:
        if isinstance(step, int) or not shapes:
            continue
        found = [
            field
            for one in shapes
            for fields in one.fields.values()
            for field in fields
            if field.key == step
        ]
        if not found:
            return False
        shapes = [inner for field in found if (inner := object_below(field.shape)) is not None]
    return True
