"""Reading the outbox: whatever transactions do to each other, a key's events come in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from subgraphs.shared.database import Database
from subgraphs.shared.event_log import PAGE, Position, Row, read_page
from subgraphs.shared.events import Event
from subgraphs.shared.follower import connected
from subgraphs.shared.unit_of_work import UnitOfWork


def told(key: str, n: int = 1) -> Event:
    return Event(type="fc.probe.v1", topic="t", key=key, data={"n": n})


@asynccontextmanager
async def begun(database: Database, note: int) -> AsyncIterator[UnitOfWork]:
    """A unit whose transaction has its id, by writing a row, before it touches any key."""
    async with await begin(database, note) as unit:
        yield unit


async def begin(database: Database, note: int) -> UnitOfWork:
    unit = UnitOfWork(database)
    await unit.session.execute(text("insert into probe.note values (:id, '')"), {"id": note})
    return unit


class Reader:
    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.position = Position()

    async def read(self) -> list[tuple[str, int]]:
        """What is readable now, to the end."""
        rows: list[Row] = []
        while True:
            page = await read_page(self.connection, "probe", self.position)
            rows += page.rows
            self.position = page.next
            if not page.more:
                return [(row.key, row.sequence) for row in rows]


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[Reader]:
    async with connected(database.url, "test") as connection:
        yield Reader(connection)


async def test_an_early_transaction_that_writes_a_key_late_is_not_read_before_its_forerunner(
    probe: Database,
):
    """The early one has the lower id; a third, in between, still runs and ends the window."""
    async with reading(probe) as reader:
        async with begun(probe, 1) as early, begun(probe, 2) as between:
            async with UnitOfWork(probe) as forerunner:
                forerunner.record(told("k"))
            early.record(told("k"))
            early.record(told("other"))
            await early.commit()
            assert await reader.read() == []  # "k" 1 cannot be read yet, so neither can "k" 2
            between.record(told("k"))
        assert await reader.read() == [("k", 1), ("k", 2), ("other", 1), ("k", 3)]


async def test_what_waits_for_a_forerunner_holds_up_those_that_wait_for_it(probe: Database):
    async with reading(probe) as reader:
        async with begun(probe, 1) as first, begun(probe, 2) as second:
            third = await begin(probe, 3)
            async with UnitOfWork(probe) as forerunner:
                forerunner.record(told("a"))
            second.record(told("a"))
            second.record(told("b"))
            await second.commit()
            first.record(told("b"))
            await first.commit()
            assert await reader.read() == []
            await third.commit()
        assert await reader.read() == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]


async def test_what_does_not_depend_on_a_running_transaction_is_read(probe: Database):
    async with reading(probe) as reader:
        async with UnitOfWork(probe) as before:
            before.record(told("k"))
        async with begun(probe, 1), UnitOfWork(probe) as after:
            after.record(told("k"))
            await after.commit()
            assert await reader.read() == [("k", 1)]
        assert await reader.read() == [("k", 2)]


async def test_a_window_of_many_pages_is_read_by_the_index_and_once(probe: Database):
    async with UnitOfWork(probe) as unit:
        for n in range(3 * PAGE + 1):
            unit.record(told(f"k{n % 7}", n))
    async with reading(probe) as reader:
        async with begun(probe, 1):
            rows = await reader.read()
            assert len(rows) == len(set(rows)) == 3 * PAGE + 1
        async with UnitOfWork(probe) as unit:
            unit.record(told("k0"))
        assert len(await reader.read()) == 1
