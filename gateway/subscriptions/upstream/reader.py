"""One client's place at an upstream: what has come for it and is not yet sent.

Each has a bounded queue of its own, so whoever reads slowly is cut off alone. Events are shared
objects; a queue holds references. A burst that comes at once is not slowness: before a queue runs
over, its reader is given a moment to take something out (`room`).
"""

import asyncio
from collections import deque

import msgspec

from gateway.errors import RequestError
from gateway.subscriptions.errors import SlowConsumer
from gateway.subscriptions.readers import QueueBound


class Stands(msgspec.Struct, frozen=True, tag=True):
    """From now on events come."""


class Answered(msgspec.Struct, frozen=True, eq=False, tag=True):
    """An event: a subgraph's answer as JSON. Equal only to itself."""

    answer: bytes


class Gap(msgspec.Struct, frozen=True, tag=True):
    """The upstream was interrupted: events may have been lost before those that follow."""


class Completed(msgspec.Struct, frozen=True, tag=True):
    """There are no more events."""


class Moved(msgspec.Struct, frozen=True, tag=True):
    """The events come from another upstream now."""


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The upstream ended with an error."""

    error: RequestError


Item = Stands | Answered | Gap | Completed | Moved
STANDS, GAP, COMPLETED, MOVED = Stands(), Gap(), Completed(), Moved()


class FeedReader:
    """What one client reads of an upstream."""

    def __init__(self, bound: QueueBound) -> None:
        self._bound = bound
        self._items: deque[Item | Ended] = deque()
        self._waiting = 0
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._taken_out = asyncio.Event()
        self._failure: RequestError | None = None

    def offer(self, item: Item | Ended) -> None:
        """Put something into the queue; events beyond its bound end the reading."""
        if self._failure is not None:
            return
        if isinstance(item, Answered):
            if not self.has_room(item):
                text = "The client did not keep up with the stream; subscribe again to go on."
                self.fail(SlowConsumer(text))
                return
            self._waiting += 1
            self._waiting_bytes += len(item.answer)
        self._items.append(item)
        self._wake.set()

    def has_room(self, event: Answered) -> bool:
        """May it wait? One event may always, however large it is."""
        return not self._waiting or (
            self._waiting < self._bound.messages
            and self._waiting_bytes + len(event.answer) <= self._bound.size
        )

    async def room(self, event: Answered) -> None:
        """Wait until there is room for an event, or nobody needs it any more."""
        while self._failure is None and not self.has_room(event):
            self._taken_out.clear()
            await self._taken_out.wait()

    def fail(self, failure: RequestError) -> None:
        """End the reading with an error; what waits is not delivered any more."""
        self._failure = self._failure or failure
        self._clear()
        self._wake.set()

    def move(self) -> None:
        """End the reading here, as it goes on at another upstream: what waits is dropped.

        The plan that it was asked for is no longer in service.
        """
        self._clear()
        self.offer(MOVED)

    def leave(self) -> None:
        """Nobody reads any more."""
        self._clear()

    async def next(self) -> Item:
        """Wait for what comes next.

        Raises:
            RequestError: The reading has ended.
        """
        while True:
            if self._failure is not None:
                raise self._failure
            if self._items:
                return self._taken(self._items.popleft())
            self._wake.clear()
            await self._wake.wait()

    def _taken(self, item: Item | Ended) -> Item:
        match item:
            case Ended(error=error):
                raise error
            case Answered(answer=answer):
                self._waiting -= 1
                self._waiting_bytes -= len(answer)
                self._taken_out.set()
            case _:
                pass
        return item

    def _clear(self) -> None:
        self._items.clear()
        self._waiting = self._waiting_bytes = 0
        self._taken_out.set()
