"""One subscriber over a socket: event stream or graphql-transport-ws, as little of each as needed.

Events are told by `number` and `sentAt`, which their payloads have side by side.
"""

import json
import os
import re
import socket
import time
from collections.abc import Callable, Mapping

from tests.benchmarks.rooms import SUBSCRIPTION

_EVENT = re.compile(rb'"number":(\d+),"sentAt":"(\d+)"')
_CHUNK = 256 * 1024
Take = Callable[["Subscriber", int, int, int], None]


class Subscriber:
    """What both transports have in common."""

    def __init__(self, connected: socket.socket, room: str, event: Take) -> None:
        """`event` is called with number, time sent and time received in ns (CLOCK_MONOTONIC)."""
        self.socket = connected
        self.stands = False
        self.is_gone = False
        self.reads = True
        self.count = self.last = 0
        self._event = event
        self._rest = b""
        self._payload = {"query": SUBSCRIPTION, "variables": {"id": room}}

    def begin(self) -> None:
        """Say what is wanted."""
        raise NotImplementedError

    def take(self) -> bool:
        """Take the bytes that have come; False once the connection has ended."""
        try:
            data = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            self.is_gone = True
            return False
        now = time.monotonic_ns()
        for message in self._messages(data):
            for number, sent_at in _EVENT.findall(message):
                self._event(self, int(number), int(sent_at), now)
        return True

    def _messages(self, data: bytes) -> list[bytes]:
        """The whole messages in what has come."""
        raise NotImplementedError


class EventStream(Subscriber):
    """graphql-sse, distinct connections mode."""

    def begin(self) -> None:
        body = json.dumps(self._payload).encode()
        self.socket.sendall(
            b"POST /graphql HTTP/1.1\r\nhost: gateway\r\naccept: text/event-stream\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        )

    def _messages(self, data: bytes) -> list[bytes]:
        whole, end, self._rest = (self._rest + data).rpartition(b"\n\n")
        if end and not self.stands:
            head, _, _ = whole.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            self.stands = True
        return [whole]


class WebSocket(Subscriber):
    """graphql-transport-ws, which does not tell when a subscription stands: ask the gateway."""

    _shaken = False

    def begin(self) -> None:
        self.socket.sendall(
            b"GET /graphql HTTP/1.1\r\nhost: gateway\r\nupgrade: websocket\r\n"
            b"connection: upgrade\r\nsec-websocket-version: 13\r\n"
            b"sec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
            b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
        )

    def _messages(self, data: bytes) -> list[bytes]:
        data = self._rest + data
        if not self._shaken:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return []
            assert head.startswith(b"HTTP/1.1 101"), head
            self._shaken = True
            self._send({"type": "connection_init"})
        frames: list[bytes] = []
        while frame := _frame(data):
            start, end_of_frame = frame
            frames.append(data[start:end_of_frame])
            data = data[end_of_frame:]
            self._answer(frames[-1])
        self._rest = data
        return frames

    def _answer(self, frame: bytes) -> None:
        if frame.startswith(b'{"type":"ping"'):
            self._send({"type": "pong"})
        elif frame.startswith(b'{"type":"connection_ack"'):
            self._send({"type": "subscribe", "id": "1", "payload": self._payload})
            self.stands = True

    def _send(self, message: Mapping[str, object]) -> None:
        data, mask = json.dumps(message).encode(), os.urandom(4)
        size = bytes([0x80 | len(data)])
        if len(data) > 125:
            size = bytes([0x80 | 126]) + len(data).to_bytes(2, "big")
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.socket.sendall(b"\x81" + size + mask + masked)


def _frame(data: bytes) -> tuple[int, int] | None:
    """Where the content of the first frame begins and ends, if it is whole."""
    if len(data) < 2:
        return None
    size, start = data[1], 2
    if size == 126:
        size, start = int.from_bytes(data[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(data[2:10], "big"), 10
    return (start, start + size) if len(data) >= start + size else None


TRANSPORTS: Mapping[str, type[Subscriber]] = {"sse": EventStream, "websocket": WebSocket}
