"""The registry of the events' metrics, and what processes count and measure as they go."""

from prometheus_client import CollectorRegistry, Counter, Gauge

REGISTRY = CollectorRegistry()

PUBLISHED = Counter(
    "fusion_relay_published_events",
    "Events that Kafka has taken from this process; after failures some are taken again.",
    ["subgraph"],
    registry=REGISTRY,
)
HANDLED = Counter(
    "fusion_consumer_handled_events",
    "Events that this process has handled or passed over, by what came of them.",
    ["consumer", "result"],
    registry=REGISTRY,
)
PRUNED = Counter(
    "fusion_pruned_rows",
    "Old rows that this process has deleted, by table.",
    ["subgraph", "table"],
    registry=REGISTRY,
)
RELAY_WAITING = Gauge(
    "fusion_relay_waiting_events",
    "Events that are not in Kafka yet.",
    ["subgraph"],
    registry=REGISTRY,
)
RELAY_OLDEST = Gauge(
    "fusion_relay_oldest_seconds",
    "Age of the oldest event that is not in Kafka yet; 0 where there is none.",
    ["subgraph"],
    registry=REGISTRY,
)
CONSUMER_WAITING = Gauge(
    "fusion_consumer_waiting_events",
    "Events that the consumer has not come to yet.",
    ["consumer"],
    registry=REGISTRY,
)
CONSUMER_OLDEST = Gauge(
    "fusion_consumer_oldest_seconds",
    "Age of the oldest event that the consumer has not come to yet; 0 where there is none.",
    ["consumer"],
    registry=REGISTRY,
)
PARKED_KEYS = Gauge(
    "fusion_consumer_parked_keys",
    "Keys that wait because an event of theirs cannot be handled.",
    ["consumer"],
    registry=REGISTRY,
)
PARKED_EVENTS = Gauge(
    "fusion_consumer_parked_events",
    "Events that are parked, those that only wait for an earlier one included.",
    ["consumer"],
    registry=REGISTRY,
)
