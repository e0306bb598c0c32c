"""Every metric of the gateway. Few, with labels of few values: an operation's name is none of them.

Each gateway has a registry of its own, so that several can live in one process.
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from gateway.observability.live import LiveFigures

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class GatewayMetrics:
    """The metrics, by what they measure."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "gateway_request_seconds",
            "Time from a request's arrival to its answer, by HTTP status.",
            ["status"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.errors = Counter(
            "gateway_refused_requests",
            "Requests refused before they were run, by error code.",
            ["code"],
            registry=self.registry,
        )
        self.planning = Histogram(
            "gateway_planning_seconds",
            "Time to parse, validate, plan and compile an operation that was not remembered.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.remembered = Counter(
            "gateway_operation_cache_lookups",
            "Look-ups of an operation by its text, by whether it was remembered.",
            ["result"],
            registry=self.registry,
        )
        self.shared = Counter(
            "gateway_shared_queries",
            "Queries answered by the execution of an equal one that was under way.",
            registry=self.registry,
        )
        self.subgraph_calls = Histogram(
            "gateway_subgraph_request_seconds",
            "Time a subgraph took to answer, by subgraph and by what came of it.",
            ["subgraph", "result"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.subscriptions = Gauge(
            "gateway_subscriptions",
            "Live queries that are open at the moment.",
            registry=self.registry,
        )
        self.subscriptions_renewed = Counter(
            "gateway_subscriptions_renewed",
            "Live queries planned again for a new supergraph, by whether they went on.",
            ["result"],
            registry=self.registry,
        )
        self.upstream_subscriptions = Gauge(
            "gateway_upstream_subscriptions",
            "Subscriptions that are open at subgraphs, by subgraph and protocol.",
            ["subgraph", "protocol"],
            registry=self.registry,
        )
        self.upstream_interruptions = Counter(
            "gateway_upstream_interruptions",
            "Broken connections of subscriptions at subgraphs, by subgraph and protocol.",
            ["subgraph", "protocol"],
            registry=self.registry,
        )
        self.reloads = Counter(
            "gateway_supergraph_reloads",
            "New supergraphs, by what became of them: swapped, refused, unreachable.",
            ["result"],
            registry=self.registry,
        )
        self.supergraph_refused = Gauge(
            "gateway_supergraph_refused",
            "1 while the newest supergraph is refused and an older one is served.",
            registry=self.registry,
        )

        self.live = LiveFigures()
        self.registry.register(self.live)

    def refuse(self, codes: Iterable[str]) -> None:
        """Count a request that was refused with these codes."""
        for code in codes:
            self.errors.labels(code).inc()

    def exposition(self) -> tuple[bytes, str]:
        """All metrics as Prometheus reads them, with their media type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
