"""The metrics of live video, in a registry of their own."""

from collections.abc import Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    generate_latest,
)
from starlette.responses import Response

from subgraphs.livestream.video.rooms import RoomState


class Metrics:
    """Of one process; rooms are those whose publisher came by way of it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._rooms = self._gauge("rooms", "Rooms that have a publisher.")
        self._publishers = self._gauge("publishers", "Publishers from whom media come.")
        self._viewers = self._gauge("viewers", "Viewers in all rooms.")
        self._sessions = self._counter("sessions", "Sessions begun.", ("way",))
        self._refusals = self._counter("refusals", "Sessions refused.", ("way", "code"))

    def began(self, way: str) -> None:
        """A session began, by `whip` or `whep`."""
        self._sessions.labels(way).inc()

    def refused(self, way: str, code: str) -> None:
        """A session was refused, with a problem of that code."""
        self._refusals.labels(way, code).inc()

    def respond(self, states: Mapping[str, RoomState]) -> Response:
        """All of them, with these rooms."""
        self._rooms.set(len(states))
        self._publishers.set(sum(state.on_air for state in states.values()))
        self._viewers.set(sum(state.viewers for state in states.values()))
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    def _gauge(self, name: str, description: str) -> Gauge:
        return Gauge(f"livestream_video_{name}", description, registry=self._registry)

    def _counter(self, name: str, description: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"livestream_video_{name}", description, labels, registry=self._registry)
