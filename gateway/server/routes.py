"""Which path is served by what."""

from collections.abc import Awaitable, Callable

import orjson
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from gateway.config.settings import Settings
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.pipeline import Pipeline
from gateway.server import legacy_ws, transport_ws
from gateway.server.callers import Authenticates
from gateway.server.graphql_http import GraphQLEndpoint
from gateway.server.health import HealthRoutes, Readiness
from gateway.server.live_clients import LiveClients
from gateway.server.operations import ConnectionOperations
from gateway.server.playground import playground_routes
from gateway.server.websocket import WebSocketSettings, serve_websocket


def gateway_routes(
    pipeline: Pipeline,
    authentication: Authenticates,
    settings: Settings,
    metrics: GatewayMetrics,
    readiness: Readiness,
) -> list[BaseRoute]:
    """All routes of the gateway.

    Raises:
        ConfigurationError: A file that the playground shows cannot be read.
    """
    endpoint = settings.http.graphql_endpoint
    health = HealthRoutes(readiness)
    clients = LiveClients(settings.subscriptions.limits)
    routes: list[BaseRoute] = [
        Route(
            endpoint,
            GraphQLEndpoint(
                pipeline, authentication, settings, metrics, clients, readiness.stopping
            ),
        ),
        WebSocketRoute(
            endpoint,
            _SocketEndpoint(pipeline, authentication, _websocket_settings(settings), clients),
        ),
        Route(settings.health.path, health.health),
        Route(settings.health.readiness, health.readiness),
    ]
    if settings.metrics.enabled:
        routes.append(Route(settings.metrics.path, _metrics(metrics)))
    return [*routes, *playground_routes(settings)]


def gateway_middleware(settings: Settings) -> list[Middleware]:
    """CORS where origins are allowed; nothing stands between client and endpoint otherwise."""
    cors = settings.cors
    if not cors.origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=cors.origins,
            allow_methods=("GET", "POST", "PUT", "DELETE"),
            allow_headers=cors.allow_headers,
            allow_credentials=cors.allow_credentials,
            expose_headers=cors.expose_headers,
            max_age=int(cors.max_age),
        )
    ]


async def not_found(_request: Request, _error: Exception) -> Response:
    """A path that nothing is served at."""
    error = {"message": "There is nothing here.", "extensions": {"code": "NOT_FOUND"}}
    return Response(orjson.dumps({"errors": [error]}), 404, media_type="application/json")


def _websocket_settings(settings: Settings) -> WebSocketSettings:
    live = settings.subscriptions
    spoken = (transport_ws.SUBPROTOCOL, legacy_ws.SUBPROTOCOL)
    return WebSocketSettings(
        protocols=tuple(each for each in spoken if each in live.protocols),
        init_timeout=live.init_timeout,
        ping_interval=live.heartbeat_interval,
        write_timeout=live.write_timeout,
        origins=settings.cors.origins,
        max_operations=live.limits.per_connection,
    )


class _SocketEndpoint:
    """Serves WebSockets: an ASGI application, as `GraphQLEndpoint` is for HTTP."""

    def __init__(
        self,
        pipeline: Pipeline,
        authentication: Authenticates,
        settings: WebSocketSettings,
        clients: LiveClients,
    ) -> None:
        self._pipeline = pipeline
        self._authentication = authentication
        self._settings = settings
        self._clients = clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        if self._clients.is_full:
            await socket.send_denial_response(Response(status_code=503))
            return
        with self._clients.lease() as lease:
            client = scope["client"]
            operations = ConnectionOperations(self._pipeline, self._authentication, lease, client)
            await serve_websocket(socket, operations, self._settings)


def _metrics(metrics: GatewayMetrics) -> Callable[[Request], Awaitable[Response]]:
    async def exposition(_request: Request) -> Response:
        body, media_type = metrics.exposition()
        return Response(body, headers={"content-type": media_type})

    return exposition
