"""Moves the live queries that are open to a newer supergraph, a few at a time.

Planned all at once they would keep the planner busy and everyone else waiting, and the caches of
subgraphs cold. A live query that cannot go on is ended, and its client is told why.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Sequence

from gateway.errors import RequestError
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.errors import PlanningTimeout
from gateway.pipeline.open_queries import OpenQuery, schema_changed
from gateway.pipeline.pipeline import Pipeline

_log = logging.getLogger(__name__)
_STEP = 0.1
_ATTEMPTS = 3

Sleep = Callable[[float], Awaitable[None]]


class Renewal:
    """Moves live queries from one supergraph to the next."""

    def __init__(
        self, pipeline: Pipeline, spread: float, metrics: GatewayMetrics, sleep: Sleep
    ) -> None:
        """`spread` is over how many seconds, at most."""
        self._pipeline = pipeline
        self._spread = spread
        self._sleep = sleep
        self._renewed = metrics.subscriptions_renewed

    async def run(self) -> None:
        """Return once all have been moved, or ended."""
        late: Sequence[OpenQuery] = self._pipeline.open_queries.outside(self._pipeline.serving)
        for _ in range(_ATTEMPTS):
            late = await self._move(late)
        for query in late:
            self._end(query, PlanningTimeout("it could not be planned in time"))

    async def _move(self, queries: Sequence[OpenQuery]) -> list[OpenQuery]:
        """Those that could not be planned in time, for another attempt."""
        late: list[OpenQuery] = []
        size = math.ceil(len(queries) * _STEP / self._spread)
        for number, query in enumerate(queries):
            if number and number % size == 0:
                await self._sleep(_STEP)
            if not query.is_open:
                continue
            try:
                goes_on = await self._pipeline.renew(query)
            except PlanningTimeout:
                late.append(query)
            except Exception:
                _log.exception("a live query could not be planned again")
                self._end(query, RequestError("something went wrong in the gateway"))
            else:
                self._renewed.labels("continued" if goes_on else "ended").inc()
        return late

    def _end(self, query: OpenQuery, error: RequestError) -> None:
        query.subscription.end(schema_changed(error))
        self._renewed.labels("ended").inc()
