"""graphql-sse, distinct connections mode: the events come as the answer to the request.

Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md; the event stream's
format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream.
A stream that ends without `complete` was cut off.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import ClassVar, Final

import msgspec

from gateway.executor.errors import SubgraphAnswerTooLarge, SubgraphUnreachable
from gateway.subscriptions.upstream.http_stream import StreamClient, heard, subscribed
from gateway.subscriptions.upstream.protocol import (
    Bounds,
    Subscribe,
    checked_answer,
    read_message,
)

MEDIA_TYPE: Final = "text/event-stream"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class SseUpstream:
    """Subscribes by one request each."""

    protocol: ClassVar[str] = "sse"

    def __init__(self, client: StreamClient, bounds: Bounds) -> None:
        self._client = client
        self._bounds = bounds

    async def events(self, subscribe: Subscribe) -> AsyncGenerator[bytes | None]:
        async with subscribed(self._client, subscribe, MEDIA_TYPE, self._bounds) as stream:
            yield None
            parser = EventParser(self._bounds.max_event_size)
            async with aclosing(heard(stream, self._bounds.silence)) as chunks:
                async for chunk in chunks:
                    for event in parser.feed(chunk):
                        if event.name == "complete":
                            return
                        if event.name == "next":
                            yield checked_answer(read_message(event.data))
        raise SubgraphUnreachable


class ServerEvent(msgspec.Struct, frozen=True):
    """An event of a stream; `data` has its lines joined."""

    name: str
    data: bytes


class EventParser:
    """Reads an event stream, however it is cut into chunks."""

    def __init__(self, max_size: int) -> None:
        """`max_size` bounds an event, in bytes."""
        self._max_size = max_size
        self._line = bytearray()
        self._mark = _BYTE_ORDER_MARK
        self._after_return = False
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that this chunk completes.

        Raises:
            SubgraphAnswerTooLarge: An event has more bytes than allowed.
        """
        if self._after_return and chunk[:1] == b"\n":
            chunk = chunk[1:]
        self._after_return = chunk[-1:] == b"\r"
        for line in chunk.splitlines(keepends=True):
            self._line += line
            self._count(len(line))
            if line[-1:] not in (b"\n", b"\r"):
                return
            whole = bytes(self._line).removeprefix(self._mark).rstrip(b"\r\n")
            self._mark = b""
            self._line.clear()
            if whole:
                self._field(whole)
            elif (event := self._dispatch()) is not None:
                yield event

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > self._max_size:
            raise SubgraphAnswerTooLarge

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value
        elif name == b"data":
            self._data.append(value)
        elif not name and not self._data:
            self._size = 0  # a comment between events

    def _dispatch(self) -> ServerEvent | None:
        name, data = self._name, b"\n".join(self._data)
        self._name, self._data, self._size = b"", [], 0
        if not name and not data:
            return None
        return ServerEvent(name.decode(errors="replace") or "message", data)
