"""Faults of a configuration file, told as a compiler tells them: `file:line:column: what`."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.errors import ConfigurationError

Location = tuple[str | int, ...]
Place = tuple[int, int]


class Faults:
    """The faults found in one file."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: list[tuple[Place, str]] = []

    def add(self, place: Place, message: str) -> None:
        self._lines.append((place, message))

    def __bool__(self) -> bool:
        return bool(self._lines)

    def error(self) -> ConfigurationError:
        """All faults in the order of their places."""
        return ConfigurationError(
            "\n".join(
                f"{self._name}:{line}:{column}: {message}"
                for (line, column), message in sorted(set(self._lines))
            )
        )


def describe(
    error: ValidationError, model: type[BaseModel], places: Mapping[Location, Place]
) -> Iterator[tuple[Place, str]]:
    """Each fault with the place that it is about: the key if unknown, else the value's key."""
    schema = model.model_json_schema()
    details = error.errors(include_url=False, include_input=False)
    for detail in details:
        if detail["type"] == "too_short" and any(_is_below(each, detail) for each in details):
            continue  # short only because its items have faults of their own
        location = _location(detail["loc"], places)
        yield places.get(location, (1, 1)), _message(detail, location, schema)


def _is_below(detail: ErrorDetails, other: ErrorDetails) -> bool:
    above = other["loc"]
    return len(detail["loc"]) > len(above) and detail["loc"][: len(above)] == above


def _location(loc: Location, places: Mapping[Location, Place]) -> Location:
    """The steps of `loc` that the file has: models add steps for the member of a union."""
    found: Location = ()
    for step in loc:
        if (*found, step) in places:
            found = (*found, step)
    return found


def _message(detail: ErrorDetails, location: Location, schema: dict[str, Any]) -> str:
    name = ".".join(str(step) for step in location)
    match detail["type"]:
        case "extra_forbidden":
            known = sorted(_known_keys(schema, location[:-1]))
            close = get_close_matches(str(location[-1]), known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
            return f"{name}: unknown key; {hint}"
        case "missing":
            missing = str(detail["loc"][-1])
            return f"{name}: {missing} is missing" if name else f"{missing} is missing"
        case "model_type" | "model_attributes_type" | "dict_type":
            text = "should be a mapping of keys to values"
        case "tuple_type":
            text = "should be a list"
        case "value_error":
            text = detail["msg"].removeprefix("Value error, ")
        case _:
            text = detail["msg"][:1].lower() + detail["msg"][1:]
    return f"{name}: {text}" if name else text


def _known_keys(schema: dict[str, Any], location: Location) -> set[str]:
    """The keys that the JSON Schema allows at a location."""
    nodes = [schema]
    for step in location:
        nodes = [
            child for node in nodes for child in _children(_resolved(node, schema), schema, step)
        ]
    return {
        key
        for node in nodes
        for part in _resolved(node, schema)
        for key in part.get("properties", {})
    }


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema node with its references and alternatives followed."""
    if "$ref" in node:
        return _resolved(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    alternatives = node.get("anyOf") or node.get("oneOf")
    if alternatives:
        return [part for alternative in alternatives for part in _resolved(alternative, schema)]
    return [node]


def _children(
    parts: list[dict[str, Any]], schema: dict[str, Any], step: str | int
) -> Iterator[dict[str, Any]]:
    for part in parts:
        if isinstance(step, int):
            child = part.get("items")
        else:
            child = part.get("properties", {}).get(step) or part.get("additionalProperties")
        if isinstance(child, dict):
            yield child
