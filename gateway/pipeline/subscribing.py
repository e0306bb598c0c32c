"""From a compiled subscription to where its events come from: a log, or a subgraph."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import msgspec

from gateway.executor.compile import CompiledOperation
from gateway.executor.context import ExecutionContext
from gateway.executor.errors import SubgraphError
from gateway.pipeline.errors import SubscriptionNotSupported
from gateway.pipeline.serving import Serving
from gateway.pipeline.upstreams import Upstreams
from gateway.subscriptions.errors import SchemaChanged
from gateway.subscriptions.live_query import LiveQuery
from gateway.subscriptions.stream import EventStreams, Message
from gateway.subscriptions.subscription import LiveSubscription, Subscriber
from gateway.subscriptions.upstream.errors import UpstreamFailed
from gateway.subscriptions.upstream.feed import Source
from gateway.subscriptions.upstream.stream import UpstreamStreams
from gateway.subscriptions.upstream.subscription import (
    Planned,
    SubgraphQuery,
    UpstreamSubscription,
)

AnySubscription = LiveSubscription | UpstreamSubscription


class Followed(msgspec.Struct, frozen=True):
    """A subscription to an event stream, as one supergraph has it."""

    query: LiveQuery
    variables: Mapping[str, Any]
    subscriber: Subscriber


AnyPlanned = Followed | Planned


class Subscribing(msgspec.Struct, frozen=True):
    """Where events come from: without `streams` there is no log of them."""

    upstreams: Upstreams
    upstream_streams: UpstreamStreams
    streams: EventStreams | None = None

    def plan(
        self,
        live: LiveQuery | SubgraphQuery,
        compiled: CompiledOperation,
        variables: Mapping[str, Any],
        subscriber: Subscriber,
        serving: Serving,
    ) -> AnyPlanned:
        """What a client subscribes to on this supergraph.

        Raises:
            SubscriptionNotSupported: It is an event stream, and there is no log of events.
        """
        match live:
            case LiveQuery():
                if self.streams is None:
                    raise SubscriptionNotSupported("This gateway has no source of events.")
                return Followed(live, variables, subscriber)
            case SubgraphQuery():
                return self._at_subgraph(live, compiled, variables, subscriber, serving)

    def messages(
        self, subscription: AnySubscription, resume_after: str | None
    ) -> AsyncGenerator[Message]:
        """The messages of one subscription; `resume_after` is for those that have cursors."""
        match subscription:
            case LiveSubscription():
                if self.streams is None:
                    raise AssertionError("a live query begins only where there are event streams")
                return self.streams.messages(subscription, resume_after)
            case UpstreamSubscription():
                return self.upstream_streams.messages(subscription)

    def _at_subgraph(
        self,
        query: SubgraphQuery,
        compiled: CompiledOperation,
        variables: Mapping[str, Any],
        subscriber: Subscriber,
        serving: Serving,
    ) -> Planned:
        try:
            asked = compiled.subscription(variables)
        except SubgraphError as error:
            raise UpstreamFailed(error.message, extensions=error.extensions) from None
        subgraph = asked.subgraph
        transport = serving.transports[subgraph]
        context: ExecutionContext = subscriber.context
        return Planned(
            query=query,
            variables=variables,
            subscriber=subscriber,
            place=transport.at,
            source=Source(subgraph, self.upstreams.of(transport), asked.body),
            sign=lambda body: context.headers(subgraph, body),
        )


def subscribe(planned: AnyPlanned) -> AnySubscription:
    """A new subscription.

    Raises:
        RequestError: The arguments select no stream.
    """
    match planned:
        case Followed(query=query, variables=variables, subscriber=subscriber):
            return LiveSubscription(query, variables, subscriber)
        case Planned():
            return UpstreamSubscription(planned)


def replan(subscription: AnySubscription, planned: AnyPlanned) -> None:
    """Let a subscription go on as a newer supergraph has it.

    Raises:
        RequestError: It would be another stream; everything stays as it is.
    """
    match subscription, planned:
        case LiveSubscription(), Followed(query=query, variables=variables, subscriber=subscriber):
            subscription.replace(query, variables, subscriber)
        case UpstreamSubscription(), Planned():
            subscription.replace(planned)
        case _:
            raise SchemaChanged("its events now come from another stream")
