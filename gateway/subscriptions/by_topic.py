"""An event source made of several: each topic is read from the one it is assigned to."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from gateway.subscriptions.errors import SourceUnavailable
from gateway.subscriptions.source import Deliver, Event, EventSource, Lag


class SourceByTopic:
    """Some topics from their own sources, all others from `other`."""

    def __init__(self, assigned: Mapping[str, EventSource], other: EventSource | None) -> None:
        self._assigned = dict(assigned)
        self._other = other

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        sources = [*self._assigned.values(), *([self._other] if self._other else [])]
        async with AsyncExitStack() as stack:
            for source in dict.fromkeys(sources):
                await stack.enter_async_context(source.running())
            yield

    async def follow(self, topic: str, deliver: Deliver) -> None:
        await self._source(topic).follow(topic, deliver)

    async def unfollow(self, topic: str) -> None:
        await self._source(topic).unfollow(topic)

    def lag(self, topic: str) -> Lag:
        return self._source(topic).lag(topic)

    async def latest(self, topic: str, key: str) -> Event | None:
        return await self._source(topic).latest(topic, key)

    def replay(
        self, topic: str, key: str, after_sequence: int, since: str | None = None
    ) -> AsyncGenerator[Event]:
        return self._source(topic).replay(topic, key, after_sequence, since)

    def _source(self, topic: str) -> EventSource:
        source = self._assigned.get(topic, self._other)
        if source is None:
            raise SourceUnavailable(f"No event source is configured for {topic}.")
        return source
