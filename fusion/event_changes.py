"""Which changes of an event's JSON Schema break somebody.

Both sides count. Consumers that were written for the old schema get the new events: what it
promised must still hold, but fields they do not know, and values of an enum, may be added. And
events that were written under the old schema are kept and replayed: they must fit the new one. So
nearly all that is left is to add optional fields; anything else is a new version of the type.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_SAID_ELSEWHERE = frozenset(
    {
        "$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default",
        "deprecated", "type", "properties", "required", "additionalProperties", "items", "enum",
        "const",
    }
)  # fmt: skip
_DISCRIMINATORS = ("__typename", "type", "kind")


def breaking_changes(before: Schema, after: Schema) -> list[str]:
    """What breaks consumers or kept events, each with its place such as `$.pin.endsAt`.

    Both are schemas of an event's `data`, in the part of JSON Schema that `schema/events/` uses:
    types, objects, arrays, enums, unions, bounds, and references within the file.
    """
    return list(_compared(_alternatives(before, before), _alternatives(after, after), "$"))


class _Alternative:
    """One thing that a value may be: of a single type, with the file that it stands in."""

    def __init__(self, schema: Schema, root: Schema, kind: str) -> None:
        self.schema = schema
        self.root = root
        self.kind = kind

    @property
    def key(self) -> str:
        """Tells alternatives apart: the type, and for objects the constant that names them."""
        properties = self.schema.get("properties", {})
        for name in _DISCRIMINATORS:
            if "const" in properties.get(name, {}):
                return f"{self.kind} {properties[name]['const']}"
        return self.kind

    def property(self, name: str) -> list["_Alternative"]:
        return _alternatives(self.schema["properties"][name], self.root)


def _alternatives(schema: Any, root: Schema) -> list[_Alternative]:
    """A schema as alternatives of one type each."""
    if not isinstance(schema, Mapping) or not schema.keys() - {"title", "description"}:
        return [_Alternative({}, root, "anything")]
    if "$ref" in schema:
        return _alternatives(_referred(schema["$ref"], root), root)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return [each for some in schema[union] for each in _alternatives(some, root)]
    match schema.get("type"):
        case str() as kind:
            return [_Alternative(schema, root, kind)]
        case list() as kinds:
            return [_Alternative(schema, root, kind) for kind in kinds]
        case _:
            values = _enumerated(schema)
            named = ["object"] if values is None else sorted({_kind(each) for each in values})
            return [_Alternative(schema, root, kind) for kind in named]


def _kind(value: Any) -> str:
    """The JSON Schema type of a constant."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case _:
            return "string"


def _referred(reference: str, root: Schema) -> Any:
    node: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        node = node[step]
    return node


def _compared(before: list[_Alternative], after: list[_Alternative], place: str) -> Iterator[str]:
    was = {each.key: each for each in before}
    now = {each.key: each for each in after}
    for key in was.keys() - now.keys():
        yield f"{place} can no longer be {key}: kept events may have it"
    for key in now.keys() - was.keys():
        yield f"{place} can be {key} now: consumers do not expect it"
    for key in sorted(was.keys() & now.keys()):
        yield from _compared_one(was[key], now[key], place)


def _compared_one(before: _Alternative, after: _Alternative, place: str) -> Iterator[str]:
    yield from _values(before.schema, after.schema, place)
    yield from _fields(before, after, place)
    if "items" in before.schema or "items" in after.schema:
        yield from _compared(
            _alternatives(before.schema.get("items"), before.root),
            _alternatives(after.schema.get("items"), after.root),
            f"{place}[]",
        )
    others = before.schema.get("additionalProperties"), after.schema.get("additionalProperties")
    if any(isinstance(each, Mapping) for each in others):
        yield from _compared(
            _alternatives(others[0], before.root),
            _alternatives(others[1], after.root),
            f"{place}.*",
        )
    for keyword in sorted((before.schema.keys() | after.schema.keys()) - _SAID_ELSEWHERE):
        bound, other = before.schema.get(keyword), after.schema.get(keyword)
        if bound != other:
            yield f"{place}: {keyword} was {bound!r}, is {other!r}"


def _values(before: Schema, after: Schema, place: str) -> Iterator[str]:
    was, now = _enumerated(before), _enumerated(after)
    if was is None and now is not None:
        yield f"{place} has only certain values now: kept events may have others"
    elif was is not None and now is None:
        yield f"{place} can have any value now: consumers expect {', '.join(map(repr, was))}"
    elif was is not None and now is not None:
        for value in was:
            if value not in now:
                yield f"{place} can no longer be {value!r}: kept events may be"
        if "const" in before and "const" not in after:
            yield f"{place} is no longer always {before['const']!r}"


def _enumerated(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    found: list[Any] | None = schema.get("enum")
    return found


def _fields(before: _Alternative, after: _Alternative, place: str) -> Iterator[str]:
    was, now = before.schema.get("properties", {}), after.schema.get("properties", {})
    needed = set(before.schema.get("required", ())), set(after.schema.get("required", ()))
    for name in was:
        if name not in now:
            yield f"{place}.{name} is gone: consumers may read it"
            continue
        yield from _compared(before.property(name), after.property(name), f"{place}.{name}")
    for name in sorted(needed[0] - needed[1]):
        if name in now:
            yield f"{place}.{name} may be missing now: consumers count on it"
    for name in sorted(needed[1] - needed[0]):
        yield f"{place}.{name} is required now: kept events may lack it"
