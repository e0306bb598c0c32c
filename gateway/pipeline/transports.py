"""How each subgraph of a supergraph is called: in this process, or over HTTP."""

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack

from gateway.config.imports import find_modules_here
from gateway.config.settings import Settings
from gateway.config.supergraph import AllTraffic, Place
from gateway.errors import ConfigurationError
from gateway.executor.errors import SubgraphError
from gateway.executor.transport.base import Transport
from gateway.executor.transport.http import http_transport
from gateway.executor.transport.in_process import InProcessTransport
from gateway.observability.metrics import GatewayMetrics
from gateway.supergraph.model import Supergraph


class MeasuredTransport:
    """Measures another transport, that of a subgraph at a place."""

    def __init__(
        self, inner: Transport, subgraph: str, metrics: GatewayMetrics, place: Place
    ) -> None:
        self.at = (subgraph, place)
        self.inner = inner
        calls = metrics.subgraph_calls
        self._answered = calls.labels(subgraph, "answered")
        self._failed = calls.labels(subgraph, "failed")

    async def startup(self) -> None:
        await self.inner.startup()

    async def close(self) -> None:
        await self.inner.close()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        started = time.perf_counter()
        try:
            answer = await self.inner.post(body, headers)
        except SubgraphError:
            self._failed.observe(time.perf_counter() - started)
            raise
        self._answered.observe(time.perf_counter() - started)
        return answer


class TransportPool:
    """The transports of the supergraphs that are in service.

    A subgraph that several of them have at the same place has one transport: its connections are
    kept, and an app in this process is started once.
    """

    def __init__(
        self,
        settings: Settings,
        metrics: GatewayMetrics,
        kind: type[MeasuredTransport] = MeasuredTransport,
    ) -> None:
        """`kind` is what the transports are made of."""
        self._kind = kind
        self._settings = settings
        self._metrics = metrics
        self._holders: Counter[MeasuredTransport] = Counter()

    def make(self, supergraph: Supergraph) -> dict[str, MeasuredTransport]:
        """A transport for each subgraph, by name: one that is held already, or a new one.

        Raises:
            ConfigurationError: A subgraph has no place, its app cannot be loaded, or the settings
                name a subgraph that the supergraph does not have.
        """
        places = _places(self._settings)
        traffic, live = self._settings.traffic_shaping, self._settings.subscriptions
        for name in (*places, *traffic.subgraphs, *live.subgraphs):
            if name not in supergraph.subgraphs:
                known = ", ".join(sorted(supergraph.subgraphs))
                raise ConfigurationError(
                    f"The configuration names the subgraph {name}; the supergraph has {known}."
                )
        held = {transport.at: transport for transport in self._holders}
        made: dict[str, MeasuredTransport] = {}
        for name, subgraph in supergraph.subgraphs.items():
            at = (name, _place(name, places.get(name), subgraph.url))
            _check_subscriptions(*at, self._settings)
            made[name] = held.get(at) or self._new(*at)
        return made

    async def hold(self, transports: Mapping[str, MeasuredTransport]) -> None:
        """Start those that nobody holds, and keep all of them until they are released.

        Raises:
            ConfigurationError: A subgraph in this process cannot start; none is held then.
        """
        async with AsyncExitStack() as undo:
            for transport in transports.values():
                if transport not in self._holders:
                    await transport.startup()
                self._holders[transport] += 1
                undo.push_async_callback(self._release, transport)
            undo.pop_all()

    async def release(self, transports: Mapping[str, MeasuredTransport]) -> None:
        """Close those that nobody holds any more; a fault in one leaves none of the others open."""
        async with AsyncExitStack() as stack:
            for transport in transports.values():
                stack.push_async_callback(self._release, transport)

    async def close(self) -> None:
        """Close all that are held, whoever holds them."""
        held, self._holders = self._holders, Counter()
        async with AsyncExitStack() as stack:
            for transport in held:
                stack.push_async_callback(transport.close)

    async def _release(self, transport: MeasuredTransport) -> None:
        if transport not in self._holders:
            return
        self._holders[transport] -= 1
        if not self._holders[transport]:
            del self._holders[transport]
            await transport.close()

    def _new(self, name: str, place: Place) -> MeasuredTransport:
        transport = _transport(place, bounds_of(name, self._settings))
        return self._kind(transport, name, self._metrics, place)


def _places(settings: Settings) -> dict[str, Place]:
    composed = {subgraph.name: subgraph for subgraph in settings.supergraph.compose or ()}
    return {**composed, **settings.subgraphs}


def _place(name: str, configured: Place | None, url: str) -> Place:
    """Where a subgraph is: what is configured wins over the supergraph's URL."""
    if configured is not None:
        return Place.model_construct(app=configured.app, routing_url=configured.routing_url)
    if not url:
        raise ConfigurationError(
            f"The subgraph {name} has no URL: set subgraphs.{name}.routing_url, or .app."
        )
    return Place.model_construct(app=None, routing_url=url)


def bounds_of(name: str, settings: Settings) -> AllTraffic:
    """The bounds of calls to a subgraph."""
    everywhere = settings.traffic_shaping.all
    own = settings.traffic_shaping.subgraphs.get(name)
    return (
        everywhere
        if own is None
        else everywhere.model_copy(update=own.model_dump(exclude_none=True))
    )


def _check_subscriptions(name: str, place: Place, settings: Settings) -> None:
    own = settings.subscriptions.subgraphs.get(name)
    if own is None or own.protocol != "graphql-transport-ws":
        return
    if own.url is None and place.routing_url is None:
        raise ConfigurationError(
            f"The subgraph {name} runs in this process and has no URL for graphql-transport-ws: "
            f"set subscriptions.subgraphs.{name}.url, or another protocol."
        )


def _transport(place: Place, bounds: AllTraffic) -> Transport:
    if place.app is not None:
        find_modules_here()
        return InProcessTransport(
            place.app,
            timeout=bounds.request_timeout,
            max_answer_bytes=bounds.max_response_size,
        )
    return http_transport(
        place.routing_url or "",
        timeout=bounds.request_timeout,
        connect_timeout=bounds.connect_timeout,
        max_answer_bytes=bounds.max_response_size,
    )
