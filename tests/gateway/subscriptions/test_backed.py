"""A log that forgets, and the past behind it."""

import pytest

from gateway.subscriptions.backed import BackedSource
from gateway.subscriptions.errors import CursorInvalid, LookupTooDeep, SourceUnavailable
from gateway.subscriptions.source import Event
from tests.gateway.subscriptions.events import TOPIC, ScriptedSource, event
from tests.gateway.subscriptions.kafka_log import KafkaLog
from tests.gateway.subscriptions.outbox_log import OutboxLog, envelope

KEY = "strm_1"


class Sources:
    def __init__(self) -> None:
        self.log, self.past = ScriptedSource(), ScriptedSource()
        self.backed = BackedSource(self.log, self.past)

    async def replayed(self, after: int) -> list[int]:
        return [each.sequence async for each in self.backed.replay(TOPIC, KEY, after)]


async def test_what_the_log_has_is_not_asked_of_the_past() -> None:
    sources = Sources()
    sources.log.keep(event(3), event(4))
    sources.past.keep(event(2), event(3), event(4))
    assert await sources.replayed(2) == [3, 4]
    assert sources.past.replays == []


async def test_what_the_log_has_deleted_comes_from_the_past() -> None:
    sources = Sources()
    sources.log.keep(event(4), event(5))
    sources.past.keep(*map(event, range(1, 6)))
    assert await sources.replayed(1) == [2, 3, 4, 5]


async def test_what_is_missing_in_the_middle_of_the_log_comes_from_the_past() -> None:
    sources = Sources()
    sources.log.keep(event(2), event(5))
    sources.past.keep(*map(event, range(1, 6)))
    assert await sources.replayed(1) == [2, 3, 4, 5]
    assert sources.past.replays == [(KEY, 2, None)]


async def test_the_past_is_asked_where_the_log_has_nothing() -> None:
    sources = Sources()
    sources.past.keep(*map(event, range(1, 4)))
    assert await sources.replayed(1) == [2, 3]


async def test_a_past_that_is_away_is_told_where_it_is_needed() -> None:
    sources = Sources()
    sources.past.available = False
    sources.log.keep(event(4))
    with pytest.raises(SourceUnavailable):
        await sources.replayed(1)
    assert await sources.replayed(4) == []


async def test_the_latest_event_is_looked_up_in_the_past_and_searched_in_the_log() -> None:
    sources = Sources()
    sources.log.keep(event(4))
    assert await _latest(sources.backed) == 4
    sources.past.keep(event(4), event(5))
    sources.log.lookups.clear()
    assert await _latest(sources.backed) == 5
    assert sources.log.lookups == []
    sources.past.available = False
    assert await _latest(sources.backed) == 4


class TooDeep(ScriptedSource):
    """A log that does not search for old events."""

    async def latest(self, topic: str, key: str) -> Event | None:
        raise LookupTooDeep("Too deep.")


async def test_a_key_that_the_past_does_not_know_has_no_event_however_deep_the_log_is() -> None:
    past = ScriptedSource()
    backed = BackedSource(TooDeep(), past)
    assert await _latest(backed) is None
    past.available = False
    with pytest.raises(LookupTooDeep):
        await _latest(backed)


async def test_the_log_alone_is_followed() -> None:
    sources = Sources()
    received: list[Event] = []
    async with sources.backed.running():
        await sources.backed.follow(TOPIC, received.append)
        sources.log.happen(event(1))
        await sources.backed.unfollow(TOPIC)
    assert [each.sequence for each in received] == [1]
    assert sources.past.follows == []


@pytest.mark.kafka
async def test_events_that_kafka_has_deleted_come_from_the_outbox(
    kafka_log: KafkaLog, outbox_log: OutboxLog
) -> None:
    topic = kafka_log.topic()
    await kafka_log.create(topic, 1)
    for _ in range(6):
        await outbox_log.append(topic, "a")
    for sequence in range(1, 7):
        await kafka_log.publish(topic, "a", envelope("livestream", "a", sequence))
    await kafka_log.delete_before(topic, 0, offset=4)
    kafka, outbox = kafka_log.source(), outbox_log.source()
    backed = BackedSource(kafka, outbox)
    async with outbox.running(), backed.running():
        assert [each.sequence async for each in kafka.replay(topic, "a", 1)] == [5, 6]
        assert [each.sequence async for each in backed.replay(topic, "a", 1)] == [2, 3, 4, 5, 6]
        with pytest.raises(CursorInvalid):
            await anext(backed.replay(topic, "a", 7))


async def _latest(source: BackedSource) -> int | None:
    found = await source.latest(TOPIC, KEY)
    return None if found is None else found.sequence
