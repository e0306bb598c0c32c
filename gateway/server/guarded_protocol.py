"""HTTP/1.1 of the clients' listener: uvicorn's, with what uvicorn leaves open."""

import asyncio
import sys

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

_OFFER_HEADERS = frozenset({b"connection", b"upgrade", b"http2-settings"})


class HeadersTooLarge(Exception):
    """A request's line and headers have more bytes than allowed."""


class GuardedProtocol(HttpToolsProtocol):
    """Closes connections whose request's headers are too slow or too large.

    Requests that offer to go on in HTTP/2 (`Upgrade: h2c`, as Java's client and curl's `--http2`
    do) are answered in HTTP/1.1, as RFC 9110 section 7.8 allows; uvicorn would lose their bodies.

    Of requests that were sent ahead (pipelined), it is the one being answered that learns that the
    client has gone; uvicorn tells the last, and the first would fail when it writes.
    """

    header_timeout = 10.0
    max_header_size = 32 * 1024
    _timer: asyncio.TimerHandle | None = None
    _answering: RequestResponseCycle | None = None
    """The request that is being answered; uvicorn's `cycle` is the one read last."""
    _header_size = 0
    _after_offer: int | None = None
    """Where the data goes on after the headers of a request that offers another protocol."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        while self._after_offer is not None:
            data = self._without_offer() + data[self._after_offer :]
            self._after_offer = None
            self.parser = httptools.HttpRequestParser(self)
            super().data_received(data)
        if self._timer is None and self._waits_for_a_request():
            self._arm()  # empty lines may come before it, and ended uvicorn's wait for it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        if self._answering is not None:
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._disarm()
        self._arm()
        self._header_size = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if not self._offers_another_protocol():
            self._disarm()
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._offers_another_protocol():
            super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """What uvicorn answers to a request that its parser gives up; ours may be too large."""
        if self._header_size <= self.max_header_size:
            super().send_400_response(msg)
            return
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
            b"content-length: 0\r\nconnection: close\r\n\r\n"
        )
        self.transport.close()

    def _waits_for_a_request(self) -> bool:
        """Is the last request answered, and the connection still one of HTTP?"""
        return getattr(self.cycle, "response_complete", False) and self in self.connections

    def _offers_another_protocol(self) -> bool:
        """Is the request being read an offer that is not taken up? A WebSocket's is.

        CONNECT is none: there is no request in HTTP/1.1 behind it.
        """
        return (
            self.parser.should_upgrade()
            and self.parser.get_method() != b"CONNECT"
            and not self._should_upgrade()
        )

    def _should_upgrade(self) -> bool:
        return self.parser.get_method() == b"GET" and super()._should_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """What uvicorn calls where the parser stops at such an offer."""
        if not self._offers_another_protocol():
            return
        stopped = sys.exception()
        assert isinstance(stopped, httptools.HttpParserUpgrade)  # noqa: S101  # as it is handled
        self._after_offer = int(stopped.args[0])

    def _without_offer(self) -> bytes:
        """The line and headers of the request that the parser stopped at, less the offer."""
        line = b"%s %s HTTP/%s\r\n" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
        )
        headers = b"".join(
            b"%s: %s\r\n" % (name, value)
            for name, value in self.headers
            if name not in _OFFER_HEADERS
        )
        return line + headers + b"\r\n"

    def _count(self, size: int) -> None:
        self._header_size += size
        if self._header_size > self.max_header_size:
            raise HeadersTooLarge

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.header_timeout, self._close)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
