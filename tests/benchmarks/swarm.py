"""Thousands of subscribers in a process of their own, so that they do not slow down the gateway.

`python -m tests.benchmarks.swarm PORT` reads one command a line from standard input and answers it
by a line, both JSON; `swarm_process.py` speaks with it. It uses epoll and sockets directly: a
message costs a few microseconds here, so the times are the gateway's and the kernel's.
"""

import array
import gc
import json
import math
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks.gateway_process import raise_descriptors
from tests.benchmarks.subscriber import TRANSPORTS, Subscriber

_SOURCES = tuple(f"127.0.0.{number}" for number in range(2, 10))
"""Addresses to connect from: each has its own range of ports."""
_AT_ONCE = 64
_TINY = 4096


class Swarm:
    """All subscribers, and what they have received."""

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)
        self._poll = select.epoll()
        self._subscribers: dict[int, Subscriber] = {}
        self._made = 0
        self.late = array.array("q")
        self.received = self.repeated = self.missed = self.gone = 0

    def serve(self) -> None:
        """Do what standard input says until it ends."""
        os.set_blocking(0, False)
        self._poll.register(0, select.EPOLLIN)
        commands: dict[str, Callable[..., Any]] = {
            "connect": self.connect,
            "mark": self.mark,
            "collect": self.collect,
            "stop_reading": self.stop_reading,
            "churn": self.churn,
            "disconnect": self.disconnect,
        }
        text = b""
        while True:
            if self._turn(1.0):
                chunk = os.read(0, 65536)
                if not chunk:
                    return
                *lines, text = (text + chunk).split(b"\n")
                for line in lines:
                    command = json.loads(line)
                    answer = commands[command.pop("do")](**command)
                    print(json.dumps(answer), flush=True)

    def connect(
        self, count: int, transport: str, room: str, seconds: float, *, tiny: bool = False
    ) -> Any:
        """Open subscriptions; `tiny` ones have small buffers, as far away clients have."""
        deadline = time.monotonic() + seconds
        opening: set[Subscriber] = set()
        started = 0
        while (started < count or opening) and time.monotonic() < deadline:
            while started < count and len(opening) < _AT_ONCE:
                opening.add(self._open(transport, room, tiny=tiny))
                started += 1
            self._turn(0.1)
            opening = {each for each in opening if not each.stands and not each.is_gone}
        gc.collect()
        gc.freeze()
        return {"standing": sum(each.stands for each in self._subscribers.values())}

    def mark(self) -> Any:
        """Forget what has been received so far."""
        self.late = array.array("q")
        self.received = self.repeated = self.missed = self.gone = 0
        for each in self._subscribers.values():
            each.count = 0
        return {}

    def collect(self, events: int, seconds: float) -> Any:
        """Wait until each that reads has had so many events since the mark; tell how late."""
        deadline = time.monotonic() + seconds
        readers = [each for each in self._subscribers.values() if each.reads]
        while self.received < events * len(readers) and time.monotonic() < deadline:
            self._turn(0.1)
        late = sorted(self.late)
        return {
            "readers": len(readers),
            "received": self.received,
            "missed": sum(max(0, events - each.count) for each in readers),
            "gaps": self.missed,
            "repeated": self.repeated,
            "gone": self.gone,
            **{name: _milliseconds(late, part) for name, part in _PARTS.items()},
        }

    def stop_reading(self, count: int) -> Any:
        """The last ones that were opened take no bytes any more."""
        for each in tuple(self._subscribers.values())[-count:]:
            each.reads = False
            self._poll.unregister(each.socket)
        return {}

    def disconnect(self) -> Any:
        """Close all."""
        for each in tuple(self._subscribers.values()):
            self._close(each)
        return {}

    def churn(self, cycles: int, room: str, seconds: float) -> Any:
        """Connect, subscribe and drop, over and over; half of them drop by a reset."""
        deadline = time.monotonic() + seconds
        begun, done, failed = 0, 0, 0
        while done < cycles and time.monotonic() < deadline:
            while begun < cycles and begun - done < _AT_ONCE:
                self._open(tuple(TRANSPORTS)[begun // 2 % 2], room)
                begun += 1
            self._turn(0.1)
            for each in tuple(self._subscribers.values()):
                if each.stands or each.is_gone:
                    failed += each.is_gone
                    self._close(each, reset=done % 2 == 0)
                    done += 1
        return {"cycles": done, "failed": failed}

    def _open(self, transport: str, room: str, *, tiny: bool = False) -> Subscriber:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tiny:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _TINY)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        made.bind((_SOURCES[self._made % len(_SOURCES)], 0))
        made.connect(self._address)
        made.setblocking(False)
        subscriber = TRANSPORTS[transport](made, room, self._event)
        self._made += 1
        self._subscribers[made.fileno()] = subscriber
        self._poll.register(made, select.EPOLLIN)
        subscriber.begin()
        return subscriber

    def _close(self, subscriber: Subscriber, *, reset: bool = False) -> None:
        if reset:
            linger = struct.pack("ii", 1, 0)
            subscriber.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._subscribers.pop(subscriber.socket.fileno(), None)
        subscriber.socket.close()

    def _turn(self, seconds: float) -> bool:
        """Take what has come; True if there is a command."""
        commanded = False
        for descriptor, _ in self._poll.poll(seconds):
            if descriptor == 0:
                commanded = True
                continue
            subscriber = self._subscribers[descriptor]
            if not subscriber.take():
                self.gone += 1
                self._poll.unregister(descriptor)
        return commanded

    def _event(self, subscriber: Subscriber, number: int, sent_at: int, now: int) -> None:
        """A subscriber has received the event of this number, sent at this time."""
        self.late.append(now - sent_at)
        self.received += 1
        subscriber.count += 1
        if subscriber.last:
            self.repeated += number <= subscriber.last
            self.missed += max(0, number - subscriber.last - 1)
        subscriber.last = number


_PARTS = {"p50": 0.5, "p99": 0.99, "max": 1.0}


def _milliseconds(late: list[int], part: float) -> float:
    """The latency that this part of all events did not exceed."""
    if not late:
        return math.nan
    return round(late[max(0, math.ceil(len(late) * part) - 1)] / 1e6, 1)


if __name__ == "__main__":
    raise_descriptors()
    gc.disable()  # its pauses would be counted as the gateway's
    Swarm(int(sys.argv[1])).serve()
