"""An event's payload as the response tree has it: under the client's response keys."""

from typing import Any

from gateway.executor.types import Types
from gateway.executor.walk import JsonObject
from gateway.selections.model import Field, Fragment, SelectionSet


class PayloadShaper:
    """Reads event payloads, which name fields as the schema does."""

    def __init__(
        self, selections: SelectionSet, types: Types, type_name: str | None = None
    ) -> None:
        """`selections` are what the plan takes from the event, below the root field.

        `type_name` is the root field's type. Objects of a type that is not abstract need not tell
        their type: it is filled in.
        """
        self._selections = selections
        self._types = types
        self._type_name = type_name

    def shape(self, payload: JsonObject) -> JsonObject:
        """`{response key: value}` with the value's fields under their response keys."""
        return {
            key: self._value(value, self._selections, self._type_name)
            for key, value in payload.items()
        }

    def _value(self, value: Any, selections: SelectionSet, type_name: str | None) -> Any:
        if isinstance(value, list):
            return [self._value(item, selections, type_name) for item in value]
        if not isinstance(value, dict) or not selections:
            return value
        told: str | None = value.get("__typename")
        if told is None and type_name is not None and type_name not in self._types.abstract:
            told = type_name
        shaped: JsonObject = {} if told is None else {"__typename": told}
        self._fields(value, told, selections, shaped)
        return shaped

    def _fields(
        self, value: JsonObject, typename: str | None, selections: SelectionSet, into: JsonObject
    ) -> None:
        for selection in selections:
            match selection:
                case Field(name=name) if name in value:
                    below = None if typename is None else self._types.field_type(typename, name)
                    shaped = self._value(value[name], selection.selections, below)
                    present = into.get(selection.response_key)
                    if isinstance(present, dict) and isinstance(shaped, dict):
                        present.update(shaped)
                    else:
                        into[selection.response_key] = shaped
                case Fragment(type_condition=condition, selections=inner):
                    if (
                        condition is None
                        or typename is None
                        or self._types.applies(condition, typename)
                    ):
                        self._fields(value, typename, inner, into)
                case Field():
                    pass
