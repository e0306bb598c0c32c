"""How each subgraph serves subscriptions itself: protocol, endpoint and bounds, by the settings."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import assert_never
from urllib.parse import urlsplit, urlunsplit

from gateway.config.live import SubgraphSubscriptions
from gateway.config.settings import Settings
from gateway.config.supergraph import AllTraffic, Place
from gateway.executor.transport.in_process import InProcessTransport
from gateway.pipeline.transports import MeasuredTransport, bounds_of
from gateway.subscriptions.upstream.callback import CallbackUpstream
from gateway.subscriptions.upstream.callbacks import Callbacks
from gateway.subscriptions.upstream.http_stream import HttpStream, StreamClient
from gateway.subscriptions.upstream.multipart import MultipartUpstream
from gateway.subscriptions.upstream.protocol import Bounds, Upstream
from gateway.subscriptions.upstream.sockets import Sockets, SocketStreamClient
from gateway.subscriptions.upstream.sse import SseUpstream
from gateway.subscriptions.upstream.web_socket import WebSocketUpstream

_DEFAULT = SubgraphSubscriptions()
_CALLBACK_HEARTBEAT = 5.0


class Upstreams:
    """Makes what subscribes at the subgraphs of the supergraphs that are in service."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sockets = Sockets()
        public_url = settings.subscriptions.callback.public_url
        self.callbacks = None if public_url is None else Callbacks(public_url)

    def of(self, transport: MeasuredTransport) -> Upstream:
        """For a subgraph at the place where it is asked for everything else."""
        name, place = transport.at
        own = self._settings.subscriptions.subgraphs.get(name, _DEFAULT)
        bounds = self._bounds(own, bounds_of(name, self._settings))
        match own.protocol:
            case "sse":
                return SseUpstream(self._client(transport, place, own, bounds), bounds)
            case "multipart":
                return MultipartUpstream(self._client(transport, place, own, bounds), bounds)
            case "graphql-transport-ws":
                return WebSocketUpstream(self._sockets, _url(place, own), bounds)
            case "callback":
                if self.callbacks is None:
                    raise AssertionError("the settings were checked")
                client = self._client(transport, place, own, bounds)
                return CallbackUpstream(client, self.callbacks, bounds)
            case _:
                assert_never(own.protocol)

    async def close(self) -> None:
        """Close what is still open."""
        await self._sockets.close()

    def _client(
        self,
        transport: MeasuredTransport,
        place: Place,
        own: SubgraphSubscriptions,
        bounds: Bounds,
    ) -> StreamClient:
        if isinstance(transport.inner, InProcessTransport) and own.url is None:
            return _InProcessClient(transport.inner, own.path)
        return SocketStreamClient(self._sockets, _url(place, own), bounds)

    def _bounds(self, own: SubgraphSubscriptions, traffic: AllTraffic) -> Bounds:
        heartbeat = own.heartbeat
        if heartbeat is None and own.protocol == "graphql-transport-ws":
            heartbeat = self._settings.subscriptions.heartbeat_interval
        if heartbeat is None and own.protocol == "callback":
            heartbeat = _CALLBACK_HEARTBEAT
        return Bounds(
            connect_timeout=traffic.connect_timeout,
            answer_timeout=traffic.request_timeout,
            max_event_size=traffic.max_response_size,
            heartbeat=heartbeat,
        )


class _InProcessClient:
    def __init__(self, transport: InProcessTransport, path: str | None) -> None:
        self._transport = transport
        self._path = path

    def post(
        self, body: bytes, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[HttpStream]:
        return self._transport.stream(self._path, body, headers)


def _url(place: Place, own: SubgraphSubscriptions) -> str:
    if own.url is not None:
        return own.url
    parts = urlsplit(place.routing_url or "")
    if own.path is None:
        return urlunsplit(parts)
    return urlunsplit((parts.scheme, parts.netloc, own.path, "", ""))
