"""Multipart subscriptions (`subscriptionSpec=1.0`): each event is a part of the answer.

A part is `{"payload": {data, errors, extensions}}`, or `{}` as a heartbeat; `{"payload": null,
"errors": […]}` ends the subscription with an error, and the closing delimiter ends it.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from email.message import Message
from typing import ClassVar, Final

import orjson

from gateway.executor.errors import (
    SubgraphAnswerMalformed,
    SubgraphAnswerTooLarge,
    SubgraphUnreachable,
)
from gateway.subscriptions.upstream.errors import Refused
from gateway.subscriptions.upstream.http_stream import StreamClient, heard, subscribed
from gateway.subscriptions.upstream.protocol import (
    Bounds,
    Subscribe,
    checked_answer,
    read_message,
    refused,
)

ACCEPT: Final = 'multipart/mixed;subscriptionSpec="1.0", application/json'


class MultipartUpstream:
    """Subscribes by one request each."""

    protocol: ClassVar[str] = "multipart"

    def __init__(self, client: StreamClient, bounds: Bounds) -> None:
        self._client = client
        self._bounds = bounds

    async def events(self, subscribe: Subscribe) -> AsyncGenerator[bytes | None]:
        async with subscribed(self._client, subscribe, ACCEPT, self._bounds) as stream:
            yield None
            parser = PartParser(_boundary(stream.content_type), self._bounds.max_event_size)
            async with aclosing(heard(stream, self._bounds.silence)) as chunks:
                async for chunk in chunks:
                    for part in parser.feed(chunk):
                        answer = _answer(read_message(part))
                        if answer is not None:
                            yield answer
                    if parser.is_closed:
                        return
        raise SubgraphUnreachable


def _answer(part: dict[str, object]) -> bytes | None:
    """The event that a part is; None for a heartbeat.

    Raises:
        Refused: The part ends the subscription.
    """
    if "payload" not in part and "errors" not in part:
        return None
    payload = part.get("payload")
    if payload is None:
        raise Refused(refused(part.get("errors")))
    return checked_answer(payload)


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    found = message.get_param("boundary", "-")
    return found.encode() if isinstance(found, str) else b"-"


class PartParser:
    """Reads the parts of a multipart body (RFC 2046, section 5.1), however it is cut into chunks.

    Empty parts are passed over: Strawberry writes one before the closing delimiter.

    A part that is whole JSON need not be followed by its delimiter yet: some servers write that
    only before the next part, and the event would wait for it.
    """

    def __init__(self, boundary: bytes, max_size: int) -> None:
        """`max_size` bounds a part, in bytes."""
        self.is_closed = False
        self._delimiter = b"--" + boundary
        self._max_size = max_size
        self._buffer = bytearray(b"\r\n")  # so that the first delimiter is like the others
        self._is_given = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The bodies of the parts that this chunk completes.

        Raises:
            SubgraphAnswerTooLarge: A part has more bytes than allowed.
            SubgraphAnswerMalformed: There is no delimiter where one has to be.
        """
        self._buffer += chunk
        while not self.is_closed:
            end = self._buffer.find(b"\n" + self._delimiter)
            if end < 0:
                break
            if not self._is_given:
                self._is_given = True
                self._check(end)
                if part := bytes(self._buffer[:end]).strip():
                    yield _body(part)
            rest = end + 1 + len(self._delimiter)
            if len(self._buffer) < rest + 2:
                break  # whether it is the closing delimiter will be seen
            self.is_closed = self._buffer[rest : rest + 2] == b"--"
            del self._buffer[:rest]
            self._is_given = False
        self._check(len(self._buffer))
        if not self._is_given and not self.is_closed and (early := self._early()) is not None:
            self._is_given = True
            yield early

    def _check(self, size: int) -> None:
        if size > self._max_size:
            raise SubgraphAnswerTooLarge

    def _early(self) -> bytes | None:
        """The body of the last part, if nothing of it can be missing."""
        content = bytes(self._buffer).rstrip()
        if not content.endswith(b"}"):
            return None
        head, found, body = content.partition(b"\r\n\r\n")
        del head
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        return body if found else None


def _body(part: bytes) -> bytes:
    _, found, body = part.partition(b"\r\n\r\n")
    if not found:
        raise SubgraphAnswerMalformed("The subgraph sent a part without headers' end")
    return body.strip()
