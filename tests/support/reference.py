"""Execution by interpretation alone: the reference for generated code."""

from gateway.executor.answer import Answer, write_answer
from gateway.executor.context import ExecutionContext
from gateway.executor.interpreter import interpreted_step
from gateway.executor.projection import Projector
from gateway.executor.run import Run
from gateway.executor.shape import operation_shape
from gateway.executor.types import Types
from gateway.operation.model import Operation
from gateway.plan.nodes import PlanNode


async def interpret(
    node: PlanNode, operation: Operation, types: Types, context: ExecutionContext
) -> Answer:
    """The answer of a plan without conditions."""
    root = types.schema.query_type
    assert root is not None
    run = Run(types, {}, context, {})
    await run.run(interpreted_step(node, types))
    projector = Projector(run.log.paths, {})
    data = projector.project(operation_shape(operation.selections, root, types.schema), run.tree)
    return write_answer(data, [*run.log.entries, *projector.errors])
