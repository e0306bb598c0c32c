"""Fan-out: one reader of the event log per topic and process, any number of subscribers.

A topic is followed from its first subscriber on, and let go some time after its last, so that a
client that reconnects finds the ring buffer warm. Events that are missing in a key's sequence are
fetched from the log once for all its subscribers; if the log does not have them either, subscribers
of class LOG end with an error rather than jump silently.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec

from gateway.errors import RequestError
from gateway.observability.live import LiveFigures, TopicReading
from gateway.subscriptions.background import Background
from gateway.subscriptions.cursor import Cursor
from gateway.subscriptions.errors import closing
from gateway.subscriptions.key_log import KeyLog, Offer
from gateway.subscriptions.readers import LogReader, QueueBound, StateReader
from gateway.subscriptions.source import Event, EventSource
from gateway.subscriptions.topic_log import TopicLog

_log = logging.getLogger(__name__)


class HubSettings(msgspec.Struct, frozen=True):
    """Bounds of the hub; times in seconds, sizes in bytes of events as they are in the log.

    More than `queue` may wait for a LOG subscriber for a `moment`.
    """

    queue: QueueBound = QueueBound()
    moment: float = 1.0
    ring_events: int = 10_000
    ring_bytes: int = 16 * 1024 * 1024
    linger: float = 60.0
    backfill_pauses: tuple[float, ...] = (0.0, 0.2, 1.0, 3.0)


class _Topic:
    """A topic, its log, and how many use it."""

    def __init__(self, log: TopicLog) -> None:
        self.log = log
        self.followed = False
        self.lock = asyncio.Lock()
        self.users = 0
        self.idle_since = 0.0


class Hub:
    """Hands the events of one source out to subscribers."""

    def __init__(
        self,
        source: EventSource,
        settings: HubSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        figures: LiveFigures | None = None,
    ) -> None:
        self._source = source
        self._settings = settings or HubSettings()
        self._clock = clock
        self.figures = figures or LiveFigures()
        self.figures.read_topics(self.topics)
        self._topics: dict[str, _Topic] = {}
        self._lookups: dict[KeyLog, asyncio.Lock] = {}
        self._backfills: set[KeyLog] = set()
        self.background = Background()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs the source and the hub's own work; on leaving, all subscribers end."""
        async with self._source.running(), self.background.running():
            _ = self.background.spawn(self._let_idle_topics_go())
            try:
                yield
            finally:
                self._end_readers()

    @asynccontextmanager
    async def read_log(
        self, topic: str, key: str, after: Cursor | None = None
    ) -> AsyncIterator[LogReader]:
        """A subscriber of class LOG: after a cursor, or from now on.

        Raises:
            SourceUnavailable: The event log cannot be reached.
            HubClosed: The hub is not running.
        """
        async with self._use(topic) as entry:
            log = entry.log.key(key)
            bounds = self._settings
            reader = LogReader(log, after, self._replay_for_one, bounds.queue, bounds.moment)
            if after is not None and reader.is_covered:
                self.figures.replayed(topic, "memory")
            log.readers[reader] = None
            try:
                yield reader
            finally:
                del log.readers[reader]
                entry.log.release(log)
                await reader.aclose()

    @asynccontextmanager
    async def read_state(self, topic: str, keys: Sequence[str]) -> AsyncIterator[StateReader]:
        """A subscriber of class STATE to one or several keys, the latest events first.

        Raises:
            SourceUnavailable: The event log cannot be reached.
        """
        async with self._use(topic) as entry:
            logs = tuple(entry.log.key(key) for key in dict.fromkeys(keys))
            reader = StateReader(logs)
            for log in logs:
                log.readers[reader] = None
            try:
                for log in logs:
                    await self._look_up(log)
                    if log.newest is not None:
                        reader.notice(log, log.newest)
                yield reader
            finally:
                for log in logs:
                    del log.readers[reader]
                    entry.log.release(log)

    @property
    def followed_topics(self) -> dict[str, int]:
        """Topic -> number of subscribers."""
        return {topic: entry.users for topic, entry in self._topics.items() if entry.followed}

    def topics(self) -> list[TopicReading]:
        """How it stands with each topic that is followed."""
        readings = []
        for name, entry in self._topics.items():
            if not entry.followed:
                continue
            lag = self._source.lag(name)
            events, size = entry.log.kept
            readings.append(
                TopicReading(
                    topic=name,
                    subscribers=entry.users,
                    keys=len(entry.log.keys),
                    partitions=lag.partitions,
                    connected=lag.connected,
                    behind_events=lag.events,
                    behind_seconds=lag.seconds,
                    kept_events=events,
                    kept_bytes=size,
                )
            )
        return readings

    def _replay_for_one(
        self, topic: str, key: str, after_sequence: int, since: str | None
    ) -> AsyncGenerator[Event]:
        self.figures.replayed(topic, "log")
        return self._source.replay(topic, key, after_sequence, since)

    @asynccontextmanager
    async def _use(self, topic: str) -> AsyncIterator[_Topic]:
        if not self.background.is_running:
            raise closing()
        entry = self._topics.get(topic)
        if entry is None:
            bounds = self._settings
            log = TopicLog(topic, max_events=bounds.ring_events, max_bytes=bounds.ring_bytes)
            entry = self._topics[topic] = _Topic(log)
        entry.users += 1
        try:
            async with entry.lock:
                if not entry.followed:
                    await self._source.follow(topic, self._publisher(entry.log))
                    entry.followed = True
            yield entry
        finally:
            entry.users -= 1
            entry.idle_since = self._clock()

    def _publisher(self, topic: TopicLog) -> Callable[[Event], None]:
        figures = self.figures.topic(topic.topic)

        def publish(event: Event) -> None:
            log, offer = topic.publish(event)
            figures.received += offer is not Offer.DUPLICATE
            figures.evicted = topic.evicted
            if (
                offer is Offer.BEYOND_GAP
                and self.background.is_running
                and log not in self._backfills
            ):
                self._backfills.add(log)
                _ = self.background.spawn(self._backfill(log))

        return publish

    async def _backfill(self, log: KeyLog) -> None:
        """Fetches what is missing before the events that wait beyond a gap."""
        _log.warning("gap in %s of %s after %s", log.key, log.topic, log.head)
        try:
            for pause in self._settings.backfill_pauses:
                await asyncio.sleep(pause)
                await self._replay_into(log)
                if not log.has_gap:
                    return
            _log.error("events of %s of %s after %s are lost", log.key, log.topic, log.head)
            log.skip_gap()
        finally:
            self._backfills.discard(log)

    async def _replay_into(self, log: KeyLog) -> None:
        try:
            async for event in self._source.replay(
                log.topic, log.key, log.head or 0, log.head_time
            ):
                log.offer(event)
        except RequestError as error:
            _log.warning("cannot backfill %s of %s: %s", log.key, log.topic, error)
        except Exception:  # it must not end the hub's other work
            _log.exception("cannot backfill %s of %s", log.key, log.topic)

    async def _look_up(self, log: KeyLog) -> None:
        """Asks the source for the key's latest event, once for all that join at the same time."""
        lock = self._lookups.setdefault(log, asyncio.Lock())
        try:
            async with lock:
                if log.newest is None and not log.looked_up:
                    event = await self._source.latest(log.topic, log.key)
                    log.looked_up = True
                    if event is not None:
                        log.adopt(event)
        finally:
            self._lookups.pop(log, None)

    async def _let_idle_topics_go(self) -> None:
        while True:
            await asyncio.sleep(self._settings.linger / 4)
            try:
                await self.let_idle_topics_go()
            except Exception:  # it is tried again
                _log.exception("topics that nobody uses are still followed")

    async def let_idle_topics_go(self) -> None:
        """Unfollows the topics that nobody has used for the linger time."""
        for name, entry in tuple(self._topics.items()):
            async with entry.lock:
                if entry.users or self._clock() - entry.idle_since < self._settings.linger:
                    continue
                await self._source.unfollow(name)
                entry.followed = False
                if not entry.users:
                    del self._topics[name]

    def _end_readers(self) -> None:
        for entry in self._topics.values():
            for log in entry.log.keys.values():
                for reader in tuple(log.readers):
                    reader.fail(closing())
