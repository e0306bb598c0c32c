"""Coercion of JSON values to input types (specification sections 3.5 and 3.9 to 3.12)."""

from typing import Any, Final

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLScalarType,
    Undefined,
    is_list_type,
    is_non_null_type,
    value_from_ast_untyped,
)

from gateway.operation.json_values import dumps

MAX_FAULTS: Final = 50
MAX_SHOWN: Final = 60
INT_LIMIT: Final = 2**31


class TooManyFaults(Exception):
    """More than `MAX_FAULTS` are told to nobody, and not looked for."""


class InputCoercion:
    """Coerces the value of one variable; `faults` are (message, place) pairs."""

    def __init__(self, variable: str) -> None:
        self.faults: list[tuple[str, str]] = []
        self._variable = variable

    def fault(self, place: str, reason: str) -> None:
        """Note that the value at `place` (`input.lines[2].quantity`) is wrong.

        Raises:
            TooManyFaults: it is one too many.
        """
        if len(self.faults) >= MAX_FAULTS:
            raise TooManyFaults
        at = "" if place == self._variable else f' at "{place}"'
        self.faults.append(
            (f'Variable "${self._variable}" has a wrong value{at}: {reason}.', place)
        )

    def coerce(self, value: Any, expected: GraphQLInputType, place: str) -> Any:
        """The value as it is sent to subgraphs; what it is after a fault means nothing."""
        if is_non_null_type(expected):
            if value is None:
                return self.fault(place, f'a value of type "{expected}" must not be null')
            return self._coerce_nullable(value, expected.of_type, place)
        return self._coerce_nullable(value, expected, place)

    def _coerce_nullable(self, value: Any, expected: GraphQLInputType, place: str) -> Any:
        if value is None:
            return None
        if is_list_type(expected):
            if not isinstance(value, list):
                return [self.coerce(value, expected.of_type, place)]
            return [
                self.coerce(item, expected.of_type, f"{place}[{index}]")
                for index, item in enumerate(value)
            ]
        if isinstance(expected, GraphQLInputObjectType):
            return self._object(value, expected, place)
        if isinstance(expected, GraphQLEnumType):
            if isinstance(value, str) and value in expected.values:
                return value
            return self.fault(place, f'{_show(value)} is not a value of the enum "{expected.name}"')
        assert isinstance(expected, GraphQLScalarType)  # noqa: S101  # nothing else is left
        return self._scalar(value, expected, place)

    def _object(self, value: Any, expected: GraphQLInputObjectType, place: str) -> Any:
        if not isinstance(value, dict):
            return self.fault(
                place, f'expected an object of type "{expected.name}", not {_show(value)}'
            )
        for name in value:
            if name not in expected.fields:
                self.fault(place, f'the type "{expected.name}" has no field {_show(name)}')
        coerced: dict[str, Any] = {}
        for name, field in expected.fields.items():
            inner = f"{place}.{name}"
            if name in value:
                coerced[name] = self.coerce(value[name], field.type, inner)
            elif (default := _default(field)) is not Undefined:
                coerced[name] = self.coerce(default, field.type, inner)
            elif is_non_null_type(field.type):
                self.fault(inner, f'a value of type "{field.type}" is required')
        if expected.is_one_of and (len(coerced) != 1 or None in coerced.values()):
            self.fault(place, f'exactly one field of "{expected.name}" must be given, and not null')
        return coerced

    def _scalar(self, value: Any, expected: GraphQLScalarType, place: str) -> Any:
        match expected.name:
            case "Int":
                return self._int(value, place)
            case "Float" if type(value) in (int, float):
                return value
            case "ID" if type(value) is int:
                return str(value)
            case "String" | "ID" if isinstance(value, str):
                return value
            case "Boolean" if isinstance(value, bool):
                return value
            case "Float" | "String" | "ID" | "Boolean":
                return self.fault(place, f"{expected.name} cannot represent {_show(value)}")
            case _:
                return self._custom(value, expected.name, place)

    def _int(self, value: Any, place: str) -> Any:
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int:
            return self.fault(place, f"Int cannot represent {_show(value)}")
        if not -INT_LIMIT <= value < INT_LIMIT:
            return self.fault(
                place, f"Int cannot represent {_show(value)}: it has more than 32 bits"
            )
        return value

    def _custom(self, value: Any, name: str, place: str) -> Any:
        """Anything that can be written as JSON again passes; the subgraph knows what it means."""
        try:
            dumps(value)
        except (orjson.JSONEncodeError, RecursionError):
            return self.fault(place, f"{name} is nested too deeply")
        return value


def _default(field: GraphQLInputField) -> Any:
    default = field.default
    if default is None:
        return Undefined
    return default.value if default.literal is None else value_from_ast_untyped(default.literal)


def _show(value: Any) -> str:
    """A short form of a value that the client itself sent."""
    try:
        text = dumps(value).decode()
    except (orjson.JSONEncodeError, RecursionError):
        return "this value"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
