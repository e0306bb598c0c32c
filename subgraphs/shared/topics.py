"""Topics: who keys them by what, which events they carry, and for how long those are kept.

Each subgraph declares in its `events.py` the topics that it writes. From that come the topics in
Kafka, how long its outbox keeps rows, and the AsyncAPI document.
"""

from datetime import timedelta

import msgspec

PARTITIONS = 12
FOR_EVER = timedelta.max


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic that one subgraph writes; `key` says in words what its events are keyed by.

    Events older than `retention` may be gone. Of a `compact` topic the newest of each key stays,
    however old: then each event must say all that a projection needs of its key.
    """

    name: str
    key: str
    types: tuple[str, ...]
    retention: timedelta
    compact: bool = False

    @property
    def kafka_settings(self) -> dict[str, str]:
        """The settings of the topic in Kafka."""
        kept = int(self.retention.total_seconds() * 1000) if self.retention != FOR_EVER else -1
        return {
            "cleanup.policy": "compact" if self.compact else "delete",
            "retention.ms": str(kept),
            "compression.type": "gzip",  # n8n's trigger reads this or none
        }


PARKED = "fc.dlq.event.parked.v1"
DEAD_LETTERS = Topic(
    name="fc.dlq.v1",
    key="the consumer, the topic and the key that it cannot handle",
    types=(PARKED,),
    retention=timedelta(days=30),
)
"""Every subgraph with a consumer writes here what the consumer could not handle."""
