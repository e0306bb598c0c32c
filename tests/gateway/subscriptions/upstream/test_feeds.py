"""Sharing, back-pressure, reconnecting: what happens between an upstream and its readers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from gateway.errors import RequestError
from gateway.executor.errors import (
    SubgraphAnswerMalformed,
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.observability.metrics import GatewayMetrics
from gateway.subscriptions.readers import QueueBound
from gateway.subscriptions.upstream.errors import Refused
from gateway.subscriptions.upstream.feed import Source, Timing
from gateway.subscriptions.upstream.feeds import Feeds, FeedSettings
from gateway.subscriptions.upstream.protocol import Subscribe
from gateway.subscriptions.upstream.reader import (
    COMPLETED,
    GAP,
    STANDS,
    Answered,
    FeedReader,
    Item,
)
from gateway.subscriptions.upstream.reconnecting import Reconnecting

BOUND = QueueBound(messages=3, size=100)


class Connection:
    """One connection of the scripted upstream."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.headers = headers
        self.is_open = True
        self._script: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()

    def send(self, *answers: bytes) -> None:
        for answer in answers:
            self._script.put_nowait(answer)

    def fail(self, error: Exception) -> None:
        self._script.put_nowait(error)

    def complete(self) -> None:
        self._script.put_nowait(None)

    async def next(self) -> bytes | Exception | None:
        return await self._script.get()


class ScriptedUpstream:
    """Stands at once, unless it has been told to fail."""

    protocol = "sse"

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.failures: list[SubgraphError] = []
        self.breaks_off = False
        self._begun = asyncio.Condition()

    async def events(self, subscribe: Subscribe) -> AsyncGenerator[bytes | None]:
        if self.failures:
            raise self.failures.pop(0)
        connection = Connection(subscribe.headers(subscribe.body))
        self.connections.append(connection)
        async with self._begun:
            self._begun.notify_all()
        try:
            yield None
            if self.breaks_off:
                raise SubgraphUnreachable
            while (answer := await connection.next()) is not None:
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        finally:
            connection.is_open = False

    async def connection(self, number: int = 0) -> Connection:
        async with asyncio.timeout(60), self._begun:
            await self._begun.wait_for(lambda: len(self.connections) > number)
        return self.connections[number]


class FakeTime:
    """Sleeping takes no time, but is remembered."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def metrics() -> GatewayMetrics:
    return GatewayMetrics()


@pytest.fixture
async def feeds(time: FakeTime, metrics: GatewayMetrics) -> AsyncIterator[Feeds]:
    settings = FeedSettings(queue=BOUND, reconnecting=Reconnecting(), max_upstreams=2)
    made = Feeds(settings, metrics, Timing(lambda: time.now, time.sleep))
    async with made.running():
        yield made


@pytest.fixture
def upstream() -> ScriptedUpstream:
    return ScriptedUpstream()


class Reading:
    """Readers that may leave whenever the test says so."""

    def __init__(self, feeds: Feeds, upstream: ScriptedUpstream) -> None:
        self._feeds = feeds
        self._upstream = upstream
        self._stacks: list[ExitStack] = []

    def join(self, key: str = "a", token: str = "t") -> tuple[FeedReader, ExitStack]:
        stack = ExitStack()
        self._stacks.append(stack)
        source = Source("live", self._upstream, b"{}")
        return stack.enter_context(self._feeds.read(key, source, lambda _: {"token": token})), stack


@pytest.fixture
def reading(feeds: Feeds, upstream: ScriptedUpstream) -> Reading:
    return Reading(feeds, upstream)


async def take(reader: FeedReader, count: int = 1) -> list[Any]:
    async with asyncio.timeout(60):
        return [_plain(await reader.next()) for _ in range(count)]


def _plain(item: Item) -> Any:
    return item.answer if isinstance(item, Answered) else item


async def settled(upstream: ScriptedUpstream, *, is_open: bool = False, number: int = 0) -> None:
    await until(lambda: upstream.connections[number].is_open is is_open)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110  # what it waits for has no event
            await asyncio.sleep(0)


async def test_all_who_ask_the_same_share_one_upstream(
    reading: Reading, upstream: ScriptedUpstream, metrics: GatewayMetrics
) -> None:
    first, _ = reading.join()
    second, _ = reading.join()
    (await upstream.connection()).send(b"1", b"2")
    assert await take(first, 3) == [STANDS, b"1", b"2"]
    assert await take(second, 3) == [STANDS, b"1", b"2"]
    assert len(upstream.connections) == 1
    assert (
        b'gateway_upstream_subscriptions{protocol="sse",subgraph="live"} 1.0'
        in (metrics.exposition()[0])
    )


async def test_a_late_comer_joins_the_running_upstream(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    first, _ = reading.join()
    connection = await upstream.connection()
    connection.send(b"1")
    assert await take(first, 2) == [STANDS, b"1"]
    second, _ = reading.join()
    assert await take(second) == [STANDS]
    connection.send(b"2")
    assert await take(first) == await take(second) == [b"2"]
    assert len(upstream.connections) == 1


async def test_who_asks_something_else_has_another_upstream(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    first, _ = reading.join("a", token="of a")
    second, _ = reading.join("b", token="of b")
    (await upstream.connection(0)).send(b"1")
    (await upstream.connection(1)).send(b"2")
    assert await take(first, 2) == [STANDS, b"1"]
    assert await take(second, 2) == [STANDS, b"2"]
    assert [each.headers["token"] for each in upstream.connections] == ["of a", "of b"]


async def test_the_upstream_ends_with_its_last_reader(
    reading: Reading, upstream: ScriptedUpstream, feeds: Feeds, metrics: GatewayMetrics
) -> None:
    _, first = reading.join()
    second, other = reading.join()
    connection = await upstream.connection()
    first.close()
    connection.send(b"1")
    assert await take(second, 2) == [STANDS, b"1"]
    other.close()
    await settled(upstream)
    await until(lambda: not feeds.background._tasks)
    assert not feeds._open
    assert (
        b'gateway_upstream_subscriptions{protocol="sse",subgraph="live"} 0.0'
        in (metrics.exposition()[0])
    )


async def test_who_joins_after_the_last_has_left_begins_anew(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    _, first = reading.join()
    await upstream.connection()
    first.close()
    second, _ = reading.join()
    (await upstream.connection(1)).send(b"1")
    assert await take(second, 2) == [STANDS, b"1"]


async def test_a_slow_reader_is_cut_off_and_delays_nobody(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    slow, _ = reading.join()
    quick, _ = reading.join()
    connection = await upstream.connection()
    assert await take(quick) == [STANDS]
    for number in range(10):
        connection.send(b"%d" % number)
        assert await take(quick) == [b"%d" % number]
    with pytest.raises(RequestError) as told:
        await take(slow)
    assert told.value.extensions["code"] == "SUBSCRIPTION_SLOW_CONSUMER"


async def test_a_burst_cuts_nobody_off_who_reads(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    """A hundred events come at once, where three may wait."""
    readers = [reading.join()[0] for _ in range(3)]
    connection = await upstream.connection()
    connection.send(*(b"%d" % number for number in range(100)))
    expected = [STANDS, *(b"%d" % number for number in range(100))]
    async with asyncio.TaskGroup() as group:
        taking = [group.create_task(take(reader, 101)) for reader in readers]
    assert all(each.result() == expected for each in taking)


async def test_bytes_are_bounded_but_one_event_may_always_wait(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    reader, _ = reading.join()
    connection = await upstream.connection()
    connection.send(b"x" * 1000)
    assert await take(reader, 2) == [STANDS, b"x" * 1000]
    quick, _ = reading.join()
    connection.send(b"y" * 60)
    assert await take(quick, 2) == [STANDS, b"y" * 60]
    connection.send(b"z" * 60)
    assert await take(quick) == [b"z" * 60]
    with pytest.raises(RequestError) as told:
        await take(reader)
    assert told.value.extensions["code"] == "SUBSCRIPTION_SLOW_CONSUMER"


async def test_what_waits_is_delivered_before_the_end(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    reader, _ = reading.join()
    connection = await upstream.connection()
    connection.send(b"1", b"2")
    connection.complete()
    assert await take(reader, 4) == [STANDS, b"1", b"2", COMPLETED]


async def test_who_joins_after_the_end_begins_anew(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    first, _ = reading.join()
    (await upstream.connection()).complete()
    assert await take(first, 2) == [STANDS, COMPLETED]
    second, stack = reading.join()
    (await upstream.connection(1)).send(b"1")
    assert await take(second, 2) == [STANDS, b"1"]
    stack.close()
    await settled(upstream, number=1)


async def test_the_subgraphs_errors_come_as_the_last_event(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    reader, _ = reading.join()
    (await upstream.connection()).fail(Refused(b'{"errors":[]}'))
    assert await take(reader, 3) == [STANDS, b'{"errors":[]}', COMPLETED]


async def test_what_cannot_begin_is_told_and_not_tried_again(
    reading: Reading, upstream: ScriptedUpstream, time: FakeTime
) -> None:
    upstream.failures.append(SubgraphUnreachable())
    reader, _ = reading.join()
    with pytest.raises(RequestError) as told:
        await take(reader)
    assert told.value.extensions == {"code": "SUBREQUEST_CONNECTION_ERROR", "service": "live"}
    assert time.pauses == []


@pytest.mark.parametrize(
    "error", [SubgraphUnreachable(), SubgraphTimeout(), SubgraphHttpError(503)]
)
async def test_a_broken_connection_is_made_again_and_the_gap_is_told(
    reading: Reading,
    upstream: ScriptedUpstream,
    time: FakeTime,
    error: SubgraphError,
    metrics: GatewayMetrics,
) -> None:
    reader, _ = reading.join()
    connection = await upstream.connection()
    connection.send(b"1")
    assert await take(reader, 2) == [STANDS, b"1"]
    upstream.failures += [SubgraphUnreachable(), SubgraphHttpError(503)]
    connection.fail(error)
    (await upstream.connection(1)).send(b"2")
    assert await take(reader, 2) == [GAP, b"2"]
    assert len(time.pauses) == 3
    for pause, longest in zip(time.pauses, (0.25, 0.5, 1.0), strict=True):
        assert longest / 2 <= pause <= longest
    assert (
        b'gateway_upstream_interruptions_total{protocol="sse",subgraph="live"} 1.0'
        in (metrics.exposition()[0])
    )


@pytest.mark.parametrize("error", [SubgraphAnswerMalformed(), SubgraphHttpError(401)])
async def test_a_fault_that_stays_is_not_tried_again(
    reading: Reading, upstream: ScriptedUpstream, time: FakeTime, error: SubgraphError
) -> None:
    reader, _ = reading.join()
    (await upstream.connection()).fail(error)
    assert await take(reader) == [STANDS]
    with pytest.raises(RequestError) as told:
        await take(reader)
    assert told.value.extensions["code"] == error.extensions["code"]
    assert time.pauses == []


async def test_after_a_minute_it_is_given_up(
    reading: Reading, upstream: ScriptedUpstream, time: FakeTime
) -> None:
    reader, _ = reading.join()
    connection = await upstream.connection()
    upstream.failures += [SubgraphUnreachable() for _ in range(100)]
    connection.fail(SubgraphUnreachable())
    assert await take(reader) == [STANDS]
    with pytest.raises(RequestError) as told:
        await take(reader)
    assert told.value.extensions == {"code": "SUBSCRIPTION_UPSTREAM_LOST", "service": "live"}
    assert 60 <= sum(time.pauses) < 71
    assert max(time.pauses) <= 10


async def test_pauses_begin_anew_after_a_sound_connection(
    reading: Reading, upstream: ScriptedUpstream, time: FakeTime
) -> None:
    reader, _ = reading.join()
    for number in range(4):
        connection = await upstream.connection(number)
        await take(reader)
        time.now += 11
        connection.fail(SubgraphUnreachable())
    await upstream.connection(4)
    assert len(time.pauses) == 4
    assert all(pause <= 0.25 for pause in time.pauses)


async def test_a_subgraph_that_accepts_and_breaks_off_is_given_up_too(
    reading: Reading, upstream: ScriptedUpstream, time: FakeTime
) -> None:
    upstream.breaks_off = True
    reader, _ = reading.join()
    with pytest.raises(RequestError) as told:
        await take(reader, 100)
    assert told.value.extensions["code"] == "SUBSCRIPTION_UPSTREAM_LOST"
    assert sum(time.pauses) < 71


async def test_a_new_connection_is_made_for_who_joined_last(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    """The token of the first may have expired; its owner may have left."""
    reader, _ = reading.join(token="old")
    connection = await upstream.connection()
    reading.join(token="new")
    assert await take(reader) == [STANDS]
    connection.fail(SubgraphUnreachable())
    assert (await upstream.connection(1)).headers == {"token": "new"}


async def test_leaving_while_it_is_made_again_ends_the_trying(
    reading: Reading, upstream: ScriptedUpstream, feeds: Feeds
) -> None:
    upstream_again = [SubgraphUnreachable() for _ in range(5)]
    reader, stack = reading.join()
    connection = await upstream.connection()
    await take(reader)
    upstream.failures += upstream_again
    connection.fail(SubgraphUnreachable())
    stack.close()
    await until(lambda: not feeds.background._tasks)
    assert len(upstream.connections) == 1


async def test_upstreams_are_counted_and_readers_are_not(
    reading: Reading, upstream: ScriptedUpstream
) -> None:
    for key in "aabb":
        reading.join(key)
    with pytest.raises(RequestError) as told:
        reading.join("c")
    assert told.value.extensions["code"] == "TOO_MANY_UPSTREAM_SUBSCRIPTIONS"
    reading.join("a")


async def test_a_fault_of_the_gateway_ends_the_readers_without_its_text(
    reading: Reading, upstream: ScriptedUpstream, caplog: pytest.LogCaptureFixture
) -> None:
    reader, _ = reading.join()
    (await upstream.connection()).fail(KeyError("secret"))
    assert await take(reader) == [STANDS]
    with pytest.raises(RequestError) as told:
        await take(reader)
    assert told.value.extensions["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in told.value.message
    assert "failed unexpectedly" in caplog.text


async def test_readers_are_told_to_reconnect_when_the_gateway_stops(
    upstream: ScriptedUpstream, metrics: GatewayMetrics
) -> None:
    feeds = Feeds(FeedSettings(), metrics)
    async with feeds.running():
        reader, stack = Reading(feeds, upstream).join()
        await upstream.connection()
        await take(reader)
    with pytest.raises(RequestError) as told:
        await take(reader)
    stack.close()
    assert told.value.extensions["code"] == "SUBSCRIPTION_SERVER_CLOSING"
    assert not upstream.connections[0].is_open
    with pytest.raises(RequestError) as told:
        Reading(feeds, upstream).join()
    assert told.value.extensions["code"] == "SUBSCRIPTION_SERVER_CLOSING"
