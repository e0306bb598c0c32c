"""What became of the newest supergraph, for readiness checks and metrics."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from gateway.observability.metrics import GatewayMetrics


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, and since when."""

    state: str
    reason: str
    since: str


def _now() -> datetime:
    return datetime.now(UTC)


class Status:
    """Whether the supergraph that is served is the newest there is."""

    def __init__(self, metrics: GatewayMetrics, clock: Callable[[], datetime] = _now) -> None:
        self._metrics = metrics
        self._clock = clock
        self._refused: Fault | None = None
        self._unreachable: Fault | None = None

    def told(self) -> dict[str, Any] | None:
        """The fault as readiness tells it; None where there is none."""
        fault = self._refused or self._unreachable
        return None if fault is None else msgspec.to_builtins(fault)

    def reached(self) -> None:
        """The source has answered."""
        self._unreachable = None

    def unreachable(self, reason: str) -> bool:
        """The source does not answer; True where that is news."""
        is_news = self._unreachable is None or self._unreachable.reason != reason
        if is_news:
            self._unreachable = self._fault("unreachable", reason)
            self._metrics.reloads.labels("unreachable").inc()
        return is_news

    def refused(self, reason: str) -> bool:
        """The newest supergraph cannot be served; True where that is news."""
        is_news = self._refused is None or self._refused.reason != reason
        if is_news:
            self._refused = self._fault("refused", reason)
        self._metrics.reloads.labels("refused").inc()
        self._metrics.supergraph_refused.set(1)
        return is_news

    def swapped(self) -> None:
        """The newest supergraph is served now."""
        self._metrics.reloads.labels("swapped").inc()
        self.current()

    def current(self) -> None:
        """The newest supergraph is the one that is served."""
        self._refused = None
        self._metrics.supergraph_refused.set(0)

    def _fault(self, state: str, reason: str) -> Fault:
        return Fault(state, reason, self._clock().isoformat(timespec="seconds"))
