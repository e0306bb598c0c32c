"""One trial: a world, its supergraph, and random operations asked of both."""

import asyncio
import json
from random import Random
from typing import Any

import msgspec
from graphql import GraphQLSchema, execute_sync, lexicographic_sort_schema, parse, print_type

from gateway.composition.compose import Composed, SubgraphSource, compose
from gateway.errors import RequestError, RequestErrors
from gateway.executor.compile import compile_operation
from gateway.executor.context import ExecutionContext
from gateway.operation.parse import parse_operation
from gateway.operation.variables import coerce_variables
from gateway.plan.text import print_plan
from gateway.planner.planner import Planner
from gateway.supergraph.parse import parse_supergraph
from tests.differential.compare import Steps, difference
from tests.differential.data import Obj, World
from tests.differential.model import SubgraphModel, TypeModel, WorldModel
from tests.differential.monolith import MonolithMaker
from tests.differential.operations import Asked, make_operation
from tests.differential.sdl import linked, monolith_sdl, subgraph_sdl
from tests.differential.split import Splitter
from tests.differential.subgraph import SubgraphTransport


class Failure(msgspec.Struct):
    """What went wrong, and all that is needed to look at it."""

    what: str
    detail: str


class Trial:
    """A world with its gateway parts; composing it is the first thing tried."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        types, subgraphs = _split(dice)
        salt, faults = dice.randrange(2**32), dice.random() < 0.5
        self.model = WorldModel(types, subgraphs, salt, faults)
        self.monolith = monolith_sdl(types)
        self.sources = {one.name: subgraph_sdl(one) for one in subgraphs}
        self.world = World(self.model, self.monolith)
        self.transports = {one.name: SubgraphTransport(self.world, one) for one in subgraphs}

    def compose(self) -> Failure | None:
        """Compose, and compare what clients see."""
        result = compose(
            [
                SubgraphSource(name, f"http://{name}", linked(sdl))
                for name, sdl in self.sources.items()
            ]
        )
        if not isinstance(result, Composed):
            told = "\n".join(f"{one.code.name}: {one.message}" for one in result.errors)
            return Failure("composition", f"{told}\n{self.text()}")
        self.supergraph = parse_supergraph(result.supergraph_sdl)
        self.planner = Planner(self.supergraph)
        ours = _types(self.supergraph.api_schema)
        theirs = _types(self.world.schema)
        if ours != theirs:
            return Failure("api schema", f"{ours}\n!=\n{theirs}\n{self.text()}")
        return None

    def operation(self) -> Asked | None:
        """Another operation, to be planned with some of the override labels."""
        labels = sorted(
            {
                label
                for subgraph in self.model.subgraphs
                for part in subgraph.parts.values()
                for label, _ in part.moving.values()
            }
        )
        self.world.labels = frozenset(one for one in labels if self._dice.random() < 0.5)
        return make_operation(self._dice, self.world.schema)

    def try_operation(self, asked: Asked) -> Failure | None:
        expected, paths = self._expected(asked)
        for transport in self.transports.values():
            transport.log.clear()
            transport.wrong.clear()
        self.world.ticks = 0
        plan_text = ""
        try:
            operation = parse_operation(asked.text, None, self.supergraph.api_schema)
            variables = coerce_variables(operation, asked.variables, self.supergraph.api_schema)
            plan = self.planner.plan(operation, override_labels=self.world.labels)
            plan_text = print_plan(plan)
            compiled = compile_operation(plan, operation, self.supergraph)
            context = ExecutionContext(self.transports)
            body = asyncio.run(compiled.execute(variables, context)).body
        except (RequestError, RequestErrors) as error:
            return self._failure(f"refused: {error!r}", asked, expected, None, plan_text)
        except Exception as error:  # a failure as any other
            return self._failure(f"raised: {error!r}", asked, expected, None, plan_text)
        answer = json.loads(body)
        wrong = [one for transport in self.transports.values() for one in transport.wrong]
        if wrong:
            return self._failure(f"wrong question: {wrong}", asked, expected, answer, plan_text)
        found = difference(expected, paths, answer)
        if found is not None:
            return self._failure(found, asked, expected, answer, plan_text)
        return None

    def _expected(self, asked: Asked) -> tuple[dict[str, Any], list[Steps]]:
        def resolve(source: Any, info: Any, **arguments: Any) -> Any:
            here = source or Obj(info.parent_type.name, 0)
            return self.world.value(
                here, self.world.field(here.typename, info.field_name), arguments
            )

        self.world.ticks = 0
        result = execute_sync(
            self.world.schema,
            parse(asked.text),
            variable_values=asked.variables,
            field_resolver=resolve,
            type_resolver=lambda value, *_: value.typename,
        )
        formatted = json.loads(json.dumps(result.formatted))
        return formatted, [tuple(one.path or ()) for one in result.errors or ()]

    def _failure(
        self, what: str, asked: Asked, expected: Any, answer: Any, plan_text: str
    ) -> Failure:
        log = "\n".join(line for one in self.transports.values() for line in one.log)
        detail = "\n".join(
            (
                asked.text,
                f"variables: {asked.variables}",
                f"override labels: {sorted(self.world.labels)}",
                f"expected: {json.dumps(expected)}",
                f"answer:   {json.dumps(answer)}",
                plan_text,
                log,
                self.text(),
            )
        )
        return Failure(what, detail)

    def text(self) -> str:
        """The subgraphs' SDL."""
        return "\n".join(f"# {name}{sdl}" for name, sdl in self.sources.items())


def _split(dice: Random) -> tuple[dict[str, TypeModel], list[SubgraphModel]]:
    """A monolith with a split that composes."""
    while True:
        types = MonolithMaker(dice).make()
        splitter = Splitter(dice, types)
        subgraphs = splitter.split()
        if splitter.fits:
            return types, subgraphs


def _types(schema: GraphQLSchema) -> str:
    """The types as text; directives are the gateway's own."""
    types = lexicographic_sort_schema(schema).type_map.values()
    return "\n".join(print_type(one) for one in types if not one.name.startswith("__"))
