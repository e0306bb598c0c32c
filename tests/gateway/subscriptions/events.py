"""Makes events, and a source under the test's control."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from gateway.subscriptions.errors import SourceUnavailable
from gateway.subscriptions.source import Deliver, Event, Lag

TOPIC = "fc.livestream.event.v1"


def event(
    sequence: int,
    key: str = "strm_1",
    /,
    *,
    topic: str = TOPIC,
    size: int = 100,
    **data: Any,
) -> Event:
    return Event(
        topic=topic,
        key=key,
        sequence=sequence,
        id=f"{key}:{sequence}",
        type="fc.test.v1",
        time=f"2026-11-22T15:00:{sequence % 60:02}Z",
        data=data or {"number": sequence},
        size=size,
    )


class ScriptedSource:
    """Holds events; delivers them when the test says so."""

    def __init__(self) -> None:
        self.kept: list[Event] = []
        self.followed: dict[str, Deliver] = {}
        self.follows: list[str] = []
        self.lookups: list[str] = []
        self.replays: list[tuple[str, int, str | None]] = []
        self.available = True
        self.failure: Exception | None = None
        self.before_replayed: Callable[[Event], None] = lambda _: None
        self.gate = asyncio.Event()
        self.gate.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def follow(self, topic: str, deliver: Deliver) -> None:
        await self._reach()
        self.follows.append(topic)
        self.followed[topic] = deliver

    async def unfollow(self, topic: str) -> None:
        await self._reach()
        del self.followed[topic]

    def lag(self, topic: str) -> Lag:
        del topic
        return Lag(1, self.available, 0, 0.0)

    async def latest(self, topic: str, key: str) -> Event | None:
        self.lookups.append(key)
        await self._reach()
        found = [each for each in self.kept if (each.topic, each.key) == (topic, key)]
        return max(found, key=lambda each: each.sequence, default=None)

    async def replay(
        self, topic: str, key: str, after_sequence: int, since: str | None = None
    ) -> AsyncGenerator[Event]:
        self.replays.append((key, after_sequence, since))
        await self._reach()
        for each in tuple(self.kept):
            if (each.topic, each.key) == (topic, key) and each.sequence > after_sequence:
                self.before_replayed(each)
                yield each

    def keep(self, *events: Event) -> None:
        """They are in the log, and nobody is told."""
        self.kept += events

    def deliver(self, *events: Event) -> None:
        """Followers are told."""
        for each in events:
            self.followed[each.topic](each)

    def happen(self, *events: Event) -> None:
        """They come into the log, and followers are told."""
        self.keep(*events)
        self.deliver(*events)

    async def _reach(self) -> None:
        await self.gate.wait()
        if not self.available:
            raise SourceUnavailable("The event log cannot be reached.")
        if self.failure is not None:
            raise self.failure
