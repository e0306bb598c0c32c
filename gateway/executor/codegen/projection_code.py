"""Code of the projection: from the response tree to the client's shape, for trees without faults.

Each object shape becomes a function that makes the client's object in one expression. An object
that stands in many places is made once, and if it holds but leaves, it is written as JSON once. A
value that does not fit raises `Irregular`: then the interpreter projects the tree anew and finds
every error.
"""

from typing import Final, assert_never

import orjson

from gateway.executor.codegen.layout import Keys
from gateway.executor.codegen.source import Irregular, Source
from gateway.executor.shape import (
    INTROSPECTION_FIELDS,
    EnumShape,
    FieldShape,
    ListShape,
    NonNullShape,
    NullableShape,
    ObjectShape,
    ScalarShape,
    Shape,
    object_below,
)

TESTS: Final = {
    "String": "type({x}) is str",
    "ID": "type({x}) is str",
    "Int": "type({x}) is int and -2147483648 <= {x} <= 2147483647",
    "Float": "type({x}) is float or type({x}) is int",
    "Boolean": "{x} is True or {x} is False",
}


def irregular(_value: object = None) -> object:
    """A value that does not fit."""
    raise Irregular


def as_id(value: object) -> str:
    """An ID that a subgraph wrote as a number."""
    if type(value) is int:
        return str(value)
    raise Irregular


def as_json(value: dict[str, object]) -> orjson.Fragment:
    """An object as the JSON that it will be in the answer."""
    try:
        return orjson.Fragment(orjson.dumps(value))
    except orjson.JSONEncodeError:
        raise Irregular from None


class ProjectionCode:
    """Writes the function `project(tree, fixed)` into a source.

    `shared` are the keys of paths at which one object may stand in many places: such objects are
    projected once. Where it is not `tolerant`, the code is quicker and raises `KeyError` for a
    missing value, even if that may be null.
    """

    def __init__(self, source: Source, shared: frozenset[Keys], *, tolerant: bool) -> None:
        self._read = "o.get({!r})" if tolerant else "o[{!r}]"
        self._source = source
        self._shared = shared
        self._functions: dict[int, str] = {}
        self._memos: dict[int, int] = {}
        self._kept: list[ObjectShape] = []

    def write(self, root: ObjectShape) -> None:
        """Write the function `project` and all that it calls."""
        self._find_shared(root, ())
        self._source.constants["irregular"] = irregular
        self._source.constants["as_id"] = as_id
        self._source.constants["as_json"] = as_json
        function = self._object_function(root)
        memos = ", ".join("{}" for _ in self._memos)
        with self._source.block("def project(tree, fixed)"):
            self._source.line(f"return {function}(tree, ({memos}{',' if memos else ''}), fixed)")

    def _find_shared(self, shape: ObjectShape, keys: Keys) -> None:
        """Give a memo to shapes of objects that may stand in many places."""
        if keys in self._shared:
            self._memos.setdefault(id(shape), len(self._memos))
        for fields in shape.fields.values():
            for field in fields:
                inner = object_below(field.shape)
                below = (*keys, field.key)
                if inner is not None and any(
                    shared[: len(below)] == below for shared in self._shared
                ):
                    self._find_shared(inner, below)

    def _object_function(self, shape: ObjectShape) -> str:
        """The name of the function for objects of this shape."""
        known = self._functions.get(id(shape))
        if known is None:
            self._kept.append(shape)
            if shape.only is not None:
                known = self._fields_function(shape, shape.only, shape.fields[shape.only])
            else:
                known = self._abstract_function(shape)
            self._functions[id(shape)] = known
        return known

    def _abstract_function(self, shape: ObjectShape) -> str:
        """A function that chooses by concrete type."""
        by_fields: dict[tuple[object, ...], str] = {}
        entries: list[str] = []
        for typename, fields in shape.fields.items():
            key = tuple((field.key, field.name, _signature(field.shape)) for field in fields)
            function = by_fields.get(key)
            if function is None:
                function = by_fields[key] = self._fields_function(shape, None, fields)
            entries.append(f"{typename!r}: {function}")
        source, name = self._source, self._source.name("choose")
        source.line(f"{name}_by_type = {{{', '.join(entries)}}}")
        with source.block(f"def {name}(o, m, f)"):
            source.line("t = o.get('__typename')")
            with source.block("if type(t) is not str"):
                source.line("t = typename_of(o)")
            source.line(f"function = {name}_by_type.get(t)")
            with source.block("if function is None"):
                source.line("raise Irregular")
            source.line("return function(o, m, t)")
        return name

    def _fields_function(
        self, shape: ObjectShape, typename: str | None, fields: tuple[FieldShape, ...]
    ) -> str:
        """A function that makes an object; its third argument is the type if `typename` is None."""
        entries = [f"{field.key!r}: {self._field(field, typename)}" for field in fields]
        source, name = self._source, self._source.name(f"make_{shape.name}_")
        memo = self._memos.get(id(shape))
        store = "return " if memo is None else f"made = m[{memo}][id(o)] = "
        with source.block(f"def {name}(o, m, {'t' if typename is None else 'f'})"):
            made = f"{{{', '.join(entries)}}}"
            if memo is not None and all(_is_plain(field.shape) for field in fields):
                made = f"as_json({made})"
            source.line(f"{store}{made}")
            if memo is not None:
                source.line("return made")
        return name

    def _field(self, field: FieldShape, typename: str | None) -> str:
        if field.shape is None:
            return "t" if typename is None else repr(typename)
        if field.name in INTROSPECTION_FIELDS:
            return f"(None if f is None else f[{field.key!r}])"
        return self._value(field.shape, self._read.format(field.key))

    def _value(self, shape: Shape, given: str) -> str:
        """An expression that completes the value that the expression `given` evaluates to."""
        x = given if given.isidentifier() else self._source.name("x")
        if isinstance(shape, NonNullShape):
            return self._nullable(shape.of, given, x, "", "irregular()")
        return self._nullable(
            shape, given, x, f" or {x} is None", f"(None if {x} is None else irregular())"
        )

    def _nullable(self, shape: NullableShape, given: str, x: str, null: str, otherwise: str) -> str:
        first = x if x == given else f"({x} := {given})"
        match shape:
            case ScalarShape(name=name):
                return self._scalar(name, first, x, null)
            case EnumShape(values=values):
                known = self._source.constant("VALUES", values)
                return f"({x} if type({first}) is str and {x} in {known}{null} else irregular())"
            case ListShape(item=item):
                i = self._source.name("i")
                made = self._value(item, i)
                return f"([{made} for {i} in {x}] if type({first}) is list else {otherwise})"
            case ObjectShape():
                function = self._object_function(shape)
                call = f"{function}({x}, m, None)"
                memo = self._memos.get(id(shape))
                if memo is not None:
                    call = f"(m[{memo}].get(id({x})) or {call})"
                return f"({call} if type({first}) is dict else {otherwise})"
            case _:
                assert_never(shape)

    def _scalar(self, name: str, first: str, x: str, null: str) -> str:
        test = TESTS.get(name)
        if test is None:
            return f"({x} if {first} is not None{null} else irregular())" if not null else first
        otherwise = f"as_id({x})" if name == "ID" else "irregular()"
        tested = test.replace("{x}", first, 1).replace("{x}", x)
        return f"({x} if {tested}{null} else {otherwise})"


def _is_plain(shape: Shape | None) -> bool:
    """Are there but leaves that can always be written as JSON?"""
    match shape:
        case NonNullShape(of=inner) | ListShape(item=inner):
            return _is_plain(inner)
        case ScalarShape(name=name):
            return name in TESTS
        case _:
            return not isinstance(shape, ObjectShape)


def _signature(shape: Shape | None) -> tuple[object, ...]:
    """Equal for shapes that the same code serves."""
    match shape:
        case NonNullShape(of=inner) | ListShape(item=inner):
            return (type(shape), *_signature(inner))
        case ObjectShape():
            return (id(shape),)
        case ScalarShape(name=name) | EnumShape(name=name):
            return (name,)
        case None:
            return ()
