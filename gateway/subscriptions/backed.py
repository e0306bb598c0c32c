"""A live event log, with another behind it that keeps the past longer: Kafka and the outbox.

The relay fills the topic from the outbox, so whatever the topic holds has been in the outbox, and
both count a key's events alike. Live events come from the log; what its retention has deleted comes
from the past. A key's newest event is one look into an index there, but a search through the topic.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from gateway.observability.live import LiveFigures
from gateway.subscriptions.errors import LookupTooDeep, SourceUnavailable
from gateway.subscriptions.source import Deliver, Event, EventSource, Lag

_log = logging.getLogger(__name__)


class BackedSource:
    """Follows `log`, and falls back to `past`, which does not need to know all of its topics."""

    def __init__(
        self, log: EventSource, past: EventSource, figures: LiveFigures | None = None
    ) -> None:
        """`past` is not run by this one: it serves topics of its own, too."""
        self._log = log
        self._past = past
        self._figures = figures or LiveFigures()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._log.running():
            yield

    async def follow(self, topic: str, deliver: Deliver) -> None:
        await self._log.follow(topic, deliver)

    async def unfollow(self, topic: str) -> None:
        await self._log.unfollow(topic)

    def lag(self, topic: str) -> Lag:
        return self._log.lag(topic)

    async def latest(self, topic: str, key: str) -> Event | None:
        reached = True
        try:
            found = await self._past.latest(topic, key)
        except SourceUnavailable:
            _log.warning("the past of %s is out of reach; its log is searched", topic)
            found, reached = None, False
        try:
            return found or await self._log.latest(topic, key)
        except LookupTooDeep:
            if reached:  # and it has none of this key
                return None
            raise

    async def replay(
        self, topic: str, key: str, after_sequence: int, since: str | None = None
    ) -> AsyncGenerator[Event]:
        position, first_kept = after_sequence, None
        async with aclosing(self._log.replay(topic, key, after_sequence, since)) as kept:
            async for event in kept:
                if event.sequence != position + 1:
                    first_kept = event
                    break
                position = event.sequence
                yield event
        if position > after_sequence and first_kept is None:
            return
        self._figures.replayed(topic, "past")
        async with aclosing(self._past.replay(topic, key, position, since)) as older:
            try:
                async for event in older:
                    yield event
            except SourceUnavailable:
                if first_kept is not None:
                    raise
                # Nothing in the log says that anything has happened since.
