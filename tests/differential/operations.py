"""Random operations over a monolith: aliases that collide, fragments, conditions, variables."""

from random import Random
from typing import Any

import msgspec
from graphql import (
    GraphQLArgument,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    parse,
    validate,
)

ALIASES = ("id", "name", "x", "owner", "__typename_", "code", "size")
TRIES = 30
MAX_FIELDS = 40


class Asked(msgspec.Struct):
    """An operation's text and the request's variables."""

    text: str
    variables: dict[str, Any]


LITERALS: dict[str, tuple[tuple[str, Any], ...]] = {
    "Int": (("0", 0), ("-3", -3), ("2147483647", 2147483647)),
    "String": (('"é\\u00df\\"q\\""', 'éß"q"'), ('""', ""), ('"""a\n  b"""', "a\n  b")),
    "Mood": (("GOOD", "GOOD"), ("ODD", "ODD")),
    "ID": (('"x"', "x"), ("12", 12)),
    "Filter": (
        ("{ min: 1 }", {"min": 1}),
        (
            '{ word: "👍", deep: [{ mood: ODD }, {}] }',
            {"word": "👍", "deep": [{"mood": "ODD"}, {}]},
        ),
        ("{}", {}),
    ),
    "Blob": (
        ("9007199254740993", 9007199254740993),
        ('{ a: [1, "ü", null] }', {"a": [1, "ü", None]}),
        ("1.5", 1.5),
    ),
}


def make_operation(dice: Random, schema: GraphQLSchema) -> Asked | None:
    """A valid operation; None where none was found."""
    for _ in range(TRIES):
        asked = _Maker(dice, schema).make()
        if asked is not None and not validate(schema, parse(asked.text)):
            return asked
    return None


class _Maker:
    def __init__(self, dice: Random, schema: GraphQLSchema) -> None:
        self._dice = dice
        self._schema = schema
        self._left = dice.randint(4, MAX_FIELDS)
        self._aliasing = dice.choice((0.0, 0.1, 0.3))
        self._conditional = dice.choice((0.0, 0.0, 0.15))
        self._declared: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._fragments: list[tuple[str, str, str]] = []

    def make(self) -> Asked | None:
        kind = "mutation" if self._dice.random() < 0.1 else "query"
        root = self._schema.mutation_type if kind == "mutation" else self._schema.query_type
        assert root is not None
        depth = self._dice.randint(2, 5)
        body = self._set(root, depth)
        declared = ", ".join(self._declared.values())
        head = f"{kind} Random({declared})" if declared else f"{kind} Random"
        fragments = "".join(
            f"\nfragment {name} on {on} {inner}" for name, on, inner in self._fragments
        )
        return Asked(f"{head} {body}{fragments}", self._values)

    def _set(self, type_: GraphQLNamedType, depth: int) -> str:
        count = self._dice.randint(1, 4)
        parts = [self._selection(type_, depth) for _ in range(count)]
        if self._dice.random() < 0.2 or not any(parts):
            parts.append("__typename")
        self._dice.shuffle(parts)
        return f"{{ {' '.join(part for part in parts if part)} }}"

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        roll = self._dice.random()
        abstract = is_abstract_type(type_)
        if isinstance(type_, GraphQLUnionType) or roll < (0.45 if abstract else 0.12):
            return self._fragment(type_, depth)
        if roll > 0.95:
            return f"{self._alias(0.3)}__typename{self._conditions()}"
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        return self._field(type_, depth)

    def _field(self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        names = [
            name
            for name, field in type_.fields.items()
            if depth > 0 or not is_composite_type(get_named_type(field.type))
        ]
        if not names or self._left <= 0:
            return "__typename"
        self._left -= 1
        composite = [
            name for name in names if is_composite_type(get_named_type(type_.fields[name].type))
        ]
        name = self._dice.choice(composite if composite and self._dice.random() < 0.5 else names)
        field = type_.fields[name]
        named = get_named_type(field.type)
        inner = self._set(named, depth - 1) if is_composite_type(named) else ""
        arguments = self._arguments(field.args)
        return f"{self._alias()}{name}{arguments}{self._conditions()} {inner}".rstrip()

    def _alias(self, chance: float | None = None) -> str:
        if self._dice.random() < (self._aliasing if chance is None else chance):
            return f"{self._dice.choice(ALIASES)}: "
        return ""

    def _fragment(self, type_: GraphQLNamedType, depth: int) -> str:
        if self._left <= 0:
            return "__typename"
        on = self._dice.choice(self._conditions_of(type_))
        if self._dice.random() < 0.05:
            return f"...{self._conditions()} {self._set(type_, depth)}"
        if self._dice.random() < 0.25:
            known = [name for name, where, _ in self._fragments if where == on]
            if known and self._dice.random() < 0.5:
                return f"...{self._dice.choice(known)}{self._conditions()}"
            inner = self._set(self._type(on), depth)
            name = f"F{len(self._fragments)}"
            self._fragments.append((name, on, inner))
            return f"...{name}{self._conditions()}"
        return f"... on {on}{self._conditions()} {self._set(self._type(on), depth)}"

    def _type(self, name: str) -> GraphQLNamedType:
        return self._schema.type_map[name]

    def _conditions_of(self, type_: GraphQLNamedType) -> list[str]:
        """The types that an object here may also be."""
        own = self._possible(type_)
        return sorted(
            one.name
            for one in self._schema.type_map.values()
            if is_composite_type(one)
            and not one.name.startswith("__")
            and self._possible(one) & own
        )

    def _possible(self, type_: Any) -> set[str]:
        if is_abstract_type(type_):
            return {one.name for one in self._schema.get_possible_types(type_)}
        return {type_.name}

    def _conditions(self) -> str:
        found = ""
        for directive in ("skip", "include"):
            if self._dice.random() < self._conditional:
                found += f" @{directive}(if: {self._flag()})"
        return found

    def _flag(self) -> str:
        if self._dice.random() < 0.2:
            return self._dice.choice(("true", "false"))
        name = f"f{self._dice.randint(0, 2)}"
        if name not in self._declared:
            value = self._dice.random() < 0.5
            if self._dice.random() < 0.3:
                default = self._dice.choice(("true", "false"))
                self._declared[name] = f"${name}: Boolean! = {default}"
                if self._dice.random() < 0.5:
                    self._values[name] = value
            else:
                self._declared[name] = f"${name}: Boolean!"
                self._values[name] = value
        return f"${name}"

    def _arguments(self, arguments: dict[str, GraphQLArgument]) -> str:
        found = []
        for name, argument in arguments.items():
            if is_required_argument(argument) or self._dice.random() < 0.5:
                found.append(f"{name}: {self._value(argument)}")
        return f"({', '.join(found)})" if found else ""

    def _value(self, argument: GraphQLArgument) -> str:
        named = get_named_type(argument.type).name
        text, value = self._dice.choice(LITERALS[named])
        if named == "ID":
            text, value = f"[{text}]", [value]
        roll = self._dice.random()
        if roll < 0.05 and not str(argument.type).endswith("!"):
            return "null"
        if roll < 0.6:
            return text
        if named == "Filter" and self._dice.random() < 0.4:
            inner = self._variable("Int", "5", 6)
            return f"{{ min: {inner}, mood: ODD }}"
        return self._variable(str(argument.type), text, value, argument)

    def _variable(
        self, type_: str, text: str, value: Any, argument: GraphQLArgument | None = None
    ) -> str:
        name = f"v{len(self._declared)}"
        roll = self._dice.random()
        if (
            type_.endswith("!")
            and argument is not None
            and (argument.default_value is not Undefined and roll < 0.3)
        ):
            type_ = type_.removesuffix("!")
        if roll < 0.4 and not (text.startswith('"""')):
            self._declared[name] = f"${name}: {type_} = {text}"
            if self._dice.random() < 0.5:
                self._values[name] = value
        else:
            self._declared[name] = f"${name}: {type_}"
            if type_.endswith("!") or roll < 0.8:
                self._values[name] = value
            elif roll < 0.9:
                self._values[name] = None
        return f"${name}"
