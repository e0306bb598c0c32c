"""What is told to systems that watch."""

from pydantic import Field

from gateway.config.units import Float, Section


class Otlp(Section):
    """A collector that takes OTLP over HTTP (protobuf)."""

    endpoint: str = Field(pattern=r"^https?://")
    """The whole URL, such as http://localhost:4318/v1/traces."""
    headers: dict[str, str] = Field(default_factory=dict)


class Tracing(Section):
    """Spans of requests, subgraph calls and events."""

    otlp: Otlp | None = None
    """Where they are sent; without it none are made."""
    sample: Float = Field(default=1.0, ge=0, le=1)
    """The share of the traces that begin here; others are as their caller says."""
    service_name: str = "gateway"


class Telemetry(Section):
    """OpenTelemetry."""

    tracing: Tracing = Tracing()
