"""Random plans: generated code answers as the interpreter does, and as a monolith would."""

import asyncio

import orjson
from hypothesis import HealthCheck, given, settings, strategies as st

from gateway.executor.compile import compile_operation
from gateway.executor.context import ExecutionContext
from gateway.executor.types import Types
from gateway.plan.nodes import QueryPlan
from tests.support.executor import OwnSchema, operation
from tests.support.random_plans import SCHEMA, SDL, Case, World, WorldTransport, cases
from tests.support.reference import interpret

SUPERGRAPH = OwnSchema(SDL)
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def run(case: Case, world: World, *, contrary: bool) -> bytes:
    """The answer of generated code, after the interpreter's proved to be the same."""
    asked = operation(case.text)
    compiled = compile_operation(QueryPlan(case.plan), asked, SUPERGRAPH)
    ours, theirs = (WorldTransport(world, contrary=contrary) for _ in range(2))

    async def both() -> tuple[bytes, bytes]:
        generated = await compiled.execute({}, ExecutionContext(dict.fromkeys("abc", ours)))
        context = ExecutionContext(dict.fromkeys("abc", theirs))
        interpreted = await interpret(case.plan, asked, Types(SCHEMA), context)
        return generated.body, interpreted.body

    generated, interpreted = asyncio.run(both())
    assert generated == interpreted
    assert ours.requests == theirs.requests
    return generated


@SLOW
@given(cases(), st.integers(0, 10_000), st.booleans())
def test_generated_code_answers_as_the_interpreter_and_a_monolith_do(
    case: Case, salt: int, faults: bool
) -> None:
    world = World(salt, faults=faults)
    answer = orjson.loads(run(case, world, contrary=False))
    data, failed = world.expected(case.text)
    assert answer["data"] == data
    assert ("errors" in answer) == failed


@SLOW
@given(cases(), st.integers(0, 10_000), st.booleans())
def test_generated_code_answers_as_the_interpreter_does_where_subgraphs_contradict_each_other(
    case: Case, salt: int, faults: bool
) -> None:
    run(case, World(salt, faults=faults), contrary=True)
