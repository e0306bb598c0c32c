"""What is particular to Kafka: partitions, repetitions, searches backwards."""

import asyncio

import pytest

from gateway.subscriptions.errors import CursorInvalid, LookupTooDeep
from gateway.subscriptions.kafka_reads import KafkaReads
from tests.gateway.subscriptions.kafka_log import KafkaLog
from tests.gateway.subscriptions.outbox_log import envelope
from tests.gateway.subscriptions.received import Received, once

pytestmark = pytest.mark.kafka


async def test_a_topic_that_does_not_exist_yet_is_waited_for(kafka_log: KafkaLog) -> None:
    topic, received = kafka_log.topic(), Received()
    source = kafka_log.source(missing_topic_interval=0.1)
    async with source.running():
        await source.follow(topic, received)
        assert await source.latest(topic, "a") is None
        await kafka_log.append(topic, "a")
        await received.until("a", 1)


async def test_following_does_not_create_a_topic(kafka_log: KafkaLog) -> None:
    topic, source = kafka_log.topic(), kafka_log.source(missing_topic_interval=0.05)
    async with source.running():
        await source.follow(topic, Received())
        await source.latest(topic, "a")
        await asyncio.sleep(0.3)
    reads = KafkaReads((kafka_log.bootstrap,), at_once=1, deepest=1_000, timeout=60)
    assert await reads.partitions({topic}) == {}


async def test_partitions_that_are_added_later_are_read(kafka_log: KafkaLog) -> None:
    topic, received = kafka_log.topic(), Received()
    source = kafka_log.source(discovery_interval=0.2)
    await kafka_log.create(topic, 1)
    async with source.running():
        await source.follow(topic, received)
        await kafka_log.append(topic, "k0")
        await received.until("k0", 1)
        await kafka_log.grow(topic, 6)
        for number in range(1, 20):  # among them keys of each partition
            await kafka_log.append(topic, f"k{number}")
        for number in range(1, 20):
            await received.until(f"k{number}", 1)


async def test_a_key_is_found_whole_after_its_topic_was_repartitioned(kafka_log: KafkaLog) -> None:
    topic, source = kafka_log.topic(), kafka_log.source()
    await kafka_log.create(topic, 1)
    keys = [f"k{number}" for number in range(12)]
    for key in keys:
        await kafka_log.append(topic, key)
    await kafka_log.grow(topic, 5)
    for key in keys[:6]:
        await kafka_log.append(topic, key)
    async with source.running():
        for key in keys[:6]:
            found = [event.sequence async for event in source.replay(topic, key, 0)]
            assert found == [1, 2]
            latest = await source.latest(topic, key)
            assert latest is not None
            assert latest.sequence == 2
        for key in keys[6:]:
            latest = await source.latest(topic, key)
            assert latest is not None
            assert latest.sequence == 1


async def test_an_event_that_was_published_twice_is_replayed_once(kafka_log: KafkaLog) -> None:
    topic, source = kafka_log.topic(), kafka_log.source()
    for sequence in (1, 2, 1, 2, 3, 3):
        await kafka_log.publish(topic, "a", envelope("test", "a", sequence))
    async with source.running():
        assert [event.sequence async for event in source.replay(topic, "a", 0)] == [1, 2, 3]


async def test_the_latest_event_is_found_deep_in_a_topic(kafka_log: KafkaLog) -> None:
    topic, source = kafka_log.topic(), kafka_log.source()
    await kafka_log.create(topic, 2)
    await kafka_log.append(topic, "cold")
    await kafka_log.publish_many(topic, "hot", 7_000)
    async with source.running():
        cold, hot = await source.latest(topic, "cold"), await source.latest(topic, "hot")
        assert cold is not None
        assert hot is not None
        assert (cold.sequence, hot.sequence) == (1, 7_000)
        missed = [event.sequence async for event in source.replay(topic, "hot", 6_990)]
        assert missed == list(range(6_991, 7_001))


async def test_the_search_for_the_latest_event_is_bounded(kafka_log: KafkaLog) -> None:
    topic = kafka_log.topic()
    await kafka_log.create(topic, 1)
    await kafka_log.publish_many(topic, "old", 2)
    await kafka_log.publish_many(topic, "new", 1_000)
    shallow, deep = kafka_log.source(lookup_limit=1_000), kafka_log.source(lookup_limit=1_001)
    with pytest.raises(LookupTooDeep):
        await shallow.latest(topic, "old")
    newest, last = await deep.latest(topic, "old"), await shallow.latest(topic, "new")
    assert newest is not None
    assert last is not None
    assert (newest.sequence, last.sequence) == (2, 1_000)
    with pytest.raises(LookupTooDeep):
        await deep.latest(topic, "none")
    assert await kafka_log.source(lookup_limit=1_002).latest(topic, "none") is None


async def test_a_tombstone_is_no_event(kafka_log: KafkaLog) -> None:
    topic, received, source = kafka_log.topic(), Received(), kafka_log.source()
    await kafka_log.create(topic, 1)
    async with source.running():
        await source.follow(topic, received)
        await kafka_log.bury(topic, "a")
        await kafka_log.append(topic, "a")
        await received.until("a", 1)
        assert [event.sequence async for event in source.replay(topic, "a", 0)] == [1]
    assert once(received.sequences("a")) == [1]


async def test_a_topic_whose_end_holds_no_record_is_read_to_its_end(kafka_log: KafkaLog) -> None:
    """A transaction's marker takes an offset and is no record."""
    topic, source = kafka_log.topic(), kafka_log.source()
    await kafka_log.create(topic, 1)
    await kafka_log.publish_in_a_transaction(topic, "a", 3)
    async with source.running():
        assert [event.sequence async for event in source.replay(topic, "a", 0)] == [1, 2, 3]
        latest = await source.latest(topic, "a")
        assert latest is not None
        assert latest.sequence == 3


async def test_a_cursor_of_a_log_that_has_begun_anew_is_refused(kafka_log: KafkaLog) -> None:
    topic, source = kafka_log.topic(), kafka_log.source()
    for _ in range(3):
        await kafka_log.append(topic, "a")  # all at 15:00:00
    async with source.running():
        with pytest.raises(CursorInvalid):
            await anext(source.replay(topic, "a", 400, "2026-11-22T14:00:00Z"))
        # The relay may lag behind the subgraph that gave a cursor.
        lagging = source.replay(topic, "a", 4, "2026-11-22T15:00:01Z")
        assert [event async for event in lagging] == []
