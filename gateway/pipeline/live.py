"""From the settings to the event streams; clients of logs that are not used are not imported."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from gateway.config.live import EventProvider, Events, KafkaEvents, PostgresEvents, Subscriptions
from gateway.config.settings import Settings
from gateway.subscriptions.cursor import CursorCodec
from gateway.subscriptions.hub import Hub, HubSettings
from gateway.subscriptions.readers import QueueBound
from gateway.subscriptions.source import EventSource
from gateway.subscriptions.stream import EventStreams


class Live(msgspec.Struct, frozen=True):
    """The streams, and the hub that has to run for them."""

    hub: Hub
    streams: EventStreams

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """On leaving, all subscriptions end, and tell their clients to reconnect."""
        async with self.hub.running():
            yield


def make_live(settings: Settings) -> Live | None:
    """The event streams of a gateway; None where no provider of events is configured."""
    source = _source(settings.events)
    if source is None:
        return None
    hub = Hub(source, _hub_settings(settings.subscriptions))
    secret = settings.subscriptions.cursor_secret
    codec = CursorCodec(os.urandom(32) if secret is None else secret.encode())
    return Live(hub, EventStreams(hub, codec))


def _hub_settings(subscriptions: Subscriptions) -> HubSettings:
    bound = subscriptions.backpressure
    return HubSettings(queue=QueueBound(bound.queue_capacity, bound.queue_bytes))


def _source(events: Events) -> EventSource | None:
    assigned: dict[str, EventSource] = {}
    other: EventSource | None = None
    for provider in events.providers:
        source = _provider(provider)
        match provider:
            case KafkaEvents():
                assigned |= dict.fromkeys(provider.topics, source)
            case PostgresEvents():
                other = source
    if not assigned:
        return other
    from gateway.subscriptions.by_topic import SourceByTopic  # noqa: PLC0415

    return SourceByTopic(assigned, other)


def _provider(provider: EventProvider) -> EventSource:
    match provider:
        case PostgresEvents():
            from gateway.subscriptions.outbox import OutboxSettings, OutboxSource  # noqa: PLC0415

            return OutboxSource(
                OutboxSettings(
                    url=provider.url,
                    schemas=provider.schemas,
                    poll_interval=provider.poll_interval,
                )
            )
        case KafkaEvents():
            from gateway.subscriptions.kafka import KafkaSettings, KafkaSource  # noqa: PLC0415

            return KafkaSource(KafkaSettings(bootstrap_servers=provider.bootstrap_servers))
