"""An event's payload as the response tree has it: under the client's response keys."""

from typing import Any

from gateway.executor.types import Types
from gateway.executor.walk import JsonObject
from gateway.selections.model import Field, Fragment, SelectionSet


class PayloadShaper:
    """Reads event payloads, which name fields as the schema does."""

    def __init__(self, selections: SelectionSet, types: Types) -> None:
        """`selections` are what the plan takes from the event, below the root field."""
        self._selections = selections
        self._types = types

    def shape(self, payload: JsonObject) -> JsonObject:
        """`{response key: value}` with the value's fields under their response keys."""
        return {key: self._value(value, self._selections) for key, value in payload.items()}

    def _value(self, value: Any, selections: SelectionSet) -> Any:
        if isinstance(value, list):
            return [self._value(item, selections) for item in value]
        if not isinstance(value, dict) or not selections:
            return value
        shaped: JsonObject = {}
        if "__typename" in value:
            shaped["__typename"] = value["__typename"]
        self._fields(value, selections, shaped)
        return shaped

    def _fields(self, value: JsonObject, selections: SelectionSet, into: JsonObject) -> None:
        typename = value.get("__typename")
        for selection in selections:
            match selection:
                case Field(name=name) if name in value:
                    shaped = self._value(value[name], selection.selections)
                    present = into.get(selection.response_key)
                    if isinstance(present, dict) and isinstance(shaped, dict):
                        present.update(shaped)
                    else:
                        into[selection.response_key] = shaped
                case Fragment(type_condition=condition, selections=inner):
                    if (
                        condition is None
                        or typename is None
                        or self._types.applies(condition, str(typename))
                    ):
                        self._fields(value, inner, into)
                case Field():
                    pass
