"""Event source over Kafka topics that the relay fills.

One consumer per process reads all partitions of the topics that are followed, without a consumer
group: every gateway process needs every event, and keeps its own positions. They stand in memory
only: a client that resumes brings its own position, which is a sequence and not an offset.

The relay publishes at least once and in order per key, so events may come again; receivers
de-duplicate. Partitions that a topic gets later are found and read from their beginning, as are
topics that do not exist yet.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from gateway.subscriptions.background import is_told_to_end
from gateway.subscriptions.envelope import MalformedEvent, decode_event
from gateway.subscriptions.errors import SourceUnavailable
from gateway.subscriptions.kafka_reads import KafkaReads, stop
from gateway.subscriptions.moments import moment
from gateway.subscriptions.source import Deliver, Event, Lag

_log = logging.getLogger(__name__)
_FAILURES = (KafkaError, OSError, TimeoutError)


class KafkaSettings(msgspec.Struct, frozen=True):
    """`bootstrap_servers` are host:port pairs. Times in seconds.

    `lookups` of newest events run at the same time, each over the last `lookup_limit` records of a
    partition at most.
    """

    bootstrap_servers: tuple[str, ...]
    timeout: float = 10.0
    discovery_interval: float = 5.0
    missing_topic_interval: float = 1.0
    retry_pauses: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0)
    lookups: int = 4
    lookup_limit: int = 500_000


class KafkaSource:
    """Follows Kafka topics; see `EventSource` for what it promises."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._reads = KafkaReads(
            settings.bootstrap_servers,
            at_once=settings.lookups,
            deepest=settings.lookup_limit,
            timeout=settings.timeout,
        )
        self._followed: dict[str, Deliver] = {}
        self._positions: dict[TopicPartition, int] = {}
        self._consumer: Any = None
        self._connected = asyncio.Event()
        self._taken: dict[TopicPartition, float] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            consuming = group.create_task(self._consume_for_ever())
            try:
                yield
            finally:
                consuming.cancel()

    async def follow(self, topic: str, deliver: Deliver) -> None:
        try:
            async with asyncio.timeout(self._settings.timeout):
                await self._connected.wait()
                partitions = (await self._reads.partitions({topic})).get(topic, [])
                now = await self._consumer.end_offsets(partitions) if partitions else {}
        except _FAILURES as error:
            raise SourceUnavailable("The event log cannot be reached.") from error
        self._followed[topic] = deliver
        self._positions.update(now)
        self._assign()

    async def unfollow(self, topic: str) -> None:
        self._followed.pop(topic, None)
        self._positions = {
            partition: at for partition, at in self._positions.items() if partition.topic != topic
        }
        self._assign()

    def lag(self, topic: str) -> Lag:
        consumer = self._consumer
        behind, oldest = 0, None
        partitions = [each for each in self._positions if each.topic == topic]
        for partition in partitions:
            end = None if consumer is None else consumer.highwater(partition)
            missing = 0 if end is None else max(0, end - self._positions[partition])
            behind += missing
            if missing and partition in self._taken:
                oldest = min(oldest or time.time(), self._taken[partition])
        seconds = 0.0 if oldest is None else max(0.0, time.time() - oldest)
        return Lag(len(partitions), self._connected.is_set(), behind, seconds)

    async def latest(self, topic: str, key: str) -> Event | None:
        try:
            return await self._reads.latest(topic, key)
        except _FAILURES as error:
            raise SourceUnavailable("The event log cannot be reached.") from error

    async def replay(
        self, topic: str, key: str, after_sequence: int, since: str | None = None
    ) -> AsyncGenerator[Event]:
        try:
            events = await self._reads.after(topic, key, after_sequence, moment(since))
        except _FAILURES as error:
            raise SourceUnavailable("The event log cannot be reached.") from error
        for event in events:
            yield event

    async def _consume_for_ever(self) -> None:
        pauses = self._settings.retry_pauses
        failures = 0
        while True:
            try:
                async with self._connect() as consumer:
                    failures = 0
                    await self._consume(consumer)
            except _FAILURES as error:
                _log.warning("kafka: %s", error or type(error).__name__)
            except (Exception, asyncio.CancelledError):
                if is_told_to_end():
                    raise
                # All that comes later would be lost with the reader.
                _log.exception("kafka: reading failed; it begins again")
            await asyncio.sleep(pauses[min(failures, len(pauses) - 1)])
            failures += 1

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Any]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=list(self._settings.bootstrap_servers),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=250,
            request_timeout_ms=int(self._settings.timeout * 1000),
        )
        try:
            await consumer.start()
            self._consumer = consumer
            self._assign()
            self._connected.set()
            yield consumer
        finally:
            self._connected.clear()
            self._consumer = None
            await stop(consumer)

    def _assign(self) -> None:
        """Makes the consumer read what is followed, from where it has got to."""
        if self._consumer is None:
            return
        self._consumer.assign(list(self._positions))
        for partition, offset in self._positions.items():
            self._consumer.seek(partition, offset)

    async def _consume(self, consumer: Any) -> None:
        discovered = time.monotonic()
        while True:
            batches = await consumer.getmany(timeout_ms=200)
            for partition, records in batches.items():
                for record in records:
                    self._take(partition, record)
            if time.monotonic() - discovered > self._discovery_interval():
                await self._discover()
                discovered = time.monotonic()

    def _take(self, partition: TopicPartition, record: Any) -> None:
        deliver = self._followed.get(partition.topic)
        if deliver is None or partition not in self._positions:
            return
        self._positions[partition] = record.offset + 1
        self._taken[partition] = record.timestamp / 1000
        if record.value is None:
            return  # a tombstone, by which compaction deletes a key
        try:
            event = decode_event(partition.topic, record.value)
        except MalformedEvent as error:
            _log.error("kafka: malformed event passed over at %s: %s", record.offset, error)
            return
        deliver(event)

    def _discovery_interval(self) -> float:
        known = {partition.topic for partition in self._positions}
        if known.issuperset(self._followed):
            return self._settings.discovery_interval
        return self._settings.missing_topic_interval

    async def _discover(self) -> None:
        """Finds partitions that followed topics have got since."""
        try:
            found = await self._reads.partitions(set(self._followed))
        except _FAILURES as error:
            _log.warning("kafka: cannot read metadata: %s", error or type(error).__name__)
            return
        new = [
            partition
            for topic, partitions in found.items()
            if topic in self._followed
            for partition in partitions
            if partition not in self._positions
        ]
        if new:
            self._positions.update(dict.fromkeys(new, 0))
            self._assign()
