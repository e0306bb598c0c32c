"""What every `EventSource` promises, held against each of them over a real server."""

import asyncio
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer

from gateway.subscriptions.errors import SourceUnavailable
from gateway.subscriptions.outbox_window import OutboxReader
from tests.gateway.subscriptions.kafka_log import KafkaLog
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.gateway.subscriptions.received import Received, once

Log = OutboxLog | KafkaLog


async def test_events_after_follow_are_delivered_in_order(log: Log) -> None:
    topic, received, source = log.topic(), Received(), log.source()
    async with source.running():
        await source.follow(topic, received)
        for _ in range(5):
            await log.append(topic, "a")
            await log.append(topic, "b")
        await received.until("a", 5)
        await received.until("b", 5)
    assert once(received.sequences("a")) == [1, 2, 3, 4, 5]
    assert once(received.sequences("b")) == [1, 2, 3, 4, 5]


async def test_an_event_is_delivered_as_it_was_written(log: Log) -> None:
    topic, received, source = log.topic(), Received(), log.source()
    async with source.running():
        await source.follow(topic, received)
        await log.append(topic, "a", {"__typename": "ChatEvent", "message": {"id": "m_1"}})
        await received.until("a", 1)
    event = received.events[0]
    assert (event.topic, event.key, event.sequence, event.id) == (topic, "a", 1, "a:1")
    assert event.type == "fc.test.happened.v1"
    assert event.time == "2026-11-22T15:00:00.000001Z"
    assert event.data == {"__typename": "ChatEvent", "message": {"id": "m_1"}}
    assert event.size > len('"message": {"id": "m_1"}')


async def test_events_before_follow_are_not_delivered(log: Log) -> None:
    topic, received, source = log.topic(), Received(), log.source()
    await log.append(topic, "a")
    async with source.running():
        await source.follow(topic, received)
        await log.append(topic, "a")
        await received.until("a", 2)
    assert received.sequences("a") == [2]


async def test_topics_are_told_apart(log: Log) -> None:
    source, pins, prices = log.source(), Received(), Received()
    async with source.running():
        await source.follow(log.topic("pins"), pins)
        await source.follow(log.topic("prices"), prices)
        await log.append(log.topic("pins"), "a")
        await log.append(log.topic("prices"), "a")
        await log.append(log.topic("prices"), "a")
        await pins.until("a", 1)
        await prices.until("a", 2)
    assert once(pins.sequences("a")) == [1]
    assert once(prices.sequences("a")) == [1, 2]


async def test_a_topic_can_be_followed_while_others_are(log: Log) -> None:
    source, first, second = log.source(), Received(), Received()
    async with source.running():
        await source.follow(log.topic("one"), first)
        await log.append(log.topic("one"), "a")
        await first.until("a", 1)
        await source.follow(log.topic("two"), second)
        await log.append(log.topic("one"), "a")
        await log.append(log.topic("two"), "a")
        await first.until("a", 2)
        await second.until("a", 1)
    assert once(first.sequences("a")) == [1, 2]


async def test_an_unfollowed_topic_is_not_delivered(log: Log) -> None:
    source, left, kept = log.source(), Received(), Received()
    async with source.running():
        await source.follow(log.topic("left"), left)
        await source.follow(log.topic("kept"), kept)
        await log.append(log.topic("left"), "a")
        await left.until("a", 1)
        await source.unfollow(log.topic("left"))
        await log.append(log.topic("left"), "a")
        await log.append(log.topic("kept"), "a")
        await kept.until("a", 1)
    assert once(left.sequences("a")) == [1]


async def test_a_topic_can_be_followed_again_from_now_on(log: Log) -> None:
    topic, source, first, second = log.topic(), log.source(), Received(), Received()
    async with source.running():
        await source.follow(topic, first)
        await log.append(topic, "a")
        await first.until("a", 1)
        await source.unfollow(topic)
        await log.append(topic, "a")
        await source.follow(topic, second)
        await log.append(topic, "a")
        await second.until("a", 3)
    assert second.sequences("a") == [3]


async def test_latest_is_the_event_with_the_highest_sequence(log: Log) -> None:
    topic, source = log.topic(), log.source()
    for _ in range(3):
        await log.append(topic, "a")
        await log.append(topic, "b")
    await log.append(topic, "b")
    async with source.running():
        latest = await source.latest(topic, "a")
        assert latest is not None
        assert (latest.key, latest.sequence) == ("a", 3)
        assert await source.latest(topic, "unknown") is None
        assert await source.latest(log.topic("unknown"), "a") is None


async def test_replay_gives_what_is_after_a_sequence(log: Log) -> None:
    topic, source = log.topic(), log.source()
    for _ in range(5):
        await log.append(topic, "a")
        await log.append(topic, "b")
    since = "2026-11-22T15:00:00.000001Z"
    async with source.running():
        events = [event async for event in source.replay(topic, "a", 2, since)]
        assert [(event.key, event.sequence) for event in events] == [("a", 3), ("a", 4), ("a", 5)]
        everything = [event.sequence async for event in source.replay(topic, "a", 0)]
        assert everything == [1, 2, 3, 4, 5]
        assert [event async for event in source.replay(topic, "a", 5)] == []
        assert [event async for event in source.replay(topic, "unknown", 0)] == []
        assert [event async for event in source.replay(log.topic("unknown"), "a", 0)] == []


async def test_a_malformed_event_is_passed_over(log: Log) -> None:
    topic, received, source = log.topic(), Received(), log.source()
    async with source.running():
        await source.follow(topic, received)
        await log.append_malformed(topic, "poison")
        await log.append(topic, "a")
        await received.until("a", 1)
    assert received.sequences("poison") == []


async def test_a_restart_of_the_server_loses_nothing(stoppable_log: Log) -> None:
    log, received = stoppable_log, Received()
    topic, source = log.topic(), log.source()
    async with source.running():
        await source.follow(topic, received)
        await log.append(topic, "a")
        await received.until("a", 1)
        await log.stop()
        await log.start()
        for _ in range(3):
            await log.append(topic, "a")
        await received.until("a", 4)
        assert [event.sequence async for event in source.replay(topic, "a", 0)] == [1, 2, 3, 4]
    assert once(received.sequences("a")) == [1, 2, 3, 4]


async def test_reading_goes_on_whatever_the_client_library_raises(
    log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    topic, received, source = log.topic(), Received(), log.source()
    raised = [
        asyncpg.InternalClientError("cannot switch to state 12; another operation is in progress"),
        asyncio.CancelledError(),  # as from a task of the library's own
        RuntimeError("nobody thought of this"),
    ]

    def failing(read: Any) -> Any:
        async def fails_at_first(*arguments: Any, **options: Any) -> Any:
            if raised:
                raise raised.pop(0)
            return await read(*arguments, **options)

        return fails_at_first

    async with source.running():
        await source.follow(topic, received)
        for client, method in ((OutboxReader, "read"), (AIOKafkaConsumer, "getmany")):
            monkeypatch.setattr(client, method, failing(getattr(client, method)))
        await log.append(topic, "a")
        await received.until("a", 1)
        await log.append(topic, "a")
        await received.until("a", 2)
    assert not raised
    assert "nobody thought of this" in caplog.text
    assert once(received.sequences("a")) == [1, 2]


async def test_a_server_that_is_away_is_told_of_and_waited_for(stoppable_log: Log) -> None:
    log, received = stoppable_log, Received()
    topic, hasty, patient = log.topic(), log.source(timeout=2), log.source()
    await log.append(topic, "a")
    await log.stop()
    async with hasty.running(), patient.running():
        with pytest.raises(SourceUnavailable) as raised:
            await hasty.follow(topic, received)
        assert raised.value.extensions["code"] == "EVENT_SOURCE_UNAVAILABLE"
        with pytest.raises(SourceUnavailable):
            await hasty.latest(topic, "a")
        with pytest.raises(SourceUnavailable):
            await anext(hasty.replay(topic, "a", 0))
        await log.start()
        await patient.follow(topic, received)
        await log.append(topic, "a")
        await received.until("a", 2)
    assert received.sequences("a") == [2]
