"""Plans written by hand, and subgraphs that answer as told, for tests of the executor."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    parse,
)

from gateway.executor.compile import CompiledOperation, compile_operation
from gateway.executor.context import ExecutionContext
from gateway.executor.errors import SubgraphError
from gateway.operation.json_values import loads
from gateway.operation.model import Operation, Variable
from gateway.plan.nodes import Fetch, Flatten, Key, OnType, Path, PlanNode, QueryPlan, Requirement
from gateway.selections.model import Argument, Condition, Field, Fragment, SelectionSet


class OwnSchema:
    """What execution needs of a supergraph."""

    def __init__(self, sdl: str) -> None:
        self.api_schema: GraphQLSchema = build_schema(sdl)


class Scripted:
    """A transport that gives one answer after the other, and remembers what it was sent."""

    def __init__(self, *answers: Any) -> None:
        """An answer is JSON, bytes as they are sent, or an error to raise."""
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []

    async def startup(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        self.requests.append(loads(body))
        self.headers.append(headers)
        answer = self.answers.pop(0)
        if isinstance(answer, SubgraphError):
            raise answer
        return answer if isinstance(answer, bytes) else orjson.dumps(answer)

    @property
    def representations(self) -> list[Any]:
        """The representations of the last request."""
        found: list[Any] = self.requests[-1]["variables"]["representations"]
        return found


def selections(text: str) -> SelectionSet:
    """Selections of `{ … }`, fragments inlined by hand."""
    definition = parse(text).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return _selections(definition.selection_set)


def _selections(node: SelectionSetNode | None) -> SelectionSet:
    return tuple(_selection(child) for child in node.selections) if node else ()


def _selection(node: Any) -> Field | Fragment:
    conditions = tuple(
        Condition(directive.arguments[0].value.name.value, directive.name.value == "skip")
        for directive in node.directives or ()
    )
    if isinstance(node, InlineFragmentNode):
        condition = node.type_condition.name.value if node.type_condition else None
        return Fragment(condition, _selections(node.selection_set), conditions)
    assert isinstance(node, FieldNode)
    return Field(
        node.name.value,
        node.alias.value if node.alias else None,
        tuple(_argument(argument) for argument in node.arguments or ()),
        _selections(node.selection_set),
        conditions,
    )


def _argument(node: Any) -> Argument:
    text = node.value.loc.source.body[node.value.loc.start : node.value.loc.end]
    variables = (node.value.name.value,) if text.startswith("$") else ()
    return Argument(node.name.value, text, variables)


def operation(text: str) -> Operation:
    """An operation without named fragments; arguments may be variables, or literals without."""
    document: DocumentNode = parse(text)
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    variables = tuple(
        Variable(node.variable.name.value, _text(node.type), _text(node.default_value))
        for node in definition.variable_definitions or ()
    )
    return Operation(
        definition.operation.value,
        definition.name.value if definition.name else None,
        variables,
        _selections(definition.selection_set),
        definition,
    )


def _text(node: Any) -> Any:
    return node and node.loc.source.body[node.loc.start : node.loc.end]


def path(*steps: str | frozenset[str]) -> Path:
    """A path of response keys and sets of type names."""
    return tuple(Key(step) if isinstance(step, str) else OnType(step) for step in steps)


def fetch(subgraph: str, text: str, **others: Any) -> Fetch:
    """A root fetch."""
    return Fetch(0, subgraph, "query", text, **others)


def entities(
    at: Sequence[str | frozenset[str]],
    subgraph: str,
    text: str,
    *requirements: Requirement,
    **others: Any,
) -> Flatten:
    """An entity fetch of `... on Type { … }` fragments."""
    full = (
        "query($representations: [_Any!]!) "
        f"{{ _entities(representations: $representations) {{ {text} }} }}"
    )
    step = Fetch(0, subgraph, "query", full, requirements=requirements, **others)
    return Flatten(path(*at), step)


def key(typename: str, text: str = "{ id }", *, constant: bool = True) -> Requirement:
    """A requirement on objects of one type."""
    return Requirement(frozenset({typename}), typename if constant else None, selections(text))


def compiled(node: PlanNode | None, text: str, sdl: str) -> CompiledOperation:
    """A compiled plan."""
    return compile_operation(QueryPlan(node), operation(text), OwnSchema(sdl))


async def answer(
    plan: CompiledOperation, variables: Mapping[str, Any] | None = None, **transports: Scripted
) -> dict[str, Any]:
    """The answer of a plan, parsed."""
    result = await plan.execute(variables or {}, ExecutionContext(transports))
    parsed: dict[str, Any] = orjson.loads(result.body)
    assert result.has_errors == ("errors" in parsed)
    assert result.data_is_null == (parsed["data"] is None)
    return parsed
