"""Every value of a world, by its salt; monolith and subgraphs resolve by it alike."""

import json
from hashlib import blake2b
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    build_schema,
    get_argument_values,
    parse,
)

from tests.differential.model import FieldModel, TypeModel, WorldModel
from tests.differential.monolith import MOODS

ENTITIES = 3
TEXTS = (
    "",
    "plain",
    "Ünï",
    "日本語",
    "👩‍🚀 ok",
    'quo"te\\',
    "line\nbreak\u2028",
    "\x7f\u0000end",
    "null",
)
INTS = (0, 1, -1, 7, 2**31 - 1, -(2**31))
FLOATS = (0.0, 1.5, -2.25, 1e100, 3.0, 1e-7, 123456789.123)
BLOBS: tuple[Any, ...] = (
    0,
    2**53 + 1,
    -(2**63),
    2**64 - 1,
    2**64,
    -(2**63) - 1,
    [{"large": 10**40 + 7}],
    "blob",
    [1, [2, None], {"a": "ß"}],
    {"id": 5, "__typename": "User", "name": None},
    True,
    {},
    [],
    1.25,
)


class Obj:
    """An object: its type and number; `given` is the representation that it was made of.

    `provided` are external fields that the subgraph may resolve here.
    """

    __slots__ = ("given", "number", "provided", "typename")

    def __init__(
        self,
        typename: str,
        number: int,
        given: dict[str, Any] | None = None,
    ) -> None:
        self.typename = typename
        self.number = number
        self.given = given
        self.provided: frozenset[str] = frozenset()


class Fault(Exception):
    """A resolver failed, as it was to."""


class World:
    """The values of one world.

    `schema` is the monolith's, `labels` the active ones of progressive `@override`.
    """

    def __init__(self, model: WorldModel, sdl: str) -> None:
        self.model = model
        self.schema: GraphQLSchema = build_schema(sdl)
        self.ticks = 0
        self.labels: frozenset[str] = frozenset()

    def value(self, here: Obj, field: FieldModel, arguments: dict[str, Any]) -> Any:
        """What a resolver gives: Python values, `Obj`, lists, and faults among them."""
        if field.name in {"tick", "tock"}:
            self.ticks += 1
            return self.ticks
        fixed = self._fixed(here, field)
        if fixed is not None:
            return fixed
        extra: Any = None
        if field.requires is not None:
            extra = self.required(here, field.requires)
        return self.made(here, field, arguments, extra)

    def made(self, here: Obj, field: FieldModel, arguments: dict[str, Any], extra: Any) -> Any:
        """A value that depends on all of these."""
        asked = json.dumps([arguments, extra], sort_keys=True)
        seed = f"{here.typename}/{here.number}/{field.name}/{asked}"
        return self._wrapped(field, field.type.wrap, seed)

    def required(self, here: Obj, fields: str) -> Any:
        """What the monolith knows of a field set, as a representation would hold it."""
        definition: Any = parse(f"{{ {fields} }}").definitions[0]
        return self._read(here, definition.selection_set)

    def _read(self, here: Obj, node: SelectionSetNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for child in node.selections:
            if isinstance(child, FieldNode):
                field = self.field(here.typename, child.name.value)
                value = self.value(here, field, self._arguments(here.typename, child))
                found[child.name.value] = self._cut(value, child)
            elif isinstance(child, InlineFragmentNode) and _is_for(child, here.typename):
                found |= self._read(here, child.selection_set)
        return found

    def _cut(self, value: Any, node: FieldNode) -> Any:
        if isinstance(value, list):
            return [self._cut(item, node) for item in value]
        if isinstance(value, Obj):
            assert node.selection_set is not None
            return self._read(value, node.selection_set)
        return value

    def _arguments(self, typename: str, node: FieldNode) -> dict[str, Any]:
        definition: Any = self.schema.get_type(typename)
        return get_argument_values(definition.fields[node.name.value], node)

    def field(self, typename: str, name: str) -> FieldModel:
        return self.model.types[typename].fields[name]

    def _fixed(self, here: Obj, field: FieldModel) -> Any:
        """The values of keys: no two entities share them."""
        type_: TypeModel = self.model.types[here.typename]
        if here.typename == "Slot" and field.name == "no":
            return here.number
        if not type_.keys:
            return None
        match field.name:
            case "id":
                return f"{here.typename}:{here.number}"
            case "code":
                return f'ç{here.number}"{here.typename}'
            case "num":
                return 1_000_003 * here.number
            case "kind":
                return MOODS[here.number % len(MOODS)]
            case "slot":
                return Obj("Slot", here.number)
            case "mate":
                return Obj(field.type.named, here.number)
            case _:
                return None

    def _wrapped(self, field: FieldModel, wrap: str, seed: str) -> Any:
        dice = blake2b(f"{self.model.salt}/{seed}".encode(), digest_size=8).digest()
        required = wrap.endswith("!")
        inner = wrap.removesuffix("!")
        if field.fails and self.model.faults and dice[0] < 14:
            return Fault("boom") if dice[0] < 7 else None
        if not required and dice[1] < 40:
            return None
        if inner.startswith("["):
            return [
                self._wrapped(field, inner[1:-1], f"{seed}/{index}") for index in range(dice[2] % 4)
            ]
        return self._bare(field, dice)

    def _bare(self, field: FieldModel, dice: bytes) -> Any:
        match field.type.named:
            case "String":
                return TEXTS[dice[3] % len(TEXTS)] + str(dice[4])
            case "Int":
                return INTS[dice[3] % len(INTS)]
            case "Float":
                return FLOATS[dice[3] % len(FLOATS)]
            case "Boolean":
                return dice[3] % 2 == 0
            case "ID":
                return f"id{dice[3]}"
            case "Mood":
                return MOODS[dice[3] % len(MOODS)]
            case "Blob":
                return BLOBS[dice[3] % len(BLOBS)]
            case name:
                return self._object(field, name, dice)

    def _object(self, field: FieldModel, name: str, dice: bytes) -> Obj | None:
        type_ = self.model.types[name]
        if type_.kind != "object":
            if not field.targets:
                return None
            name = field.targets[dice[5] % len(field.targets)]
            type_ = self.model.types[name]
        return Obj(name, dice[6] % (ENTITIES if type_.keys else 256))


def _is_for(fragment: InlineFragmentNode, typename: str) -> bool:
    condition = fragment.type_condition
    return condition is not None and condition.name.value == typename
