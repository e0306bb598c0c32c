from typing import Any, cast

import pytest

from gateway.errors import RequestError
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.errors import PlanningTimeout
from gateway.pipeline.open_queries import OpenQuery
from gateway.pipeline.pipeline import Pipeline
from gateway.reload.renewal import Renewal


class Query:
    """A live query; `outcomes` are what planning it again leads to, one after the other."""

    def __init__(self, *outcomes: bool | Exception) -> None:
        self.is_open = True
        self.outcomes = list(outcomes)
        self.ended: RequestError | None = None
        self.subscription = self

    def end(self, error: RequestError) -> None:
        self.ended = error


class FakePipeline:
    """Has live queries, and remembers at what time each was planned again."""

    def __init__(self, *queries: Query) -> None:
        self.queries = list(queries)
        self.now = 0.0
        self.times: list[float] = []
        self.serving = None
        self.open_queries = self

    def outside(self, _serving: None) -> list[OpenQuery]:
        return cast("list[OpenQuery]", self.queries)

    async def renew(self, query: Query) -> bool:
        self.times.append(self.now)
        outcome = query.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def renewed(pipeline: FakePipeline, spread: float = 10.0) -> GatewayMetrics:
    metrics = GatewayMetrics()
    await Renewal(cast("Pipeline", pipeline), spread, metrics, pipeline.sleep).run()
    return metrics


def counted(metrics: GatewayMetrics, result: str) -> Any:
    labels = {"result": result}
    return metrics.registry.get_sample_value("gateway_subscriptions_renewed_total", labels)


@pytest.mark.parametrize("count", [1, 7, 100, 1_234, 10_000])
async def test_live_queries_move_evenly_within_the_spread(count: int) -> None:
    pipeline = FakePipeline(*(Query(True) for _ in range(count)))
    metrics = await renewed(pipeline)
    assert len(pipeline.times) == count
    assert pipeline.times[-1] < 10
    at_once = max(pipeline.times.count(time) for time in set(pipeline.times))
    assert at_once <= count / 100 + 1
    assert counted(metrics, "continued") == count


async def test_what_was_closed_meanwhile_is_not_planned() -> None:
    closed = Query()
    closed.is_open = False
    pipeline = FakePipeline(Query(True), closed)
    await renewed(pipeline)
    assert len(pipeline.times) == 1


async def test_a_planner_that_is_busy_is_asked_again_later() -> None:
    busy = PlanningTimeout("busy")
    pipeline = FakePipeline(late := Query(busy, busy, True), Query(True))
    metrics = await renewed(pipeline)
    assert late.ended is None
    assert counted(metrics, "continued") == 2


async def test_what_cannot_be_planned_in_time_at_all_ends() -> None:
    pipeline = FakePipeline(late := Query(*[PlanningTimeout("busy")] * 3))
    metrics = await renewed(pipeline)
    assert late.ended is not None
    assert late.ended.extensions["code"] == "SUBSCRIPTION_SCHEMA_CHANGED"
    assert counted(metrics, "ended") == 1


async def test_a_fault_of_ours_ends_one_live_query_and_tells_no_details() -> None:
    pipeline = FakePipeline(broken := Query(KeyError("secret")), Query(True), Query(False))
    metrics = await renewed(pipeline)
    assert broken.ended is not None
    assert "secret" not in str(broken.ended.formatted())
    assert (counted(metrics, "continued"), counted(metrics, "ended")) == (1, 2)
