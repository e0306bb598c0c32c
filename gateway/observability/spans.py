"""Spans to OpenTelemetry, over OTLP; imported where tracing is configured and nowhere else.

A request's trace is the client's, if it says so in `traceparent`, or the one the log names. Spans
hold names, kinds, codes and the hash of an operation: no document, variables, tokens or answers.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from gateway.errors import RequestError, RequestErrors
from gateway.observability.tracing import Trace, parse_traceparent

_wanted: ContextVar[int | None] = ContextVar("trace id of the next root", default=None)


class _Ids(RandomIdGenerator):
    """A trace that begins here has the id that the request has already been given."""

    def generate_trace_id(self) -> int:
        return _wanted.get() or super().generate_trace_id()


class Spans:
    """Makes spans, and sends them from a thread of its own, in batches."""

    def __init__(
        self, endpoint: str, headers: Mapping[str, str], *, service_name: str, sample: float
    ) -> None:
        """`sample` is the share of the traces that begin here; others are as their caller says."""
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(sample)),
            resource=Resource.create({"service.name": service_name}),
            id_generator=_Ids(),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=endpoint, headers=dict(headers), timeout=5)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer: Tracer = self._provider.get_tracer("gateway")

    def close(self) -> None:
        """Sends what waits; blocks, for some seconds at the most."""
        self._provider.shutdown()

    @contextmanager
    def request(self, trace: Trace, name: str) -> Iterator[Span]:
        """A client's request: everything that is called in this block belongs to it."""
        token = _wanted.set(int(trace.trace_id, 16))
        try:
            parent = _remote(trace.trace_id, trace.parent_id, trace.flags)
            with self._span(name, SpanKind.SERVER, parent) as span:
                yield span
        finally:
            _wanted.reset(token)

    @contextmanager
    def step(self, name: str) -> Iterator[Span]:
        """A part of what goes on."""
        with self._span(name, SpanKind.INTERNAL, None) as span:
            yield span

    @contextmanager
    def call(self, name: str) -> Iterator[tuple[Span, str]]:
        """A call of another service, and the `traceparent` to send."""
        with self._span(name, SpanKind.CLIENT, None) as span:
            context = span.get_span_context()
            flags = int(context.trace_flags)
            yield span, f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags:02x}"

    @contextmanager
    def event(self, name: str, traceparent: str | None) -> Iterator[Span]:
        """The handling of an event: part of the trace that the event came of."""
        found = parse_traceparent(traceparent)
        parent = Context() if found is None else _remote(*found)
        with self._span(name, SpanKind.CONSUMER, parent) as span:
            yield span

    @contextmanager
    def _span(self, name: str, kind: SpanKind, parent: Context | None) -> Iterator[Span]:
        """By the exception that leaves the block it is told as failed; its text is not."""
        with self._tracer.start_as_current_span(
            name, parent, kind, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except (RequestError, RequestErrors) as error:
                first = error.errors[0] if isinstance(error, RequestErrors) else error
                fail(span, str(first.extensions["code"]))
                raise
            except Exception as error:
                fail(span, str(getattr(error, "code", type(error).__name__)))
                raise


def fail(span: Span, code: str) -> None:
    """Say that it failed, by a code."""
    span.set_attribute("error.type", code)
    span.set_status(Status(StatusCode.ERROR))


def _remote(trace_id: str, parent_id: str | None, flags: str) -> Context:
    if parent_id is None:
        return Context()
    remote = SpanContext(
        int(trace_id, 16),
        int(parent_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(int(flags, 16)),
    )
    return set_span_in_context(NonRecordingSpan(remote), Context())
