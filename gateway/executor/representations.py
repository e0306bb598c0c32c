"""Representations: what the gateway tells a subgraph of an entity to get more of it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import orjson

from gateway.executor.errors import SubgraphAnswerMalformed
from gateway.executor.types import Types
from gateway.executor.walk import JsonObject, typename_of
from gateway.operation.json_values import dumps
from gateway.plan.nodes import Requirement
from gateway.selections.model import Field, Fragment, SelectionSet

MISSING: Final = object()


class Batch(msgspec.Struct):
    """What one entity fetch asks for: distinct representations, and who waits for each.

    `targets[i]` are the objects of the response tree that `representations[i]` stands for;
    `objects` are all that the fetch's path reaches.
    """

    representations: list[JsonObject]
    targets: list[list[JsonObject]]
    objects: list[JsonObject]


def content_key(value: Any) -> bytes:
    """Equal for equal JSON values.

    Raises:
        SubgraphAnswerMalformed: the value is nested too deeply to be sent to a subgraph.
    """
    try:
        return dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, RecursionError):
        raise SubgraphAnswerMalformed("A subgraph's answer is nested too deeply") from None


class RepresentationBuilder:
    """Builds representations by a fetch's requirements.

    A null is not sent where the schema says that the field cannot be null: there is no such entity.
    """

    def __init__(self, requirements: Sequence[Requirement], types: Types) -> None:
        self._requirements = requirements
        self._types = types

    def collect(self, objects: Iterable[JsonObject]) -> Batch:
        """Distinct representations of the objects that have one, in order of first appearance."""
        index: dict[bytes, int] = {}
        batch = Batch([], [], [])
        for value in objects:
            batch.objects.append(value)
            representation = self.build(value)
            if representation is None:
                continue
            key = content_key(representation)
            position = index.setdefault(key, len(batch.targets))
            if position == len(batch.targets):
                batch.representations.append(representation)
                batch.targets.append([])
            batch.targets[position].append(value)
        return batch

    def build(self, value: JsonObject) -> JsonObject | None:
        """The representation of an object; None where it has none."""
        typename = typename_of(value)
        for requirement in self._requirements:
            if typename is not None and typename in requirement.on_types:
                built = {"__typename": requirement.typename or typename}
                return built if self._read(requirement.selections, value, typename, built) else None
        return None

    def _read(
        self, selections: SelectionSet, value: JsonObject, typename: str | None, into: JsonObject
    ) -> bool:
        """Copy what `selections` name from `value`; false where something is missing."""
        for selection in selections:
            match selection:
                case Fragment(type_condition=condition, selections=inner):
                    if self._applies(condition, typename) and not self._read(
                        inner, value, typename, into
                    ):
                        return False
                case Field(name="__typename"):
                    if typename is not None:
                        into.setdefault("__typename", typename)
                case Field(name=name):
                    found = self._found(selection, value, typename)
                    if found is MISSING:
                        return False
                    into[name] = found
        return True

    def _applies(self, condition: str | None, typename: str | None) -> bool:
        return condition is None or (
            typename is not None and self._types.applies(condition, typename)
        )

    def _found(self, field: Field, value: JsonObject, typename: str | None) -> Any:
        found = value.get(field.response_key, MISSING)
        if found is None:
            nullable = typename is None or self._types.may_be_null(typename, field.name)
            return None if nullable else MISSING
        if field.selections and found is not MISSING:
            inner = None if typename is None else self._types.field_type(typename, field.name)
            return self._cut(field, found, inner)
        return found

    def _cut(self, field: Field, value: Any, typename: str | None) -> Any:
        """A field's value cut to its selections, `MISSING` where something of it is."""
        if isinstance(value, list):
            items = [None if item is None else self._cut(field, item, typename) for item in value]
            return MISSING if any(item is MISSING for item in items) else items
        if not isinstance(value, dict):
            return MISSING
        built: JsonObject = {}
        complete = self._read(field.selections, value, typename_of(value) or typename, built)
        return built if complete else MISSING
