"""The store on Kafka, where `KAFKA_BOOTSTRAP` names one: relayed to it, and followed from it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.config.live import Events, KafkaEvents
from gateway.config.settings import Settings
from gateway.supergraph.parse import parse_supergraph
from subgraphs.shared.kafka import kafka_publisher
from subgraphs.shared.relay import Relay, RelaySettings


def events_from_kafka(settings: Settings, bootstrap: str) -> Settings:
    """The same settings, with every topic behind a subscription taken from Kafka."""
    supergraph = parse_supergraph(Path(str(settings.supergraph.file)).read_text())
    provider = KafkaEvents(
        kind="kafka",
        bootstrap_servers=tuple(bootstrap.split(",")),
        topics=tuple(sorted({stream.topic for stream in supergraph.event_streams.values()})),
    )
    return settings.model_copy(update={"events": Events(providers=(provider,))})


@asynccontextmanager
async def relaying(url: str, bootstrap: str) -> AsyncIterator[None]:
    """Carry the outboxes to Kafka while the block runs."""
    relay = Relay(RelaySettings(database_url=url), lambda: kafka_publisher(bootstrap))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(relay.run())
        try:
            yield
        finally:
            running.cancel()
