"""Runs an application on uvicorn, with the bounds that uvicorn leaves open.

uvicorn bounds neither time nor size of a request's headers: `GuardedProtocol` does. Those of the
body are bounded by the endpoint.
"""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from gateway.config.http import Http
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError, ServingFailed
from gateway.pipeline.heap import settle
from gateway.reload.reloader import Reloader
from gateway.server.guarded_protocol import GuardedProtocol
from gateway.server.health import Readiness

_WEBSOCKET_FRAME = 64 * 1024
_BACKLOG = 2048
_GOING_AWAY = 1001
_NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_STUCK_PEER = 30_000
"""Milliseconds after which a connection ends whose peer takes no bytes that wait for it."""


def run(
    app: Starlette,
    settings: Settings,
    ready: Callable[[], None] | None = None,
    listener: socket.socket | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called once requests are taken.

    `listener` is what `listen` gave, where that was called before.

    Raises:
        ConfigurationError: The address cannot be listened on, or the application cannot start.
        ServingFailed: A task of the application failed, without which it does not work.
    """
    listener = listener or listen(settings.http)
    server = make_server(app, settings, lambda: _begin(ready))
    with listener:
        try:
            server.run(sockets=[listener])
        except SystemExit as error:
            raise ConfigurationError("The gateway could not start: see above.") from error
    if server.has_failed:
        raise ServingFailed("The gateway has ended because a part of it failed: see above.")


def make_server(
    app: Starlette, settings: Settings, ready: Callable[[], None] | None = None
) -> "GatewayServer":
    """A server that is not started yet.

    It ends the live queries of the application when it stops, and has it look for a newer
    supergraph on SIGHUP.
    """
    return GatewayServer(
        _config(app, settings),
        getattr(app.state, "readiness", None),
        ready,
        getattr(app.state, "reloader", None),
    )


def _begin(ready: Callable[[], None] | None) -> None:
    settle()
    if ready is not None:
        ready()


def listen(http: Http) -> socket.socket:
    """A bound socket, taken before anything else is started.

    Raises:
        ConfigurationError: The port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # inherited by connections; Linux
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STUCK_PEER)
    try:
        listener.bind((http.host, http.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"Cannot listen on {http.host}:{http.port}: {error.strerror or error}."
        ) from error
    listener.setblocking(False)
    return listener


class GatewayServer(uvicorn.Server):
    """Tells the application when it is about to stop, so that live queries end by themselves."""

    def __init__(
        self,
        config: uvicorn.Config,
        readiness: Readiness | None,
        ready: Callable[[], None] | None,
        reloader: Reloader | None = None,
    ) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._ready = ready
        self._reloader = reloader

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; unlike uvicorn's own, the signal is not raised again: what called us goes on."""
        del frame
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._reloader is not None and _takes_signals():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._reloader.ask)
        if self.started and self._ready is not None:
            self._ready()

    @property
    def has_failed(self) -> bool:
        """Whether the application's lifespan ended with an error."""
        return bool(getattr(self.lifespan, "error_occurred", False))

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop: uvicorn itself would go on without the lifespan's tasks."""
        return await super().on_tick(counter) or self.has_failed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._readiness is not None:
            self._readiness.stopping.set()
            await asyncio.sleep(0)
        if self._reloader is not None and _takes_signals():
            asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        await super().shutdown(sockets)


def _takes_signals() -> bool:
    """Only the main thread does, and SIGHUP is not known everywhere."""
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "SIGHUP")


class LeavingWebSocket(WebSocketsSansIOProtocol):
    """Tells clients by the code 1001 that the gateway goes away; uvicorn would say 1012.

    A handshake that cannot be read (a header of more than 8 KiB, a body) is refused; uvicorn would
    neither answer nor close the connection.
    """

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()) or _NO_HANDSHAKE)
            self.transport.close()

    def shutdown(self) -> None:
        if not self.handshake_complete or self.close_sent:
            super().shutdown()
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": _GOING_AWAY})
        self.conn.send_close(_GOING_AWAY, "The gateway is shutting down; connect again.")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()


def _config(app: Starlette, settings: Settings) -> uvicorn.Config:
    http = settings.http
    bounds = {"header_timeout": http.header_timeout, "max_header_size": http.max_header_size}
    protocol: Any = type("Protocol", (GuardedProtocol,), bounds)
    return uvicorn.Config(
        app,
        http=protocol,
        loop="auto",
        ws=LeavingWebSocket,
        ws_max_size=_WEBSOCKET_FRAME,
        ws_per_message_deflate=False,
        # graphql-transport-ws has pings of its own.
        ws_ping_interval=None,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        limit_concurrency=http.max_connections,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=http.shutdown_timeout,  # type: ignore[arg-type]  # waits for it
    )
