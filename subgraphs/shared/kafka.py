"""Kafka, as far as the subgraphs know it.

All messages for one partition travel in one batch, which the broker takes whole or not at all, and
the next batch follows only when the one before was taken. So a failure may repeat events but never
swaps two of a key, and needs no transactions.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from subgraphs.shared.event_log import Row
from subgraphs.shared.follower import SinkUnavailable

_log = logging.getLogger(__name__)
_CONTENT_TYPE = ("content-type", b"application/cloudevents+json")
_MAX_BATCH = 512 * 1024
_MINUTE = 60.0
_REMEMBERED = 1000
_CLIENT_LOGGERS = (
    "aiokafka",
    "aiokafka.client",
    "aiokafka.cluster",
    "aiokafka.conn",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.consumer.subscription_state",
    "aiokafka.producer.producer",
    "aiokafka.producer.sender",
)


class _OnceAMinute(logging.Filter):
    """Lets a message pass once a minute: the client repeats itself ten times a second.

    So it does while a topic is not made yet, or while no broker answers.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.created - self._last.get(text, 0.0) < _MINUTE:
            return False
        if len(self._last) >= _REMEMBERED:
            self._last.clear()
        self._last[text] = record.created
        return True


def quieten(loggers: Sequence[str] = _CLIENT_LOGGERS) -> None:
    """Have the client's loggers repeat nothing within a minute."""
    once = _OnceAMinute()
    for name in loggers:
        logging.getLogger(name).addFilter(once)


quieten()


class PublishFailed(SinkUnavailable):
    """Kafka did not take all of the events; some of them may be there."""


class Publisher(Protocol):
    """Takes events in order, and returns when they are safe."""

    async def publish(self, rows: Sequence[Row]) -> None:
        """Raises PublishFailed; then publish the same rows again."""


class KafkaPublisher:
    """Publishes through one producer; see `kafka_publisher`."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer
        self._partitioner = DefaultPartitioner()

    async def publish(self, rows: Sequence[Row]) -> None:
        """Raises PublishFailed; then publish the same rows again."""
        try:
            waiting: dict[tuple[str, int], list[Row]] = {}
            for row in rows:
                waiting.setdefault((row.topic, await self._partition(row)), []).append(row)
            while waiting:
                sent = [
                    await self._send(topic, partition, some)
                    for (topic, partition), some in waiting.items()
                ]
                for future in sent:
                    await future
                waiting = {place: some for place, some in waiting.items() if some}
        except (KafkaError, OSError, TimeoutError) as error:
            raise PublishFailed(f"{type(error).__name__}: {error}") from error

    async def _partition(self, row: Row) -> int:
        # The producer caches what it knows of the topic.
        partitions = sorted(await self._producer.partitions_for(row.topic))
        return int(self._partitioner(row.key.encode(), partitions, partitions))

    async def _send(self, topic: str, partition: int, rows: list[Row]) -> Any:
        """Send as many of the rows as fit into a batch, taking them off the list."""
        batch = self._producer.create_batch()
        taken = 0
        for row in rows:
            added = batch.append(
                timestamp=None,
                key=row.key.encode(),
                value=row.event.encode(),
                headers=_headers(row),
            )
            if added is None:
                break
            taken += 1
        del rows[:taken]
        batch.close()
        return await self._producer.send_batch(batch, topic, partition=partition)


def _headers(row: Row) -> list[tuple[str, bytes]]:
    """The trace stands beside the event too, where tracing of Kafka clients looks for it."""
    if row.traceparent is None:
        return [_CONTENT_TYPE]
    return [_CONTENT_TYPE, ("traceparent", row.traceparent.encode())]


@asynccontextmanager
async def kafka_publisher(bootstrap: str) -> AsyncIterator[KafkaPublisher]:
    """A connected publisher; `bootstrap` is `host:port`, several with commas.

    Raises:
        PublishFailed: no broker answers.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap.split(","),
        acks="all",
        enable_idempotence=True,
        max_batch_size=_MAX_BATCH,
        compression_type="gzip",  # n8n's trigger reads this or none
        request_timeout_ms=10_000,
    )
    try:
        await producer.start()
    except (KafkaError, OSError) as error:
        await producer.stop()
        raise PublishFailed(f"{type(error).__name__}: {error}") from error
    try:
        yield KafkaPublisher(producer)
    finally:
        await producer.stop()


class KafkaPage(msgspec.Struct, frozen=True):
    """Events in order, and how to commit them.

    `waiting` is how many there are for the group, these included; `since` when the oldest of these
    was published, as a Unix time, None where there are none.
    """

    rows: Sequence[Row]
    commit: Callable[[], Awaitable[None]]
    waiting: int
    since: float | None


async def kafka_pages(
    bootstrap: str, group: str, topics: Sequence[str]
) -> AsyncGenerator[KafkaPage]:
    """Events of the topics for a consumer group, page by page; an empty one now and then.

    Raises:
        SinkUnavailable: Kafka cannot be reached, or the group's partitions went to another.
    """
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap.split(","),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )

    async def commit() -> None:
        try:
            await consumer.commit()
        except KafkaError as error:
            raise SinkUnavailable(f"{type(error).__name__}: {error}") from error

    try:
        await consumer.start()
        while True:
            batches = await consumer.getmany(timeout_ms=500, max_records=200)
            records = [record for some in batches.values() for record in some]
            rows = [row for record in records if (row := _row(record))]
            behind = sum([await _behind(consumer, place) for place in consumer.assignment()])
            since = min((record.timestamp / 1000 for record in records), default=None)
            yield KafkaPage(rows, commit, len(records) + behind, since)
    except (KafkaError, OSError) as error:
        raise SinkUnavailable(f"{type(error).__name__}: {error}") from error
    finally:
        await consumer.stop()


async def _behind(consumer: Any, place: Any) -> int:
    """How many records of a partition the consumer has not fetched yet, as far as it knows."""
    end = consumer.highwater(place)
    return max(0, end - await consumer.position(place)) if end is not None else 0


class _Envelope(msgspec.Struct, frozen=True):
    type: str
    partitionkey: str
    sequence: str


def _row(record: Any) -> Row | None:
    try:
        envelope = msgspec.json.decode(record.value, type=_Envelope)
        sequence = int(envelope.sequence)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        _log.warning("%s holds what is no event: %s", record.topic, error)
        return None
    return Row(
        topic=record.topic,
        key=envelope.partitionkey,
        sequence=sequence,
        type=envelope.type,
        event=record.value.decode(),
    )
