"""The operator's listener: how it stands with live queries, and metrics.

It has an address of its own, so that no rule of a proxy has to keep clients away from it. It is off
unless configured. On the loopback interface it is open to this machine, but not to web pages: the
request has to name a loopback host, so that a page whose own name leads here (DNS rebinding) reads
nothing. Elsewhere it needs a token.
"""

import hmac
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web

from gateway.config.http import Admin
from gateway.errors import ConfigurationError
from gateway.observability.metrics import GatewayMetrics

SUBSCRIPTIONS = "/admin/subscriptions"
METRICS = "/metrics"
_log = logging.getLogger("gateway")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


@asynccontextmanager
async def serving_admin(
    settings: Admin, report: Callable[[], dict[str, Any]], metrics: GatewayMetrics
) -> AsyncIterator[None]:
    """Serve until left.

    Raises:
        ConfigurationError: The address cannot be listened on.
    """
    runner = web.AppRunner(admin_app(settings, report, metrics), access_log=None)
    await runner.setup()
    try:
        await _listen(runner, settings)
        yield
    finally:
        await runner.cleanup()


def admin_app(
    settings: Admin, report: Callable[[], dict[str, Any]], metrics: GatewayMetrics
) -> web.Application:
    """What is served there."""

    async def subscriptions(_request: web.Request) -> web.Response:
        return _json(200, report())

    async def exposition(_request: web.Request) -> web.Response:
        body, media_type = metrics.exposition()
        return web.Response(body=body, headers={"content-type": media_type})

    app = web.Application(middlewares=[_guard(settings)], client_max_size=0)
    app.router.add_get(SUBSCRIPTIONS, subscriptions)
    app.router.add_get(METRICS, exposition)
    return app


async def _listen(runner: web.AppRunner, settings: Admin) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}."
        ) from error
    host, port = runner.addresses[0][:2]
    _log.info("admin", extra={"url": f"http://{host}:{port}"})


def _guard(settings: Admin) -> Any:
    expected = None if settings.token is None else f"Bearer {settings.token}".encode()

    @web.middleware
    async def guard(request: web.Request, handler: Any) -> web.StreamResponse:
        given = request.headers.get("authorization", "").encode()
        if expected is not None and not hmac.compare_digest(given, expected):
            return _refusal(401, "UNAUTHENTICATED", "The token is wrong or missing.")
        if expected is None and _host(request.host) not in _LOOPBACK:
            return _refusal(403, "FORBIDDEN_HOST", "Ask for 127.0.0.1, or configure a token.")
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPException as error:
            code = "METHOD_NOT_ALLOWED" if error.status == 405 else "NOT_FOUND"
            return _refusal(error.status, code, "There is nothing here.")
        return response

    return guard


def _host(text: str) -> str:
    """Without the port."""
    name, colon, port = text.rpartition(":")
    return name if colon and port.isdigit() else text


def _refusal(status: int, code: str, message: str) -> web.Response:
    return _json(status, {"errors": [{"message": message, "extensions": {"code": code}}]})


def _json(status: int, content: dict[str, Any]) -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(content),
        content_type="application/json",
        headers={"cache-control": "no-store"},
    )
