"""From a plan to something that runs: once per plan and combination of condition values."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
import orjson
from graphql import GraphQLSchema, OperationType

from gateway.errors import RequestError
from gateway.executor.answer import Answer, write_answer
from gateway.executor.codegen.generate import Generated, generate
from gateway.executor.codegen.source import Irregular
from gateway.executor.conditions import (
    condition_variables,
    fold_node,
    fold_selections,
    null_condition,
)
from gateway.executor.context import ExecutionContext
from gateway.executor.event_payload import PayloadShaper
from gateway.executor.fetch_errors import asked_for
from gateway.executor.introspection import Introspection
from gateway.executor.projection import Projector
from gateway.executor.run import Run
from gateway.executor.shape import ObjectShape, operation_shape
from gateway.executor.steps import RootStep, SequenceStep, Step
from gateway.executor.types import Types
from gateway.executor.walk import JsonObject
from gateway.operation.model import Operation
from gateway.plan.nodes import (
    EventStream,
    Fetch,
    PlanNode,
    QueryPlan,
    Sequence,
    Subscription,
)

MAX_VARIANTS: Final = 32
OPERATION_TYPES: Final = {kind.value: kind for kind in OperationType}


class HasApiSchema(Protocol):
    """What execution needs of a supergraph."""

    @property
    def api_schema(self) -> GraphQLSchema:
        """The schema that clients see."""
        ...


class Variant(msgspec.Struct, frozen=True):
    """The plan for one combination of values of the condition variables.

    `payload` reads an event of a stream, `subscribed` one of a subgraph's own subscription; then
    `step` is what completes the event.
    """

    shape: ObjectShape
    generated: Generated
    step: Step | None
    payload: PayloadShaper | None
    subscribed: RootStep | None


class SubgraphSubscription(msgspec.Struct, frozen=True):
    """What to send to which subgraph for its events; `body` is a GraphQL request as JSON."""

    subgraph: str
    body: bytes


def compile_operation(
    plan: QueryPlan, operation: Operation, supergraph: HasApiSchema
) -> "CompiledOperation":
    """Make a plan ready to run, any number of times and at the same time."""
    return CompiledOperation(plan, operation, supergraph.api_schema)


class CompiledOperation:
    """A plan ready to run."""

    def __init__(self, plan: QueryPlan, operation: Operation, schema: GraphQLSchema) -> None:
        self._plan = plan
        self._operation = operation
        self._schema = schema
        self._types = Types(schema)
        self._conditions = condition_variables(plan, operation.selections)
        self._variants: OrderedDict[tuple[bool, ...], Variant] = OrderedDict()
        self._introspection = Introspection(operation, schema)
        if not self._conditions:
            self._variants[()] = self._make({})

    async def execute(self, variables: Mapping[str, Any], context: ExecutionContext) -> Answer:
        """Run the plan and answer as the GraphQL specification's section 7.1 says.

        `variables` are coerced ones. Faults of subgraphs are told in the answer.
        """
        return await self._execute({}, variables, context, None)

    async def execute_event(
        self,
        payload: dict[str, Any],
        variables: Mapping[str, Any],
        context: ExecutionContext,
        extensions: Mapping[str, Any] | None = None,
    ) -> Answer:
        """The answer to one event of a subscription.

        `payload` is `{response key: value}`, the value with the names of the schema's fields; what
        it lacks is fetched by the plan's `rest`. `extensions` go into the answer.
        """
        return await self._execute(payload, variables, context, extensions)

    def subscription(self, variables: Mapping[str, Any]) -> SubgraphSubscription:
        """What a subscription that a subgraph serves itself asks of it.

        Raises:
            RequestError: A variable that decides @skip or @include is null.
            SubgraphError: The variables are nested too deeply.
        """
        subscribed = self._variant(variables).subscribed
        if subscribed is None:
            raise TypeError("no subgraph serves this operation's events")
        request = subscribed.request
        return SubgraphSubscription(request.fetch.subgraph, request.root_body(variables))

    async def execute_answer(
        self, answer: bytes, variables: Mapping[str, Any], context: ExecutionContext
    ) -> Answer:
        """The answer to one event of a subgraph's own subscription: to what that answered."""
        return await self._execute({}, variables, context, None, answer)

    async def _execute(
        self,
        payload: JsonObject,
        variables: Mapping[str, Any],
        context: ExecutionContext,
        extensions: Mapping[str, Any] | None,
        event: bytes | None = None,
    ) -> Answer:
        try:
            variant = self._variant(variables)
            fixed = self._introspection.answer(variables, context.introspection)
        except RequestError as error:
            return write_answer(None, [error.formatted()], extensions)
        tree = payload if variant.payload is None else variant.payload.shape(payload)
        run = Run(self._types, variables, context, tree)
        if event is not None and variant.subscribed is not None:
            run.take(variant.subscribed, event)
        if variant.step is not None:
            await run.run(variant.step)
        try:
            data = variant.generated.project(tree, fixed)
        except Irregular:
            projector = Projector(run.log.paths, fixed)
            faulty = projector.project(variant.shape, tree)
            errors = [*asked_for(run.log.entries, faulty), *projector.errors]
            return write_answer(faulty, errors, extensions)
        answer = write_answer(data, (), extensions)
        if not run.log.entries:
            return answer
        told = asked_for(run.log.entries, orjson.loads(answer.body)["data"])  # `data` is part JSON
        return write_answer(data, told, extensions) if told else answer

    def _variant(self, variables: Mapping[str, Any]) -> Variant:
        values = tuple(variables.get(name) for name in self._conditions)
        if None in values:
            name = self._conditions[values.index(None)]
            raise null_condition(name)
        variant = self._variants.get(values)  # type: ignore[arg-type]  # None is not among them
        if variant is None:
            flags = tuple(value is True for value in values)
            variant = self._variants[flags] = self._make(
                dict(zip(self._conditions, flags, strict=True))
            )
            if len(self._variants) > MAX_VARIANTS:
                self._variants.popitem(last=False)
        return variant

    def _make(self, flags: Mapping[str, bool]) -> Variant:
        selections = fold_selections(self._operation.selections, flags)
        root = self._schema.get_root_type(OPERATION_TYPES[self._operation.kind])
        if root is None:
            raise RequestError(f"The schema has no {self._operation.kind}s.")
        node, payload = fold_node(self._plan.node, flags), None
        is_subscribed = False
        if isinstance(node, Subscription):
            match node.primary:
                case EventStream() as stream:
                    payload = PayloadShaper(
                        fold_selections(stream.selections, flags),
                        self._types,
                        self._types.field_type(root.name, stream.field),
                    )
                    node = node.rest
                case Fetch() as fetch:
                    is_subscribed = True
                    node = _after(fetch, node.rest)
        shape = operation_shape(selections, root, self._schema)
        label = self._operation.name or self._operation.kind
        generated = generate(label, node, shape, self._types)
        step, subscribed = generated.step, None
        if is_subscribed:
            subscribed, step = _divided(step)
        return Variant(shape, generated, step, payload, subscribed)


def _after(fetch: Fetch, rest: PlanNode | None) -> PlanNode:
    """A query's plan that does the same: so the rest is made for what the event brings."""
    match rest:
        case None:
            return fetch
        case Sequence(nodes=nodes):
            return Sequence((fetch, *nodes))
        case _:
            return Sequence((fetch, rest))


def _divided(step: Step | None) -> tuple[RootStep, Step | None]:
    """The step that takes the event in, and what follows it."""
    match step:
        case RootStep():
            return step, None
        case SequenceStep(steps=(RootStep() as first, *rest)):
            return first, SequenceStep(tuple(rest))
        case _:
            raise TypeError("the plan of a subscription begins with what is subscribed to")
