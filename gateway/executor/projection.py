"""From the response tree to the client's shape, by interpretation, with every error in its place.

This is CompleteValue and the handling of field errors of the GraphQL specification (sections 6.4.3
and 6.4.4). Generated code does the same for trees without faults, and hands over to this where it
finds one; it is also what generated code is tested against.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, assert_never

from gateway.executor.errors import RESULT_COERCION_FAILED, ResponsePath, error_entry
from gateway.executor.shape import (
    EnumShape,
    FieldShape,
    ListShape,
    NonNullShape,
    NullableShape,
    ObjectShape,
    ScalarShape,
    Shape,
)
from gateway.executor.walk import JsonObject, typename_of

NULL_OF_NON_NULL: Final = "NON_NULL_VIOLATION"

INT_LIMIT = 2**31


class NonNullViolation(Exception):
    """A position that must not be null is null: rises to the nearest that may be."""


class Projector:
    """Projects one response tree; collects the errors found while doing so in `errors`."""

    def __init__(self, known_errors: Iterable[ResponsePath], fixed: Mapping[str, Any]) -> None:
        """`known_errors` are paths with errors already; `fixed` has root values that are final."""
        self.errors: list[dict[str, Any]] = []
        self._exact = set(known_errors)
        self._above = {path[:end] for path in self._exact for end in range(len(path))}
        self._fixed = fixed

    def project(self, root: ObjectShape, tree: JsonObject) -> JsonObject | None:
        """The answer's `data`: new objects and lists throughout."""
        try:
            return self._object_fields(root, root.name, tree, ())
        except NonNullViolation:
            return None

    def _complete(self, shape: Shape, value: Any, path: ResponsePath, where: str) -> Any:
        if isinstance(shape, NonNullShape):
            completed = self._complete(shape.of, value, path, where)
            if completed is None:
                self._fault(
                    f"Cannot return null for non-nullable field {where}.", path, NULL_OF_NON_NULL
                )
                raise NonNullViolation
            return completed
        if value is None:
            return None
        try:
            return self._complete_value(shape, value, path, where)
        except NonNullViolation:
            return None

    def _complete_value(
        self, shape: NullableShape, value: Any, path: ResponsePath, where: str
    ) -> Any:
        match shape:
            case ScalarShape(name=name):
                return self._scalar(name, value, path)
            case EnumShape(name=name, values=values):
                if isinstance(value, str) and value in values:
                    return value
                return self._unfit(f'Enum "{name}" cannot represent the value.', path)
            case ListShape(item=item):
                if not isinstance(value, list):
                    return self._unfit(f"Expected a list for field {where}.", path)
                return [
                    self._complete(item, entry, (*path, index), where)
                    for index, entry in enumerate(value)
                ]
            case ObjectShape():
                return self._object(shape, value, path, where)
            case _:
                assert_never(shape)

    def _scalar(self, name: str, value: Any, path: ResponsePath) -> Any:
        match name:
            case "ID" if type(value) is int:
                return str(value)
            case "Float" if type(value) is int:
                return value
            case "Int" if type(value) is float and value.is_integer():
                value = int(value)
            case _:
                pass
        if fits_scalar(name, value):
            return value
        return self._unfit(f"{name} cannot represent the value.", path)

    def _object(self, shape: ObjectShape, value: Any, path: ResponsePath, where: str) -> Any:
        if not isinstance(value, dict):
            return self._unfit(f"Expected an object for field {where}.", path)
        typename = shape.only or typename_of(value)
        if typename is None or typename not in shape.fields:
            return self._unfit(
                f'Abstract type "{shape.name}" cannot be resolved at field {where}.', path
            )
        return self._object_fields(shape, typename, value, path)

    def _object_fields(
        self, shape: ObjectShape, typename: str, value: JsonObject, path: ResponsePath
    ) -> JsonObject:
        return {
            field.key: self.field(field, typename, value, path) for field in shape.fields[typename]
        }

    def field(self, field: FieldShape, typename: str, value: JsonObject, path: ResponsePath) -> Any:
        """One field of an object at `path`.

        Raises:
            NonNullViolation: the object cannot be without it.
        """
        if field.shape is None:
            return typename
        if not path and field.key in self._fixed:
            return self._fixed[field.key]
        where = f"{typename}.{field.name}"
        return self._complete(field.shape, value.get(field.key), (*path, field.key), where)

    def _unfit(self, message: str, path: ResponsePath) -> None:
        self._fault(message, path, RESULT_COERCION_FAILED)

    def _fault(self, message: str, path: ResponsePath, code: str) -> None:
        """Report a fault, unless an error above or below already explains it."""
        if path in self._above or any(path[:end] in self._exact for end in range(len(path) + 1)):
            return
        self._exact.add(path)
        self._above.update(path[:end] for end in range(len(path)))
        self.errors.append(error_entry(message, path, {"code": code}))


def fits_scalar(name: str, value: Any) -> bool:
    """Is this a result of the built-in scalar `name`? Custom scalars take anything."""
    match name:
        case "ID" | "String":
            return type(value) is str
        case "Int":
            return type(value) is int and -INT_LIMIT <= value < INT_LIMIT
        case "Float":
            return type(value) in (float, int)
        case "Boolean":
            return type(value) is bool
        case _:
            return True
