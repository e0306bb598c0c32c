"""What the gateway needs of an event log, whichever one it is.

The contract, held by one test suite for all implementations:

- *Order*: per (topic, key), events are delivered in the order of their `sequence`.
- *Nothing skipped*: whatever is committed after `follow` has returned is delivered, also when
  transactions commit out of sequence and when the connection or the server fails meanwhile.
- *At least once*: an event may come again, so receivers de-duplicate by (key, sequence).
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec


class Event(msgspec.Struct, frozen=True):
    """One event of an aggregate.

    `sequence` counts the events of (topic, key) from 1 without a gap. `id` is the envelope's,
    `time` is RFC 3339 as the producer wrote it. `data` is the payload of the Subscription field in
    graph terms; receivers share it and must not change it. `size` is the envelope's, in bytes.
    `traceparent` is the trace of the request that the event came of, if it came of one.
    """

    topic: str
    key: str
    sequence: int
    id: str
    type: str
    time: str
    data: dict[str, Any]
    size: int
    traceparent: str | None = None


class Lag(msgspec.Struct, frozen=True):
    """How far the reading of a topic is behind its log.

    `events` is None where the log cannot count them. `seconds` is how old the news may be that have
    not been read yet; 0 where there are none.
    """

    partitions: int
    connected: bool
    events: int | None
    seconds: float


Deliver = Callable[[Event], None]
"""Takes an event; must not block and must not raise."""


class EventSource(Protocol):
    """An event log to be followed and replayed."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Connects, and follows topics until left. Does not fail if the log is out of reach."""
        ...

    async def follow(self, topic: str, deliver: Deliver) -> None:
        """Delivers the events of a topic from now on; returns once "now" is fixed.

        Raises:
            SourceUnavailable: The log cannot be reached.
        """
        ...

    async def unfollow(self, topic: str) -> None:
        """Ends the delivery of a topic; does nothing if it is not followed."""
        ...

    def lag(self, topic: str) -> Lag:
        """How far behind the log the reading of a followed topic is; asks nobody for it."""
        ...

    async def latest(self, topic: str, key: str) -> Event | None:
        """The event with the highest sequence, or None if the log holds none of this key.

        Raises:
            SourceUnavailable: The log cannot be reached.
        """
        ...

    def replay(
        self, topic: str, key: str, after_sequence: int, since: str | None = None
    ) -> AsyncGenerator[Event]:
        """The events after `after_sequence` that the log holds at this time, in order, once each.

        `since` (RFC 3339) is when event `after_sequence` happened: logs that are indexed by time
        read from there. Events that retention has deleted are missing at the front: the caller
        sees it by the first `sequence`.

        Raises:
            CursorExpired: All of them are deleted, and the log knows that there were any.
            CursorInvalid: The log knows that it has not got as far as `after_sequence`.
            SourceUnavailable: The log cannot be reached.
        """
        ...
