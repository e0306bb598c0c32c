"""All upstreams of a process: clients that ask the same of a subgraph share one.

The same is: the same place of the same subgraph, the same request with the same variables, and
equal rights. An upstream begins with its first reader, and ends with the last.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager

import msgspec

from gateway.observability.metrics import GatewayMetrics
from gateway.subscriptions.background import Background
from gateway.subscriptions.errors import closing
from gateway.subscriptions.readers import QueueBound
from gateway.subscriptions.upstream.errors import TooManyUpstreams
from gateway.subscriptions.upstream.feed import Feed, Sign, Source, Timing
from gateway.subscriptions.upstream.reader import FeedReader
from gateway.subscriptions.upstream.reconnecting import Reconnecting


class FeedSettings(msgspec.Struct, frozen=True):
    """Bounds of all upstreams; `queue` is one client's."""

    queue: QueueBound = QueueBound()
    reconnecting: Reconnecting = Reconnecting()
    max_upstreams: int = 1000


class _Open(msgspec.Struct, frozen=True):
    feed: Feed
    task: asyncio.Task[None]


class Feeds:
    """The upstreams that are open, by what is asked for whom."""

    def __init__(
        self,
        settings: FeedSettings,
        metrics: GatewayMetrics,
        timing: Timing | None = None,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._timing = timing or Timing()
        self._open: dict[Hashable, _Open] = {}
        self.background = Background()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """On leaving, all upstreams end, and their readers with them."""
        async with self.background.running():
            try:
                yield
            finally:
                for each in self._open.values():
                    each.feed.end(closing())

    @contextmanager
    def read(self, key: Hashable, source: Source, sign: Sign) -> Iterator[FeedReader]:
        """Read what a subgraph sends, over the upstream that is there for this key or a new one.

        Raises:
            TooManyUpstreams: There is none, and no room for another.
            HubClosed: The gateway stops.
        """
        found = self._open.get(key)
        if found is None or found.feed.has_ended:
            found = self._begin(source)
            self._open[key] = found
        reader = found.feed.join(self._settings.queue, sign)
        try:
            yield reader
        finally:
            found.feed.leave(reader)
            if not found.feed.is_read:
                found.task.cancel()
                if self._open.get(key) is found:
                    del self._open[key]

    def _begin(self, source: Source) -> _Open:
        if len(self._open) >= self._settings.max_upstreams:
            raise TooManyUpstreams("The gateway has no room for further subscriptions of this kind")
        feed = Feed(source, self._settings.reconnecting, self._timing, self._metrics)
        return _Open(feed, self.background.spawn(feed.run()))
