"""How long planning the worst operations keeps the event loop from other work.

The engine plans in a thread: what stalls the loop is a single long call that keeps Python's lock,
such as compiling generated code, or a garbage collection.
"""

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.errors import RequestError, RequestErrors
from gateway.executor.compile import compile_operation
from gateway.operation.parse import parse_operation
from gateway.pipeline.heap import settle, uncollected
from gateway.planner.budget import Budget
from gateway.planner.planner import Planner
from gateway.supergraph.model import Supergraph
from tests.support.planner import many_keys, many_types

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

_DOUBLING = "{ node { ...F0 } } fragment F30 on Node { id } " + " ".join(
    f"fragment F{index} on Node {{ x: next {{ ...F{index + 1} }} y: next {{ ...F{index + 1} }} }}"
    for index in range(30)
)
_DEEP = "{ node { a b next { a b next { a b next { a b } } } } }"


def _aliases(count: int, inner: str) -> str:
    return "{ " + " ".join(f"a{index}: {inner}" for index in range(count)) + " }"


WORST: dict[str, Callable[[], tuple[Supergraph, str]]] = {
    "fragments doubling 30 times": lambda: (many_types(4), _DOUBLING),
    "deep interfaces of 4 types": lambda: (many_types(4), _DEEP),
    "deep interfaces of 40 types": lambda: (many_types(40), _DEEP),
    "1,000 keys": lambda: (many_keys(1000), "{ item { x } }"),
    "100 aliases of an entity": lambda: (many_keys(1), _aliases(100, "item { x }")),
    "1,000 aliases of an entity": lambda: (many_keys(1), _aliases(1000, "item { x }")),
    "1,000 aliases of an interface": lambda: (many_types(10), _aliases(1000, "node { a b }")),
    "1,000 aliases of a leaf": lambda: (many_keys(1), "{ item " + _aliases(1000, "x") + " }"),
}


@pytest.mark.parametrize("name", WORST)
def test_the_longest_stall(name: str):
    graph, query = WORST[name]()
    planner = Planner(graph)
    settle()
    try:
        outcome, took, stall = asyncio.run(_beside(lambda: _plan(planner, graph, query)))
    finally:
        gc.unfreeze()
    print(f"\n{name}: {outcome} in {took:.2f} s, longest stall {stall * 1000:.0f} ms")


def _plan(planner: Planner, graph: Supergraph, query: str) -> str:
    with uncollected():  # as the engine does
        try:
            operation = parse_operation(query, None, graph.api_schema)
            compile_operation(planner.plan(operation, Budget()), operation, graph)
        except (RequestError, RequestErrors):
            return "refused"
    return "planned"


async def _beside(work: Callable[[], str]) -> tuple[Any, float, float]:
    """The outcome of the work in a thread, the thread's time, and the most of it in one gap of the
    event loop, in seconds of the processor: other load on the machine does not count.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as worker:
        clock = time.pthread_getcpuclockid(worker.submit(threading.get_ident).result())
        started = last = time.clock_gettime(clock)
        stall = 0.0
        future = loop.run_in_executor(worker, work)
        while not future.done():
            await asyncio.sleep(0.001)
            now = time.clock_gettime(clock)
            stall, last = max(stall, now - last), now
        return await future, last - started, stall
