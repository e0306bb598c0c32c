"""The recent events of one key, contiguous, and who reads them.

Subscribers have no queues of their own: the log is shared, and each subscriber is a position in it.
A thousand subscribers of one stream cost a thousand integers, whatever waits for them.
"""

from collections import deque
from enum import Enum, auto
from typing import Protocol

from gateway.errors import RequestError
from gateway.subscriptions.errors import CursorInvalid
from gateway.subscriptions.moments import CLOCK_SKEW, moment
from gateway.subscriptions.source import Event

_MAX_WAITING = 1_000
_BEGUN_ANEW = "The event log has begun anew or was put back; read the state, and subscribe again."


class Reader(Protocol):
    """A subscriber, as the log knows it: told of news, reads when it likes."""

    def notice(self, log: "KeyLog", event: Event) -> None:
        """An event has come: readable if `log.head` has reached it, else beyond a gap."""
        ...

    def fail(self, failure: RequestError) -> None:
        """Ends the reading with an error."""
        ...


class Offer(Enum):
    """What became of an event offered to the log."""

    TAKEN = auto()
    DUPLICATE = auto()
    BEYOND_GAP = auto()


class Uncovered(Enum):
    """The log cannot give the next event, because its own events begin later."""

    UNCOVERED = auto()


class KeyLog:
    """The recent events of (topic, key).

    `head` is the sequence up to which the log has seen everything; None until it is known.
    `events` are contiguous and end at `head`; they may begin late or be empty. `looked_up` is set
    once the source has been asked for the latest event.
    """

    __slots__ = (
        "_newest",
        "_waiting",
        "events",
        "head",
        "head_time",
        "key",
        "looked_up",
        "readers",
        "topic",
    )

    def __init__(self, topic: str, key: str) -> None:
        self.topic = topic
        self.key = key
        self.head: int | None = None
        self.head_time: str | None = None
        self.events: deque[Event] = deque()
        self.looked_up = False
        self.readers: dict[Reader, None] = {}
        self._waiting: dict[int, Event] = {}
        self._newest: Event | None = None

    def offer(self, event: Event) -> Offer:
        """Takes an event from the source, in whatever order and however often it comes."""
        if self.head is not None and event.sequence <= self.head:
            if not self._contradicts(event):
                return Offer.DUPLICATE
            self._begin_anew()
        if self.head is None or event.sequence == self.head + 1:
            self._append(event)
            self._append_waiting()
            return Offer.TAKEN
        if not self.readers:
            self._restart(event)
            return Offer.TAKEN
        if event.sequence in self._waiting:
            return Offer.DUPLICATE
        self._waiting[event.sequence] = event
        self._tell(event)
        if len(self._waiting) > _MAX_WAITING:
            self.skip_gap()
        return Offer.BEYOND_GAP

    @property
    def has_gap(self) -> bool:
        """Events have come that are not readable yet, because some before them are missing."""
        return bool(self._waiting)

    @property
    def newest(self) -> Event | None:
        """The event with the highest sequence, beyond a gap or not."""
        return self._newest

    def skip_gap(self) -> None:
        """Gives the missing events up: readers before the gap will find the log uncovered."""
        if self._waiting:
            self._restart(self._waiting.pop(min(self._waiting)))
            self._append_waiting()

    def adopt(self, event: Event) -> None:
        """Takes an event read from the source as the newest, if it is; no reader is told."""
        if self.head is None:
            self.events.append(event)
            self.head, self.head_time = event.sequence, event.time
        self._note_newest(event)

    def adopt_position(self, sequence: int, time: str) -> None:
        """All events up to `sequence` are known to have been read from the source."""
        if self.head is None:
            self.head, self.head_time = sequence, time

    def after(self, position: int) -> Event | Uncovered | None:
        """The event after `position`; None if it has not happened yet."""
        if self.head is None or position >= self.head:
            return None
        if not self.events or position + 1 < self.events[0].sequence:
            return Uncovered.UNCOVERED
        return self.events[position + 1 - self.events[0].sequence]

    def evict(self, event: Event) -> None:
        """Forgets an event, if it is the oldest held."""
        if self.events and self.events[0] is event:
            self.events.popleft()

    def _contradicts(self, event: Event) -> bool:
        """Is an event that we have seen, by its number, another one by its time?

        A log that begins anew, as of a database that was made again, counts from 1 once more. What
        comes again of the same log is the same; what is not held any more to be compared happened
        before the head, give or take a clock that was set.
        """
        if self.events and event.sequence >= self.events[0].sequence:
            return event.time != self.events[event.sequence - self.events[0].sequence].time
        happened, head = moment(event.time), moment(self.head_time)
        return happened is not None and head is not None and happened > head + CLOCK_SKEW

    def _begin_anew(self) -> None:
        for reader in tuple(self.readers):
            reader.fail(CursorInvalid(_BEGUN_ANEW))
        self.head = self.head_time = self._newest = None
        self.events.clear()
        self._waiting.clear()

    def _append(self, event: Event) -> None:
        self.events.append(event)
        self.head, self.head_time = event.sequence, event.time
        self._tell(event)

    def _append_waiting(self) -> None:
        while self._waiting and self.head is not None:
            following = self._waiting.pop(self.head + 1, None)
            if following is None:
                return
            self._append(following)

    def _restart(self, event: Event) -> None:
        self.events.clear()
        self._append(event)

    def _tell(self, event: Event) -> None:
        self._note_newest(event)
        for reader in tuple(self.readers):
            reader.notice(self, event)

    def _note_newest(self, event: Event) -> None:
        if self._newest is None or event.sequence > self._newest.sequence:
            self._newest = event
