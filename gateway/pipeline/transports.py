"""How each subgraph of a supergraph is called: in this process, or over HTTP."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from gateway.config.settings import Settings
from gateway.config.supergraph import Place
from gateway.errors import ConfigurationError
from gateway.executor.errors import SubgraphError
from gateway.executor.transport.base import Transport
from gateway.executor.transport.http import http_transport
from gateway.executor.transport.in_process import InProcessTransport
from gateway.observability.metrics import GatewayMetrics
from gateway.supergraph.model import Supergraph


class MeasuredTransport:
    """Measures another transport."""

    def __init__(self, inner: Transport, subgraph: str, metrics: GatewayMetrics) -> None:
        self._inner = inner
        calls = metrics.subgraph_calls
        self._answered = calls.labels(subgraph, "answered")
        self._failed = calls.labels(subgraph, "failed")

    async def startup(self) -> None:
        await self._inner.startup()

    async def close(self) -> None:
        await self._inner.close()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        started = time.perf_counter()
        try:
            answer = await self._inner.post(body, headers)
        except SubgraphError:
            self._failed.observe(time.perf_counter() - started)
            raise
        self._answered.observe(time.perf_counter() - started)
        return answer


def make_transports(
    supergraph: Supergraph, settings: Settings, metrics: GatewayMetrics
) -> dict[str, Transport]:
    """A transport for each subgraph, by name.

    Raises:
        ConfigurationError: A subgraph has no place, its app cannot be loaded, or the settings name
            a subgraph that the supergraph does not have.
    """
    places = _places(settings)
    shaped = settings.traffic_shaping.subgraphs
    for name in (*places, *shaped):
        if name not in supergraph.subgraphs:
            known = ", ".join(sorted(supergraph.subgraphs))
            raise ConfigurationError(
                f"The configuration names the subgraph {name}; the supergraph has {known}."
            )
    return {
        name: MeasuredTransport(
            _transport(name, places.get(name), subgraph.url, settings), name, metrics
        )
        for name, subgraph in supergraph.subgraphs.items()
    }


def _places(settings: Settings) -> dict[str, Place]:
    composed = {subgraph.name: subgraph for subgraph in settings.supergraph.compose or ()}
    return {**composed, **settings.subgraphs}


def _transport(name: str, place: Place | None, url: str, settings: Settings) -> Transport:
    everywhere = settings.traffic_shaping.all
    own = settings.traffic_shaping.subgraphs.get(name)
    bounds = (
        everywhere
        if own is None
        else everywhere.model_copy(update=own.model_dump(exclude_none=True))
    )
    if place is not None and place.app is not None:
        _import_from_here()
        return InProcessTransport(
            place.app,
            timeout=bounds.request_timeout,
            max_answer_bytes=bounds.max_response_size,
        )
    target = url if place is None or place.routing_url is None else place.routing_url
    if not target:
        raise ConfigurationError(
            f"The subgraph {name} has no URL: set subgraphs.{name}.routing_url, or .app."
        )
    return http_transport(
        target,
        timeout=bounds.request_timeout,
        connect_timeout=bounds.connect_timeout,
        max_answer_bytes=bounds.max_response_size,
    )


def _import_from_here() -> None:
    """Apps are found in the working directory too, as by `python -m`."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
