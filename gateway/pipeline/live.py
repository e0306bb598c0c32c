"""From the settings to the sources of events; what reads unused logs stays unimported."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from gateway.config.live import EventProvider, Events, KafkaEvents, PostgresEvents, Subscriptions
from gateway.config.settings import Settings
from gateway.observability.live import LiveFigures
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.subscribing import Subscribing
from gateway.pipeline.upstreams import Upstreams
from gateway.subscriptions.cursor import CursorCodec
from gateway.subscriptions.hub import Hub, HubSettings
from gateway.subscriptions.readers import QueueBound
from gateway.subscriptions.source import EventSource
from gateway.subscriptions.stream import EventStreams, TraceEvent, not_traced
from gateway.subscriptions.upstream.feeds import Feeds, FeedSettings
from gateway.subscriptions.upstream.reconnecting import Reconnecting
from gateway.subscriptions.upstream.stream import UpstreamStreams


class Live(msgspec.Struct, frozen=True):
    """Where events come from, and what has to run for that: without `hub` there is no log."""

    subscribing: Subscribing
    feeds: Feeds
    hub: Hub | None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """On leaving, all subscriptions end, and tell their clients to reconnect."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.subscribing.upstreams.close)
            await stack.enter_async_context(self.feeds.running())
            if self.hub is not None:
                await stack.enter_async_context(self.hub.running())
            yield


def make_live(settings: Settings, metrics: GatewayMetrics, traced: TraceEvent = not_traced) -> Live:
    """Where events come from: a log, if one is configured, and the subgraphs themselves."""
    feeds = Feeds(_feed_settings(settings.subscriptions), metrics)
    upstreams, upstream_streams = Upstreams(settings), UpstreamStreams(feeds)
    source = _source(settings.events, metrics.live)
    if source is None:
        return Live(Subscribing(upstreams, upstream_streams), feeds, None)
    hub = Hub(source, _hub_settings(settings.subscriptions), figures=metrics.live)
    secret = settings.subscriptions.cursor_secret
    codec = CursorCodec(os.urandom(32) if secret is None else secret.encode())
    streams = EventStreams(hub, codec, traced=traced)
    return Live(Subscribing(upstreams, upstream_streams, streams), feeds, hub)


def _feed_settings(subscriptions: Subscriptions) -> FeedSettings:
    bound = subscriptions.backpressure
    return FeedSettings(
        queue=QueueBound(bound.queue_capacity, bound.queue_bytes),
        reconnecting=Reconnecting(give_up_after=subscriptions.reconnect_timeout),
        max_upstreams=subscriptions.limits.upstreams,
    )


def _hub_settings(subscriptions: Subscriptions) -> HubSettings:
    bound = subscriptions.backpressure
    return HubSettings(queue=QueueBound(bound.queue_capacity, bound.queue_bytes))


def _source(events: Events, figures: LiveFigures) -> EventSource | None:
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
    from gateway.subscriptions.backed import BackedSource  # noqa: PLC0415
    from gateway.subscriptions.by_topic import SourceByTopic  # noqa: PLC0415

    if other is not None:
        backed = {source: BackedSource(source, other, figures) for source in assigned.values()}
        assigned = {topic: backed[source] for topic, source in assigned.items()}
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

            return KafkaSource(
                KafkaSettings(provider.bootstrap_servers, lookup_limit=provider.lookup_limit)
            )
