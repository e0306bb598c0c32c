"""Subscribers: a position in a log, and the promise of the stream's class about it.

- `LogReader` (class LOG): every event, once, in order. It resumes at a cursor: what is not in the
  ring buffer any more comes from `EventSource.replay`, until the position meets the ring again;
  since the position is its only state, the hand-over loses and repeats nothing. A reader that has
  been level with the head once must not stay behind by more than the bound; it is closed then.
  What comes at once, as after a pause of the log, is no sign of slowness: it has a moment to read.
- `StateReader` (class STATE): the newest event of each key, first the one that is there already.
  What a slow client did not fetch in time is overtaken by the newer one.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable

import msgspec

from gateway.errors import RequestError
from gateway.subscriptions.cursor import Cursor
from gateway.subscriptions.errors import CursorExpired, EventsLost, SlowConsumer
from gateway.subscriptions.key_log import KeyLog, Uncovered
from gateway.subscriptions.source import Event

Replay = Callable[[str, str, int, str | None], AsyncGenerator[Event]]


class QueueBound(msgspec.Struct, frozen=True):
    """How much may wait for a LOG subscriber; sizes are the events' own, in bytes."""

    messages: int = 64
    size: int = 256 * 1024


class _Bell:
    """Wakes the one who waits. There are thousands: an `asyncio.Event` has three times the size."""

    __slots__ = ("_waiter",)

    def __init__(self) -> None:
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake who waits now; whoever comes later has to look first."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def heard(self) -> asyncio.Future[None]:
        """What to await until the next ring."""
        self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter


class LogReader:
    """Reads one key's events without loss."""

    def __init__(
        self,
        log: KeyLog,
        after: Cursor | None,
        replay: Replay,
        bound: QueueBound,
        moment: float,
    ) -> None:
        self.log = log
        self.position: int | None = after.sequence if after else log.head
        self._time = after.time if after else log.head_time
        self._resuming = after is not None
        # Only the source knows whether a cursor ahead of all that has been seen here can be.
        self._uncertain = after is not None and (log.head is None or after.sequence > log.head)
        self._replay = replay
        self._replaying: AsyncGenerator[Event] | None = None
        self._bound = bound
        self._moment = moment
        self._cut_off: asyncio.TimerHandle | None = None
        self._live = False
        self._waiting = 0
        self._waiting_bytes = 0
        self._bell = _Bell()
        self._failure: RequestError | None = None

    @property
    def waiting(self) -> int:
        """How many events are in memory that have not been taken yet."""
        return 0 if self.position is None else max(0, (self.log.head or 0) - self.position)

    @property
    def is_covered(self) -> bool:
        """All that follows its position is in memory."""
        return not self._uncertain and (
            self.position is None or self.log.after(self.position) is not Uncovered.UNCOVERED
        )

    @property
    def seen(self) -> Cursor | None:
        """The last position that was delivered; None before the first event of a fresh stream."""
        if self.position is None or self._time is None:
            return None
        return Cursor(self.log.topic, self.log.key, self.position, self._time)

    def notice(self, log: KeyLog, event: Event) -> None:
        readable = log.head == event.sequence
        if self.position is None:
            self.position = event.sequence - 1 if readable else log.head or 0
            self._live = True
        if self._live and readable and event.sequence > self.position:
            self._waiting += 1
            self._waiting_bytes += event.size
            if self._is_behind and self._cut_off is None:
                loop = asyncio.get_running_loop()
                self._cut_off = loop.call_later(self._moment, self._fail_if_behind)
        self._bell.ring()

    def fail(self, failure: RequestError) -> None:
        """Ends the reading with an error; what waits is not delivered any more."""
        self._failure = self._failure or failure
        self._bell.ring()

    async def next(self) -> Event:
        """Waits for the next event.

        Raises:
            CursorExpired: On resuming, the events after the cursor are not kept any more.
            EventsLost: Later, an event is missing.
            SlowConsumer: The reader fell too far behind.
        """
        while True:
            if self._failure is not None:
                raise self._failure
            match self._following():
                case Event() as event:
                    return self._take(event)
                case Uncovered():
                    if (missed := await self._catch_up()) is not None:
                        return missed
                case None:
                    await self._bell.heard()

    async def aclose(self) -> None:
        """Ends a replay that is under way."""
        if self._cut_off is not None:
            self._cut_off.cancel()
        if self._replaying is not None:
            await self._replaying.aclose()

    @property
    def _is_behind(self) -> bool:
        return self._waiting > self._bound.messages or self._waiting_bytes > self._bound.size

    def _fail_if_behind(self) -> None:
        self._cut_off = None
        if self._is_behind:
            text = "The client did not keep up with the stream; subscribe again after the cursor."
            self.fail(SlowConsumer(text))

    def _following(self) -> Event | Uncovered | None:
        if self._uncertain:
            return Uncovered.UNCOVERED
        if self.position is None:
            return None
        following = self.log.after(self.position)
        if following is None:
            self._live, self._resuming = True, False
            self._waiting, self._waiting_bytes = 0, 0
        elif isinstance(following, Uncovered):
            self._live, self._waiting, self._waiting_bytes = False, 0, 0
        return following

    async def _catch_up(self) -> Event | None:
        """The next event from the source; None once its replay has reached the end."""
        position = self.position or 0
        fresh = self._replaying is None
        if self._replaying is None:
            self._replaying = self._replay(self.log.topic, self.log.key, position, self._time)
        event = await anext(self._replaying, None)
        if event is None:
            self._replaying = None
            if fresh and not self._uncertain:
                raise self._lost(position)
            self._uncertain = False
            self.log.adopt_position(position, self._time or "")
            return None
        if event.sequence != position + 1:
            raise self._lost(position)
        return self._take(event)

    def _take(self, event: Event) -> Event:
        self.position, self._time = event.sequence, event.time
        if self._live:
            self._waiting -= 1
            self._waiting_bytes -= event.size
        return event

    def _lost(self, position: int) -> RequestError:
        if self._resuming:
            return CursorExpired("The events after this cursor are no longer kept.")
        return EventsLost(f"The event after number {position} is missing from the event log.")


class StateReader:
    """Reads the newest event of each of some keys."""

    def __init__(self, logs: tuple[KeyLog, ...]) -> None:
        self.logs = logs
        self.overtaken = 0
        self.overtaken_in_all = 0
        self._positions = dict.fromkeys((log.key for log in logs), 0)
        self._news = {log.key: log for log in logs if log.newest is not None}
        self._bell = _Bell()
        self._failure: RequestError | None = None

    @property
    def waiting(self) -> int:
        """How many keys have news that have not been taken yet."""
        return len(self._news)

    def notice(self, log: KeyLog, event: Event) -> None:
        self._news[log.key] = log
        self._bell.ring()

    def fail(self, failure: RequestError) -> None:
        """Ends the reading with an error."""
        self._failure = self._failure or failure
        self._bell.ring()

    async def next(self) -> Event:
        """Waits for an event that is newer than what was returned for its key.

        `overtaken` tells how many events of its key came between the two.
        """
        while True:
            if self._failure is not None:
                raise self._failure
            while self._news:
                log = self._news.pop(next(iter(self._news)))
                event = log.newest
                before = self._positions[log.key]
                if event is not None and event.sequence > before:
                    self.overtaken = event.sequence - before - 1 if before else 0
                    self.overtaken_in_all += self.overtaken
                    self._positions[log.key] = event.sequence
                    return event
            await self._bell.heard()
