"""The relay against a real PostgreSQL, with a publisher that fails when told to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import orjson
import pytest
from sqlalchemy import text

from subgraphs.shared.database import Database
from subgraphs.shared.event_log import PAGE, Row
from subgraphs.shared.events import Event
from subgraphs.shared.follower import Pace
from subgraphs.shared.kafka import PublishFailed
from subgraphs.shared.relay import MakePublisher, Relay, RelaySettings
from subgraphs.shared.unit_of_work import UnitOfWork


class Log:
    """Stands for Kafka: keeps what is published; `fail` decides before each page."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.pages = 0
        self.fail: Callable[[int], bool] = lambda page: False
        self.failure: Callable[[], BaseException] = lambda: PublishFailed("down")
        self.changed = asyncio.Condition()

    async def publish(self, rows: Sequence[Row]) -> None:
        self.pages += 1
        if self.fail(self.pages):
            # Half of a page may be there all the same.
            await self._add(rows[: len(rows) // 2])
            raise self.failure()
        await self._add(rows)

    async def _add(self, rows: Sequence[Row]) -> None:
        async with self.changed:
            self.rows += rows
            self.changed.notify_all()

    async def until(self, count: int) -> None:
        """Wait until that many different events are there."""
        async with asyncio.timeout(60), self.changed:
            await self.changed.wait_for(lambda: len(self.unique()) >= count)

    def unique(self) -> list[tuple[str, int]]:
        """As a consumer that passes over what it has seen: the highest sequence of a key wins."""
        seen: dict[str, int] = {}
        kept = []
        for row in self.rows:
            if row.sequence > seen.get(row.key, 0):
                assert row.sequence == seen.get(row.key, 0) + 1, "a gap"
                seen[row.key] = row.sequence
                kept.append((row.key, row.sequence))
        return kept

    def connect(self) -> MakePublisher:
        @asynccontextmanager
        async def connected() -> AsyncIterator["Log"]:
            yield self

        return connected


@pytest.fixture
def log() -> Log:
    return Log()


@asynccontextmanager
async def relaying(database: Database, *logs: Log) -> AsyncIterator[None]:
    settings = RelaySettings(
        database_url=database.url,
        subgraphs=("probe",),
        pace=Pace(first_pause=0.01, longest_pause=0.05),
    )
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(Relay(settings, log.connect()).run()) for log in logs]
        yield
        for task in tasks:
            task.cancel()


async def write(database: Database, key: str, count: int = 1) -> None:
    async with UnitOfWork(database) as unit:
        for n in range(count):
            unit.record(Event(type="fc.probe.v1", topic="t", key=key, data={"n": n}))


async def test_events_are_carried_whole_and_in_order(probe: Database, log: Log):
    async with relaying(probe, log):
        for n in range(10):
            await write(probe, f"k{n % 2}", 3)
        await log.until(30)
    assert len(log.rows) == 30
    event = orjson.loads(log.rows[0].event)
    assert (event["specversion"], event["id"], event["data"]) == ("1.0", "k0:1", {"n": 0})


async def test_a_backlog_is_carried_page_by_page(probe: Database, log: Log):
    await write(probe, "k", 2 * PAGE + 7)
    async with relaying(probe, log):
        await log.until(2 * PAGE + 7)
    assert log.pages == 3
    assert [row.sequence for row in log.rows] == list(range(1, 2 * PAGE + 8))


async def test_a_transaction_that_commits_late_is_not_skipped(probe: Database, log: Log):
    async with relaying(probe, log):
        late = UnitOfWork(probe)
        async with late:
            await late.reserve("t", "late")
            late.record(Event(type="fc.probe.v1", topic="t", key="late", data={"n": 1}, sequence=1))
            await write(probe, "early", 5)
            # Another transaction sees the early ones; the relay must wait for the open one.
            async with probe.session() as session:
                count = await session.execute(text("select count(*) from probe.outbox"))
                assert count.scalar_one() == 5
        await log.until(6)
    assert len(log.rows) == 6


async def test_a_relay_goes_on_where_it_stopped(probe: Database, log: Log):
    await write(probe, "k", 5)
    async with relaying(probe, log):
        await log.until(5)
        # The position is saved after the publication; another event tells that it was.
        await write(probe, "k")
        await log.until(6)
    await write(probe, "k", 5)
    async with relaying(probe, log):
        await log.until(11)
    assert len(log.rows) <= 12
    assert log.unique() == [("k", n) for n in range(1, 12)]


@pytest.mark.parametrize(
    "failure", [PublishFailed, RuntimeError, asyncio.CancelledError], ids=lambda each: each.__name__
)
async def test_nothing_is_lost_or_swapped_while_kafka_fails(
    probe: Database, log: Log, failure: type[BaseException]
):
    log.failure = failure
    log.fail = lambda page: page % 3 != 0
    async with relaying(probe, log):
        for n in range(40):
            await write(probe, f"k{n % 4}", 2)
        await log.until(80)
    assert len(log.unique()) == 80


async def test_of_two_relays_one_leads_and_the_other_takes_over(probe: Database):
    first, second = Log(), Log()
    await write(probe, "k", 3)
    settings = RelaySettings(
        database_url=probe.url,
        subgraphs=("probe",),
        pace=Pace(first_pause=0.01, longest_pause=0.02),
    )
    async with asyncio.TaskGroup() as group:
        leader = group.create_task(Relay(settings, first.connect()).run())
        await first.until(3)
        follower = group.create_task(Relay(settings, second.connect()).run())
        await write(probe, "k", 3)
        await first.until(6)
        assert second.rows == []
        leader.cancel()
        await write(probe, "k", 3)
        both = second
        async with asyncio.timeout(60), both.changed:
            await both.changed.wait_for(lambda: any(row.sequence == 9 for row in both.rows))
        follower.cancel()
    merged = Log()
    merged.rows = first.rows + second.rows
    assert merged.unique() == [("k", n) for n in range(1, 10)]


async def test_a_lost_connection_to_the_database_is_waited_out(probe: Database, log: Log):
    async with relaying(probe, log):
        for n in range(5):
            await write(probe, "k", 2)
            await log.until(2 * (n + 1))
            async with probe.session() as session:
                await session.execute(
                    text("""
                        select pg_terminate_backend(pid) from pg_stat_activity
                        where application_name = 'relay' and datname = current_database()""")
                )
        await write(probe, "k")
        await log.until(11)
    assert len(log.unique()) == 11


async def test_a_backlog_of_many_keys_is_carried_exactly_once_and_in_order(
    probe: Database, log: Log
):
    keys, each = 40, 100
    for _ in range(each // 10):
        async with UnitOfWork(probe) as unit:
            for n in range(keys * 10):
                event = Event(type="fc.probe.v1", topic="t", key=f"k{n % keys}", data={"n": n})
                unit.record(event)
    async with relaying(probe, log):
        await log.until(keys * each)
    found: dict[str, list[int]] = {}
    for row in log.rows:
        found.setdefault(row.key, []).append(row.sequence)
    assert found == {f"k{n}": list(range(1, each + 1)) for n in range(keys)}
