"""What is counted of live queries: plain integers, which Prometheus asks for.

An event to ten thousand subscribers is ten thousand deliveries within a moment, and a counter of
the client library would cost more for each of them than the delivery. Everything here belongs to
one event loop.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class TopicFigures:
    """One topic's deliveries."""

    __slots__ = (
        "_buckets",
        "_seconds",
        "delivered",
        "evicted",
        "filtered",
        "overtaken",
        "received",
    )

    def __init__(self) -> None:
        self.received = 0
        self.delivered = 0
        self.filtered = 0
        self.overtaken = 0
        self.evicted = 0
        self._buckets = [0] * (len(_BOUNDS) + 1)
        self._seconds = 0.0

    def deliver(self, happened: float | None) -> None:
        """An answer is handed to a transport; `happened` is the event's time, Unix seconds."""
        self.delivered += 1
        if happened is not None:
            took = max(0.0, time.time() - happened)
            self._buckets[bisect_left(_BOUNDS, took)] += 1
            self._seconds += took

    def latency(self) -> tuple[list[tuple[str, float]], float]:
        """Cumulated buckets as Prometheus has them, and the sum in seconds."""
        total, buckets = 0, []
        for bound, count in zip((*map(str, _BOUNDS), "+Inf"), self._buckets, strict=True):
            total += count
            buckets.append((bound, float(total)))
        return buckets, self._seconds


class TopicReading(msgspec.Struct, frozen=True):
    """How it stands with a topic that is followed.

    `behind_events` is None where the log cannot tell; `behind_seconds` is how old the news may be
    that have not been read yet: 0 where there are none.
    """

    topic: str
    subscribers: int
    keys: int
    partitions: int
    connected: bool
    behind_events: int | None
    behind_seconds: float
    kept_events: int
    kept_bytes: int


class LiveFigures:
    """Of all topics; a collector of `prometheus_client`."""

    def __init__(self) -> None:
        self._topics: dict[str, TopicFigures] = {}
        self._replays: Counter[tuple[str, str]] = Counter()
        self._ended: Counter[str] = Counter()
        self._read: Callable[[], Iterable[TopicReading]] = tuple
        self._open: Callable[[], Counter[tuple[str, str]]] = Counter

    def topic(self, name: str) -> TopicFigures:
        figures = self._topics.get(name)
        if figures is None:
            figures = self._topics[name] = TopicFigures()
        return figures

    def replayed(self, topic: str, source: str) -> None:
        """A subscriber resumed from here: memory, log, or the past behind the log."""
        self._replays[topic, source] += 1

    def ended(self, reason: str) -> None:
        """A live query has ended: by its client, or with an error code."""
        self._ended[reason] += 1

    def read_topics(self, read: Callable[[], Iterable[TopicReading]]) -> None:
        """Whom to ask for the topics that are followed."""
        self._read = read

    def readings(self) -> list[TopicReading]:
        """How it stands with each topic that is followed."""
        return list(self._read())

    def read_open(self, count: Callable[[], Counter[tuple[str, str]]]) -> None:
        """Whom to ask how many live queries there are, by transport and class."""
        self._open = count

    def collect(self) -> Iterator[Metric]:
        """All of it, as Prometheus has it."""
        yield from self._counters()
        yield self._latency()
        yield from self._gauges()

    def _counters(self) -> Iterator[Metric]:
        for name, about, count in _COUNTERS:
            family = CounterMetricFamily(name, about, labels=["topic"])
            for topic, figures in self._topics.items():
                family.add_metric([topic], count(figures))
            yield family
        replays = CounterMetricFamily(
            "gateway_event_replays",
            "Subscribers that resumed, by where the events came from.",
            labels=["topic", "source"],
        )
        for (topic, source), number in self._replays.items():
            replays.add_metric([topic, source], number)
        yield replays
        ended = CounterMetricFamily(
            "gateway_subscriptions_ended",
            "Live queries that have ended: by the client, or with an error code.",
            labels=["reason"],
        )
        for reason, number in self._ended.items():
            ended.add_metric([reason], number)
        yield ended

    def _latency(self) -> Metric:
        family = HistogramMetricFamily(
            "gateway_event_delivery_seconds",
            "Time from an event's `time` until its answer was handed to a client's transport.",
            labels=["topic"],
        )
        for topic, figures in self._topics.items():
            buckets, seconds = figures.latency()
            family.add_metric([topic], buckets, seconds)
        return family

    def _gauges(self) -> Iterator[Metric]:
        readings = self.readings()
        for name, about, value in _GAUGES:
            family = GaugeMetricFamily(name, about, labels=["topic"])
            for reading in readings:
                if (found := value(reading)) is not None:
                    family.add_metric([reading.topic], found)
            yield family
        opened = GaugeMetricFamily(
            "gateway_subscriptions_open",
            "Live queries that are open, by transport and class.",
            labels=["transport", "class"],
        )
        for labels, number in self._open().items():
            opened.add_metric(list(labels), number)
        yield opened


_COUNTERS: tuple[tuple[str, str, Callable[[TopicFigures], int]], ...] = (
    ("gateway_events_received", "Events read from the log, each once.", lambda f: f.received),
    ("gateway_events_delivered", "Answers handed to clients' transports.", lambda f: f.delivered),
    (
        "gateway_events_filtered",
        "Events that a subscriber's arguments or claims kept from it.",
        lambda f: f.filtered,
    ),
    (
        "gateway_events_overtaken",
        "Events of class STATE that a subscriber did not get, since a newer one was there.",
        lambda f: f.overtaken,
    ),
    (
        "gateway_events_evicted",
        "Events dropped from memory; who needs them reads the log.",
        lambda f: f.evicted,
    ),
)
_GAUGES: tuple[tuple[str, str, Callable[[TopicReading], float | None]], ...] = (
    (
        "gateway_topic_subscribers",
        "Subscribers of a topic that is followed.",
        lambda r: r.subscribers,
    ),
    (
        "gateway_topic_behind_events",
        "Events of a topic that are in the log and not read yet.",
        lambda r: r.behind_events,
    ),
    (
        "gateway_topic_behind_seconds",
        "How old the news of a topic may be that are not read yet.",
        lambda r: r.behind_seconds,
    ),
    ("gateway_topic_kept_events", "Events of a topic in memory.", lambda r: r.kept_events),
    ("gateway_topic_kept_bytes", "Bytes of a topic's events in memory.", lambda r: r.kept_bytes),
)
