import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from gateway.errors import RequestError
from gateway.subscriptions.cursor import Cursor
from gateway.subscriptions.errors import (
    CursorExpired,
    CursorInvalid,
    EventsLost,
    HubClosed,
    SourceUnavailable,
)
from gateway.subscriptions.hub import Hub, HubSettings
from gateway.subscriptions.readers import LogReader, StateReader
from gateway.subscriptions.source import Event
from tests.gateway.subscriptions.events import TOPIC, ScriptedSource, event

KEY = "strm_1"


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()


@pytest.fixture
async def hub(source: ScriptedSource) -> AsyncIterator[Hub]:
    hub = Hub(source, HubSettings(linger=60, backfill_pauses=(0.0, 0.0)))
    async with hub.running():
        yield hub


def cursor(sequence: int, key: str = KEY) -> Cursor:
    return Cursor(TOPIC, key, sequence, "2026-11-22T15:00:00Z")


async def take(reader: LogReader | StateReader, count: int) -> list[int]:
    async with asyncio.timeout(60):
        return [(await reader.next()).sequence for _ in range(count)]


async def assert_nothing_comes(reader: LogReader | StateReader) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await reader.next()


async def failure(reader: LogReader | StateReader) -> RequestError:
    with pytest.raises(RequestError) as raised:
        async with asyncio.timeout(60):
            await reader.next()
    return raised.value


# --- LOG -------------------------------------------------------------------


async def test_a_subscriber_gets_every_event_from_now_on(hub: Hub, source: ScriptedSource) -> None:
    source.keep(event(1), event(2))
    async with hub.read_log(TOPIC, KEY) as reader:
        source.happen(event(3), event(4))
        assert await take(reader, 2) == [3, 4]
        await assert_nothing_comes(reader)


async def test_events_of_other_keys_are_not_seen(hub: Hub, source: ScriptedSource) -> None:
    async with hub.read_log(TOPIC, KEY) as reader:
        source.happen(event(1, "strm_2"), event(1), event(2, "strm_2"))
        assert await take(reader, 1) == [1]
        await assert_nothing_comes(reader)


async def test_a_repeated_event_is_delivered_once(hub: Hub, source: ScriptedSource) -> None:
    async with hub.read_log(TOPIC, KEY) as reader:
        source.deliver(event(1), event(2), event(1), event(2), event(3))
        assert await take(reader, 3) == [1, 2, 3]


def anew(sequence: int) -> Event:
    """An event of a log that began again, a minute and a bit after the other one's."""
    return msgspec.structs.replace(event(sequence), time=f"2026-11-22T15:02:{sequence:02}Z")


@pytest.mark.parametrize("kept", [100, 1])
async def test_who_listens_is_told_that_the_log_has_begun_anew(
    source: ScriptedSource, kept: int
) -> None:
    hub = Hub(source, HubSettings(ring_events=kept))
    async with hub.running():
        async with hub.read_log(TOPIC, KEY) as reader, hub.read_state(TOPIC, [KEY]) as state:
            source.happen(event(1), event(2), event(3))
            assert await take(state, 1) == [3]
            source.deliver(event(1), event(3))  # what comes again tells nothing
            assert await take(reader, 3) == [1, 2, 3]
            source.deliver(anew(1))
            assert isinstance(await failure(reader), CursorInvalid)
            assert isinstance(await failure(state), CursorInvalid)
        async with hub.read_log(TOPIC, KEY) as reader, hub.read_state(TOPIC, [KEY]) as state:
            source.deliver(anew(2))
            assert await take(reader, 1) == [2]
            assert await take(state, 1) == [2]


async def test_all_subscribers_share_one_follower(hub: Hub, source: ScriptedSource) -> None:
    async with (
        hub.read_log(TOPIC, KEY) as one,
        hub.read_log(TOPIC, KEY) as other,
        hub.read_log(TOPIC, "strm_2"),
        hub.read_state(TOPIC, [KEY]),
    ):
        source.happen(event(1))
        assert await take(one, 1) == await take(other, 1) == [1]
        assert source.follows == [TOPIC]
        assert hub.followed_topics == {TOPIC: 4}


async def test_a_missing_event_is_fetched_once_for_all(hub: Hub, source: ScriptedSource) -> None:
    async with hub.read_log(TOPIC, KEY) as one, hub.read_log(TOPIC, KEY) as other:
        source.happen(event(1))
        source.keep(event(2), event(3))
        source.happen(event(4), event(5))
        assert await take(one, 5) == await take(other, 5) == [1, 2, 3, 4, 5]
    assert [(key, after) for key, after, _ in source.replays] == [(KEY, 1)]


async def test_an_event_that_the_log_lost_ends_subscribers_with_their_position(
    hub: Hub, source: ScriptedSource
) -> None:
    async with hub.read_log(TOPIC, KEY) as reader:
        source.happen(event(1), event(3))
        assert await take(reader, 1) == [1]
        assert isinstance(await failure(reader), EventsLost)
        assert reader.seen == Cursor(TOPIC, KEY, 1, event(1).time)


@pytest.mark.parametrize(
    "refusal", [CursorExpired("pruned"), CursorInvalid("it has begun anew"), RuntimeError("a bug")]
)
async def test_a_log_that_refuses_the_missing_event_ends_its_subscribers_and_nobody_else(
    hub: Hub, source: ScriptedSource, refusal: Exception
) -> None:
    async with hub.read_log(TOPIC, KEY) as reader, hub.read_log(TOPIC, "other") as other:
        source.failure = refusal
        source.happen(event(1), event(3))
        assert await take(reader, 1) == [1]
        with pytest.raises(type(refusal)):
            await take(reader, 1)
        source.failure = None
        source.happen(event(1, "other"))
        assert await take(other, 1) == [1]


async def test_topics_that_cannot_be_let_go_are_let_go_later(
    source: ScriptedSource, caplog: pytest.LogCaptureFixture
) -> None:
    hub = Hub(source, HubSettings(linger=0.01))
    async with hub.running(), asyncio.timeout(60):
        async with hub.read_log(TOPIC, KEY):
            source.failure = RuntimeError("a bug")
        while "still followed" not in caplog.text:  # noqa: ASYNC110 (it gives no other sign)
            await asyncio.sleep(0)
        source.failure = None
        while source.followed:  # noqa: ASYNC110 (the same)
            await asyncio.sleep(0)


async def test_a_missing_event_is_waited_for_while_the_log_is_away(source: ScriptedSource) -> None:
    hub = Hub(source, HubSettings(backfill_pauses=(0.0, 0.01, 0.01)))
    async with hub.running(), hub.read_log(TOPIC, KEY) as reader:
        source.happen(event(1))
        source.keep(event(2))
        source.available = False
        source.happen(event(3))
        assert await take(reader, 1) == [1]
        await asyncio.sleep(0)
        source.available = True
        assert await take(reader, 2) == [2, 3]


# --- resuming --------------------------------------------------------------


async def test_resuming_replays_what_was_missed_and_goes_on_live(
    hub: Hub, source: ScriptedSource
) -> None:
    source.keep(*(event(number) for number in range(1, 6)))
    async with hub.read_log(TOPIC, KEY, cursor(2)) as reader:
        assert await take(reader, 3) == [3, 4, 5]
        source.happen(event(6))
        assert await take(reader, 1) == [6]
    assert source.replays == [(KEY, 2, "2026-11-22T15:00:00Z")]


async def test_events_that_happen_during_the_replay_are_neither_lost_nor_repeated(
    hub: Hub, source: ScriptedSource
) -> None:
    """They come live, and some of them in the replay as well."""
    source.keep(*(event(number) for number in range(1, 4)))
    upcoming = iter([event(4), event(5), event(6)])

    def meanwhile(_: Event) -> None:
        if (following := next(upcoming, None)) is not None:
            source.happen(following)

    source.before_replayed = meanwhile
    async with hub.read_log(TOPIC, KEY, cursor(0)) as reader:
        assert await take(reader, 6) == [1, 2, 3, 4, 5, 6]
        source.happen(event(7))
        assert await take(reader, 1) == [7]
        await assert_nothing_comes(reader)


async def test_what_the_replay_gave_before_the_follower_did_is_not_repeated(
    hub: Hub, source: ScriptedSource
) -> None:
    source.keep(event(1), event(2), event(3))
    async with hub.read_log(TOPIC, KEY, cursor(0)) as reader:
        assert await take(reader, 3) == [1, 2, 3]
        source.deliver(event(2), event(3))
        source.happen(event(4))
        assert await take(reader, 1) == [4]
        await assert_nothing_comes(reader)


async def test_a_client_that_was_away_for_a_moment_resumes_from_memory(
    hub: Hub, source: ScriptedSource
) -> None:
    async with hub.read_log(TOPIC, KEY) as reader:
        source.happen(event(1))
        assert await take(reader, 1) == [1]
    source.happen(event(2), event(3))
    async with hub.read_log(TOPIC, KEY, cursor(1)) as reader:
        assert await take(reader, 2) == [2, 3]
    assert source.replays == []


async def test_what_the_ring_has_dropped_is_replayed(source: ScriptedSource) -> None:
    hub = Hub(source, HubSettings(ring_events=3))
    async with hub.running(), hub.read_log(TOPIC, KEY):
        source.happen(*(event(number) for number in range(1, 11)))
        async with hub.read_log(TOPIC, KEY, cursor(4)) as reader:
            assert await take(reader, 6) == [5, 6, 7, 8, 9, 10]
            source.happen(event(11))
            assert await take(reader, 1) == [11]


async def test_the_ring_is_bounded_by_size_as_well(source: ScriptedSource) -> None:
    hub = Hub(source, HubSettings(ring_bytes=250))
    async with hub.running(), hub.read_log(TOPIC, KEY):
        source.happen(event(1), event(2), event(3))
        async with hub.read_log(TOPIC, KEY, cursor(0)) as reader:
            assert await take(reader, 3) == [1, 2, 3]
    assert len(source.replays) == 1


async def test_a_cursor_whose_events_are_gone_has_expired(hub: Hub, source: ScriptedSource) -> None:
    source.keep(event(8), event(9))
    async with hub.read_log(TOPIC, KEY, cursor(5)) as reader:
        assert isinstance(await failure(reader), CursorExpired)


async def test_a_cursor_has_expired_too_if_nothing_at_all_is_left(
    hub: Hub, source: ScriptedSource
) -> None:
    async with hub.read_log(TOPIC, KEY), hub.read_log(TOPIC, KEY, cursor(5)) as reader:
        await assert_nothing_comes(reader)  # nothing tells that there was anything after it
        source.happen(event(8))
        assert isinstance(await failure(reader), EventsLost)


async def test_a_cursor_ahead_of_the_follower_waits_for_what_is_after_it(
    hub: Hub, source: ScriptedSource
) -> None:
    """A `headCursor` comes from the database, which is ahead of Kafka."""
    source.keep(event(1))
    async with hub.read_log(TOPIC, KEY, cursor(3)) as reader:
        source.happen(event(2), event(3), event(4))
        assert await take(reader, 1) == [4]


async def test_a_cursor_at_the_head_of_an_empty_stream_gets_the_first_event(
    hub: Hub, source: ScriptedSource
) -> None:
    async with hub.read_log(TOPIC, KEY, cursor(0)) as reader:
        await assert_nothing_comes(reader)
        source.happen(event(1))
        assert await take(reader, 1) == [1]


async def test_a_long_replay_is_read_at_the_readers_pace(hub: Hub, source: ScriptedSource) -> None:
    """Far more than the bound on waiting messages: it bounds who is live, not who catches up."""
    source.keep(*(event(number) for number in range(1, 1_001)))
    async with hub.read_log(TOPIC, KEY, cursor(0)) as reader:
        assert await take(reader, 500) == list(range(1, 501))
        source.happen(*(event(number) for number in range(1_001, 1_201)))
        assert await take(reader, 700) == list(range(501, 1_201))


# --- STATE -----------------------------------------------------------------


async def test_the_state_at_the_beginning_comes_first(hub: Hub, source: ScriptedSource) -> None:
    source.keep(event(1), event(7))
    async with hub.read_state(TOPIC, [KEY]) as reader:
        assert await take(reader, 1) == [7]
        source.happen(event(8))
        assert await take(reader, 1) == [8]


async def test_a_key_without_events_has_no_state_yet(hub: Hub, source: ScriptedSource) -> None:
    async with hub.read_state(TOPIC, [KEY]) as reader:
        await assert_nothing_comes(reader)
        source.happen(event(1))
        assert await take(reader, 1) == [1]


async def test_the_newest_state_overtakes_what_was_not_fetched(
    hub: Hub, source: ScriptedSource
) -> None:
    async with hub.read_state(TOPIC, [KEY]) as reader:
        source.happen(*(event(number, size=10_000) for number in range(1, 500)))
        assert await take(reader, 1) == [499]
        await assert_nothing_comes(reader)


async def test_an_older_state_does_not_come_after_a_newer(hub: Hub, source: ScriptedSource) -> None:
    source.keep(event(5))
    async with hub.read_state(TOPIC, [KEY]) as reader:
        assert await take(reader, 1) == [5]
        source.deliver(event(4), event(5))
        await assert_nothing_comes(reader)


async def test_the_state_is_looked_up_once_for_all(hub: Hub, source: ScriptedSource) -> None:
    source.keep(event(3))
    source.gate.clear()
    async with asyncio.TaskGroup() as group:

        async def subscribe() -> None:
            async with hub.read_state(TOPIC, [KEY]) as reader:
                assert await take(reader, 1) == [3]

        for _ in range(20):
            group.create_task(subscribe())
        await asyncio.sleep(0)
        source.gate.set()
    assert source.lookups == [KEY]


async def test_a_gap_does_not_hold_the_newest_state_back(hub: Hub, source: ScriptedSource) -> None:
    source.keep(event(1))
    async with hub.read_state(TOPIC, [KEY]) as reader:
        assert await take(reader, 1) == [1]
        source.gate.clear()  # the backfill waits
        source.happen(event(9))
        assert await take(reader, 1) == [9]


async def test_several_keys_are_one_subscription(hub: Hub, source: ScriptedSource) -> None:
    source.keep(event(2, "a"))
    async with hub.read_state(TOPIC, ["a", "b", "a"]) as reader:
        assert await take(reader, 1) == [2]
        source.happen(event(1, "b"), event(3, "a"), event(4, "a"))
        assert sorted(await take(reader, 2)) == [1, 4]


# --- life ------------------------------------------------------------------


async def test_a_log_out_of_reach_is_said(hub: Hub, source: ScriptedSource) -> None:
    source.available = False
    with pytest.raises(SourceUnavailable):
        async with hub.read_log(TOPIC, KEY):
            pass
    source.available = True
    async with hub.read_log(TOPIC, KEY) as reader:
        source.happen(event(1))
        assert await take(reader, 1) == [1]


async def test_closing_the_hub_ends_its_subscribers(source: ScriptedSource) -> None:
    hub = Hub(source)
    ended: list[str] = []

    async def subscribe(started: asyncio.Event) -> None:
        async with hub.read_log(TOPIC, KEY) as reader:
            started.set()
            ended.append((await failure(reader)).extensions["code"])

    async with asyncio.TaskGroup() as group, hub.running():
        started = asyncio.Event()
        group.create_task(subscribe(started))
        await started.wait()
    assert ended == ["SUBSCRIPTION_SERVER_CLOSING"]
    with pytest.raises(HubClosed):
        async with hub.read_log(TOPIC, KEY):
            pass


async def test_an_idle_topic_is_let_go_after_its_linger_time(source: ScriptedSource) -> None:
    now = 0.0
    hub = Hub(source, HubSettings(linger=60), clock=lambda: now)
    async with hub.running():
        async with hub.read_log(TOPIC, KEY):
            now = 100.0
            await hub.let_idle_topics_go()
            assert hub.followed_topics == {TOPIC: 1}
        now = 159.0
        await hub.let_idle_topics_go()
        assert TOPIC in source.followed
        now = 160.0
        await hub.let_idle_topics_go()
        assert source.followed == {}
        assert hub.followed_topics == {}
        async with hub.read_log(TOPIC, KEY) as reader:
            source.happen(event(1))
            assert await take(reader, 1) == [1]


async def test_nothing_is_kept_of_keys_that_nobody_reads(source: ScriptedSource) -> None:
    hub = Hub(source, HubSettings(ring_events=10))
    async with hub.running():
        async with hub.read_log(TOPIC, KEY), hub.read_state(TOPIC, ["x", "y"]):
            source.happen(*(event(1, f"strm_{number}") for number in range(2, 1_000)))
            topic = hub._topics[TOPIC].log
            assert len(topic.keys) == 13
        assert len(topic.keys) == 10
        assert hub._lookups == {}
