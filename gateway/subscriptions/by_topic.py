"""Several event logs as one: each topic belongs to one of them."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from gateway.subscriptions.errors import SourceUnavailable
from gateway.subscriptions.source import Deliver, Event, EventSource


class SourceByTopic:
    """Asks the source that a topic is assigned to; `other` has all topics without assignment."""

    def __init__(self, assigned: Mapping[str, EventSource], other: EventSource | None) -> None:
        self._assigned = assigned
        self._other = other

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        sources = {id(source): source for source in (*self._assigned.values(), self._other)}
        async with AsyncExitStack() as stack:
            for source in sources.values():
                if source is not None:
                    await stack.enter_async_context(source.running())
            yield

    async def follow(self, topic: str, deliver: Deliver) -> None:
        await self._of(topic).follow(topic, deliver)

    async def unfollow(self, topic: str) -> None:
        await self._of(topic).unfollow(topic)

    async def latest(self, topic: str, key: str) -> Event | None:
        return await self._of(topic).latest(topic, key)

    def replay(
        self, topic: str, key: str, after_sequence: int, since: str | None = None
    ) -> AsyncGenerator[Event]:
        return self._of(topic).replay(topic, key, after_sequence, since)

    def _of(self, topic: str) -> EventSource:
        source = self._assigned.get(topic, self._other)
        if source is None:
            raise SourceUnavailable(f'No event source is configured for topic "{topic}".')
        return source
