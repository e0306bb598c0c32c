"""Connections to subgraphs that last: HTTP answers that stream, and WebSockets.

One aiohttp session for all subgraphs. Redirects are never followed: they would lead the gateway,
and the identity it vouches for, wherever a subgraph likes. Where a protocol has no heartbeats, the
kernel's keep-alive finds peers that vanished.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import aiohttp

from gateway.executor.errors import SubgraphHttpError, SubgraphTimeout, SubgraphUnreachable
from gateway.subscriptions.upstream.http_stream import HttpStream
from gateway.subscriptions.upstream.protocol import Bounds

_KEEP_ALIVE: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
"""In seconds and probes; a vanished peer is found within a minute."""
_CLOSING: Final = 1.0


class Sockets:
    """The session that all connections belong to; made when first needed."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, force_close=True, socket_factory=_kept_alive
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[_no_redirects()],
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()


class SocketStreamClient:
    """Posts to a URL."""

    def __init__(self, sockets: Sockets, url: str, bounds: Bounds) -> None:
        self._sockets = sockets
        self._url = url
        self._bounds = bounds

    def post(
        self, body: bytes, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[HttpStream]:
        return self._post(body, headers)

    @asynccontextmanager
    async def _post(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[HttpStream]:
        timeout = aiohttp.ClientTimeout(total=None, connect=self._bounds.connect_timeout)
        try:
            async with asyncio.timeout(self._bounds.answer_timeout):
                response = await self._sockets.session.post(
                    self._url, data=body, headers=headers, allow_redirects=False, timeout=timeout
                )
        except TimeoutError:
            raise SubgraphTimeout from None
        except (aiohttp.ClientError, OSError):
            raise SubgraphUnreachable from None
        try:
            yield _SocketStream(response)
        finally:
            response.close()


class _SocketStream:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.content_type = response.headers.get("content-type", "")

    async def chunks(self) -> AsyncGenerator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, OSError):
            raise SubgraphUnreachable from None


@asynccontextmanager
async def web_socket(
    sockets: Sockets, url: str, subprotocol: str, headers: Mapping[str, str], bounds: Bounds
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A WebSocket; on leaving it is closed, without waiting long for the other side.

    Raises:
        SubgraphUnreachable: No connection.
        SubgraphTimeout: The handshake took too long.
        SubgraphHttpError: The handshake was refused.
    """
    try:
        async with asyncio.timeout(bounds.answer_timeout):
            connection = await sockets.session.ws_connect(
                url,
                protocols=(subprotocol,),
                headers=headers,
                max_msg_size=bounds.max_event_size,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSING),
            )
    except TimeoutError:
        raise SubgraphTimeout from None
    except aiohttp.WSServerHandshakeError as error:
        raise SubgraphHttpError(error.status) from None
    except (aiohttp.ClientError, OSError):
        raise SubgraphUnreachable from None
    try:
        yield connection
    finally:
        await connection.close()


def _no_redirects() -> aiohttp.TraceConfig:
    """`ws_connect` has no parameter for this."""
    trace = aiohttp.TraceConfig()

    async def refuse(
        _session: aiohttp.ClientSession, _context: Any, found: aiohttp.TraceRequestRedirectParams
    ) -> None:
        found.response.close()
        raise aiohttp.WSServerHandshakeError(
            found.response.request_info, (), status=found.response.status
        )

    trace.on_request_redirect.append(refuse)
    return trace


def _kept_alive(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, _, _ = address
    made = socket.socket(family=family, type=kind, proto=protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE.items():
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return made
