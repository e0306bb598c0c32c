"""A subgraph in this process: graphql-core over the world, strict about what it may be asked."""

import json
from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLResolveInfo,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from tests.differential.data import ENTITIES, Obj, World
from tests.differential.model import SubgraphModel
from tests.differential.sdl import subgraph_sdl

FEDERATION_SDL = """
scalar _Any
directive @key(fields: String!) repeatable on OBJECT | INTERFACE
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @external on OBJECT | FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @interfaceObject on OBJECT
"""


class WrongQuestion(Exception):
    """The gateway asked what a subgraph must not be asked; the test fails by it."""


class SubgraphTransport:
    """Answers as the subgraph's server would; `wrong` are its complaints about the gateway."""

    def __init__(self, world: World, model: SubgraphModel) -> None:
        self._world = world
        self._model = model
        entities = [
            part.type.name
            for part in model.parts.values()
            if part.keys and (part.type.kind == "object" or part.interface_object)
        ]
        sdl = FEDERATION_SDL + subgraph_sdl(model)
        if entities:
            query = "extend type Query" if "Query" in model.parts else "type Query"
            sdl += f"\nunion _Entity = {' | '.join(entities)}\n"
            sdl += f"{query} {{ _entities(representations: [_Any!]!): [_Entity]! }}"
        self._schema = build_schema(sdl)
        self._documents: dict[str, Any] = {}
        self.wrong: list[str] = []
        self.log: list[str] = []

    async def startup(self) -> None:
        """Nothing to make ready."""

    async def close(self) -> None:
        """Nothing to let go."""

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        request = json.loads(body)
        text = request["query"]
        self.log.append(f"{self._model.name}: {body.decode()}")
        document = self._documents.get(text)
        if document is None:
            document = self._documents[text] = parse(text)
            self.wrong += [f"{one.message}: {text}" for one in validate(self._schema, document)]
        result = execute_sync(
            self._schema,
            document,
            variable_values=request.get("variables"),
            field_resolver=self._resolve,
            type_resolver=self._type_of,
        )
        answer = json.dumps(result.formatted).encode()
        self.log.append(f"   -> {answer.decode()}")
        return answer

    def _type_of(self, value: Obj, _info: Any, abstract: Any) -> str:
        if isinstance(abstract, GraphQLUnionType) and abstract.name == "_Entity":
            return self._local(value)
        if value.typename not in self._schema.type_map:
            raise WrongQuestion(f"{value.typename} is not known in {self._model.name}")
        return value.typename

    def _local(self, value: Obj) -> str:
        if value.typename in self._model.parts:
            return value.typename
        for name in self._world.model.types[value.typename].implements:
            part = self._model.parts.get(name)
            if part is not None and part.interface_object:
                return name
        raise WrongQuestion(f"{value.typename} is not known in {self._model.name}")

    def _resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        try:
            if info.field_name == "_entities":
                return [self._entity(one) for one in arguments["representations"]]
            return self._field(source, info.parent_type.name, info.field_name, arguments)
        except WrongQuestion as error:
            self.wrong.append(str(error))
            raise

    def _field(self, source: Obj | None, local: str, name: str, arguments: dict[str, Any]) -> Any:
        part = self._model.parts[local]
        here = source or Obj(local, 0)
        field = self._world.field(here.typename, name)
        if name not in part.owned and name not in here.provided:
            raise WrongQuestion(f"{local}.{name} is asked of {self._model.name}")
        label, when = part.moving.get(name, ("", False))
        if (label in self._world.labels) is not when:
            raise WrongQuestion(f"{local}.{name} has moved from or not yet to {self._model.name}")
        if field.requires is not None and name not in here.provided:
            extra = self._required(here, field.requires)
            value = self._world.made(here, field, arguments, extra)
        else:
            value = self._world.value(here, field, arguments)
        return self._providing(value, part.provides.get(name))

    def _providing(self, value: Any, provides: str | None) -> Any:
        if isinstance(value, list):
            return [self._providing(item, provides) for item in value]
        if isinstance(value, Obj) and provides is not None:
            value.provided = frozenset(provides.split()[:1])
        return value

    def _required(self, here: Obj, fields: str) -> Any:
        definition: Any = parse(f"{{ {fields} }}").definitions[0]
        if here.given is None:
            raise WrongQuestion(f"{here.typename} was not given {fields} in {self._model.name}")
        return _cut(here.given, definition.selection_set, fields)

    def _entity(self, representation: dict[str, Any]) -> Obj:
        name = representation["__typename"]
        part = self._model.parts.get(name)
        if part is None or not part.keys:
            raise WrongQuestion(f"{name} is no entity of {self._model.name}")
        types = [name]
        if part.type.kind == "interface":
            types = [
                one.name
                for one in self._world.model.types.values()
                if name in one.implements and one.kind == "object"
            ]
        for typename in types:
            for number in range(ENTITIES):
                here = Obj(typename, number, representation)
                if any(self._matches(here, key, representation) for key in part.keys):
                    return here
        raise WrongQuestion(f"no entity of {self._model.name} is meant by {representation}")

    def _matches(self, here: Obj, key: str, representation: dict[str, Any]) -> bool:
        definition: Any = parse(f"{{ {key} }}").definitions[0]
        try:
            given = _cut(representation, definition.selection_set, key)
        except WrongQuestion:
            return False
        return bool(given == self._world.required(here, key))


def _cut(given: Any, node: SelectionSetNode, fields: str) -> Any:
    """The part of a representation that a field set names."""
    if isinstance(given, list):
        return [_cut(item, node, fields) for item in given]
    if given is None:
        return None
    found: dict[str, Any] = {}
    for child in node.selections:
        if isinstance(child, FieldNode):
            name = child.name.value
            if name not in given:
                raise WrongQuestion(f"{name} of {fields} is missing in {given}")
            value = given[name]
            found[name] = (
                value if child.selection_set is None else _cut(value, child.selection_set, fields)
            )
        elif isinstance(child, InlineFragmentNode) and child.type_condition is not None:
            if given.get("__typename") == child.type_condition.name.value:
                found |= _cut(given, child.selection_set, fields)
            elif "__typename" not in given:
                raise WrongQuestion(f"__typename is missing in {given} for {fields}")
    return found
