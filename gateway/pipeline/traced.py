"""The pipeline with spans around its stages; used where tracing is configured.

A class of its own, so that without tracing nothing of it is run.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry.trace import Span

from gateway.config.settings import Settings
from gateway.executor.answer import Answer
from gateway.observability.metrics import GatewayMetrics
from gateway.observability.spans import Spans, fail
from gateway.pipeline.open_queries import OpenQuery
from gateway.pipeline.pipeline import Admitted, Pipeline
from gateway.pipeline.request import Caller, GraphQLRequest, MintsTokens, Parts, Record
from gateway.pipeline.serving import Serving
from gateway.pipeline.subscribing import Subscribing
from gateway.pipeline.transports import MeasuredTransport
from gateway.subscriptions.source import Event


class TracedPipeline(Pipeline):
    """`request`, and inside it `plan`; calls of subgraphs are `TracedTransport`'s."""

    def __init__(
        self,
        serving: Serving,
        settings: Settings,
        metrics: GatewayMetrics,
        subscribing: Subscribing,
        minter: MintsTokens | None,
        spans: Spans,
    ) -> None:
        super().__init__(serving, settings, metrics, subscribing, minter)
        self._spans = spans

    async def execute(self, request: GraphQLRequest, caller: Caller, record: Record) -> Answer:
        with self._request(caller, record) as span:
            return _told(span, await super().execute(request, caller, record))

    async def execute_in_parts(
        self, request: GraphQLRequest, caller: Caller, record: Record, parts: Parts
    ) -> Answer | None:
        with self._request(caller, record):
            return await super().execute_in_parts(request, caller, record, parts)

    async def _begin(
        self, request: GraphQLRequest, caller: Caller, record: Record
    ) -> "Answer | OpenQuery":
        """The span of a live query ends when it stands: its events have spans of their own."""
        with self._request(caller, record):
            return await super()._begin(request, caller, record)

    async def _admitted(
        self, serving: Serving, request: GraphQLRequest, caller: Caller, record: Record
    ) -> Admitted:
        with self._spans.step("plan"):
            return await super()._admitted(serving, request, caller, record)

    @contextmanager
    def _request(self, caller: Caller, record: Record) -> Iterator[Span]:
        with self._spans.request(caller.trace, "request") as span:
            span.set_attribute("request.id", caller.trace.request_id)
            span.set_attribute("graphql.transport", caller.transport)
            try:
                yield span
            finally:
                if record.kind is not None:
                    span.update_name(f"{record.kind} {record.operation or ''}".rstrip())
                    span.set_attribute("graphql.operation.type", record.kind)
                    span.set_attribute("graphql.operation.name", record.operation or "")
                    span.set_attribute("graphql.operation.hash", (record.hash or "")[:16])


class TracedTransport(MeasuredTransport):
    """Makes a span of each call, which the subgraph goes on from."""

    spans: Spans

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        subgraph = self.at[0]
        with self.spans.call(f"fetch {subgraph}") as (span, traceparent):
            span.set_attribute("peer.service", subgraph)
            return await super().post(body, {**headers, "traceparent": traceparent})


class EventSpans:
    """A span for the answer to each event, in the trace that the event came of."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    @contextmanager
    def __call__(self, event: Event, field: str) -> Iterator[None]:
        with self._spans.event(f"deliver {field}", event.traceparent) as span:
            attributes: dict[str, Any] = {
                "messaging.destination.name": event.topic,
                "cloudevents.event_type": event.type,
                "cloudevents.event_id": event.id,
            }
            span.set_attributes(attributes)
            yield


def _told(span: Span, answer: Answer) -> Answer:
    if answer.has_errors:
        fail(span, "errors")
    return answer
