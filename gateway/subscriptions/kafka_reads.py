"""Reads of a topic's past: temporary consumers that look something up and go.

A key's events are looked for in all partitions: after a topic got more of them, a key's older
events stay where they were. Only its newest is known to lie where the partitioner puts the key.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.partitioner import murmur2

from gateway.subscriptions.envelope import MalformedEvent, decode_event
from gateway.subscriptions.errors import BEYOND, CursorInvalid, LookupTooDeep
from gateway.subscriptions.moments import CLOCK_SKEW, moment
from gateway.subscriptions.source import Event

_LATEST_STEPS = (500, 5_000, 50_000)
_TOO_DEEP = "The newest event of this key lies too deep in its topic to be searched for."


class Range(msgspec.Struct, frozen=True):
    """The offsets from `start` up to, not including, `end`."""

    start: int
    end: int


class KafkaReads:
    """Looks up what a topic holds."""

    def __init__(
        self, bootstrap_servers: tuple[str, ...], *, at_once: int, deepest: int, timeout: float
    ) -> None:
        """`at_once` lookups run at the same time; `timeout` is for one without progress.

        `deepest` is how many records of a partition are searched for a key's newest event.
        """
        self._bootstrap = list(bootstrap_servers)
        self._slots = asyncio.Semaphore(at_once)
        self._deepest = deepest
        self._timeout = timeout

    async def partitions(self, topics: set[str]) -> dict[str, list[TopicPartition]]:
        """The partitions of those topics that exist; asking does not create any."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        try:
            async with asyncio.timeout(self._timeout):
                await admin.start()
                found = await admin.describe_topics(None)
        finally:
            await admin.close()
        return {
            each["topic"]: sorted(
                TopicPartition(each["topic"], partition["partition"])
                for partition in each["partitions"]
            )
            for each in found
            if each["topic"] in topics
        }

    async def latest(self, topic: str, key: str) -> Event | None:
        """The key's event with the highest sequence; searches backwards, in growing steps.

        Raises:
            LookupTooDeep: It is none of those that may be searched.
        """
        async with self._slots, self._consumer() as consumer:
            partitions = (await self.partitions({topic})).get(topic, [])
            if not partitions:
                return None
            home = partitions[(murmur2(key.encode()) & 0x7FFFFFFF) % len(partitions)]
            first = await consumer.beginning_offsets(partitions)
            ends = dict(await consumer.end_offsets(partitions))
            last = dict(ends)
            found: list[Event] = []
            for step in (*_LATEST_STEPS, self._deepest):
                ranges = {
                    partition: Range(max(start, end - step, last[partition] - self._deepest), end)
                    for partition, end in ends.items()
                    if end > (start := first[partition])
                }
                at_home = await self._scan(consumer, _only(ranges, home), key)
                found += at_home + await self._scan(consumer, _without(ranges, home), key)
                if at_home or not ranges:
                    break
                ends = {partition: each.start for partition, each in ranges.items()}
            else:
                if any(end > first[partition] for partition, end in ends.items()):
                    raise LookupTooDeep(_TOO_DEEP)
            return max(found, key=lambda event: event.sequence, default=None)

    async def after(
        self, topic: str, key: str, after_sequence: int, since: datetime | None
    ) -> list[Event]:
        """The key's events after a sequence, of which those before `since` need not be read.

        Raises:
            CursorInvalid: Events up to this sequence have happened since, so they are others. (A
                log that has not got this far yet is no contradiction: the relay may lag behind
                who gave the cursor.)
        """
        async with self._slots, self._consumer() as consumer:
            partitions = (await self.partitions({topic})).get(topic, [])
            if not partitions:
                return []
            starts = await self._starts(consumer, partitions, since)
            ends = await consumer.end_offsets(list(starts)) if starts else {}
            ranges = {
                partition: Range(start, ends[partition])
                for partition, start in starts.items()
                if ends[partition] > start
            }
            found = await self._scan(consumer, ranges, key)
        if since is not None and _began_anew(found, after_sequence, since):
            raise CursorInvalid(BEYOND)
        wanted = {event.sequence: event for event in found if event.sequence > after_sequence}
        return [wanted[sequence] for sequence in sorted(wanted)]

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[Any]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=int(self._timeout * 1000),
        )
        try:
            await consumer.start()
            yield consumer
        finally:
            await stop(consumer)

    async def _starts(
        self, consumer: Any, partitions: list[TopicPartition], since: datetime | None
    ) -> dict[TopicPartition, int]:
        if since is None:
            return dict(await consumer.beginning_offsets(partitions))
        millis = max(0, int((since - CLOCK_SKEW).timestamp() * 1000))
        found = await consumer.offsets_for_times(dict.fromkeys(partitions, millis))
        return {partition: at.offset for partition, at in found.items() if at is not None}

    async def _scan(
        self, consumer: Any, ranges: Mapping[TopicPartition, Range], key: str
    ) -> list[Event]:
        """The key's events within some ranges of offsets.

        Raises:
            TimeoutError: Nothing came for too long.
        """
        found: list[Event] = []
        left = dict(ranges)
        wanted = key.encode()
        while left:
            consumer.assign(list(left))
            for partition, each in left.items():
                consumer.seek(partition, each.start)
            unfinished = len(left)
            while left and len(left) == unfinished:
                async with asyncio.timeout(self._timeout):
                    batches = await _next_batches(consumer)
                for partition, records in batches.items():
                    if partition not in left:
                        continue  # fetched before the last assignment
                    end = left[partition].end
                    found += _events(records, wanted, end)
                    position = await consumer.position(partition)
                    left[partition] = Range(position, end)
                left = {tp: each for tp, each in left.items() if each.start < each.end}
        return found


async def stop(consumer: Any) -> None:
    """Stop a consumer; if it has just been started, its tasks begin first.

    aiokafka cancels them and waits for each to take note of that. One that has not begun raises
    CancelledError instead, which would end the caller (issue 647 of aiokafka).
    """
    await asyncio.sleep(0)
    await consumer.stop()


def _began_anew(found: list[Event], after_sequence: int, since: datetime) -> bool:
    """Has a key's count begun again, since the cursor is from a longer one?"""
    if not found or any(event.sequence > after_sequence for event in found):
        return False
    last = moment(max(found, key=lambda event: event.sequence).time)
    return last is not None and last > since + CLOCK_SKEW


async def _next_batches(consumer: Any) -> dict[TopicPartition, list[Any]]:
    while True:
        batches: dict[TopicPartition, list[Any]] = await consumer.getmany(timeout_ms=200)
        if batches:
            return batches


def _events(records: list[Any], key: bytes, end: int) -> list[Event]:
    found: list[Event] = []
    for record in records:
        if record.key == key and record.value is not None and record.offset < end:
            try:
                found.append(decode_event(record.topic, record.value))
            except MalformedEvent:
                continue  # said when it is followed
    return found


def _only(ranges: Mapping[TopicPartition, Range], one: TopicPartition) -> dict[Any, Range]:
    return {partition: each for partition, each in ranges.items() if partition == one}


def _without(ranges: Mapping[TopicPartition, Range], one: TopicPartition) -> dict[Any, Range]:
    return {partition: each for partition, each in ranges.items() if partition != one}
