import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from subgraphs.shared.database import Database
from subgraphs.shared.events import Event, EventInvalid
from subgraphs.shared.origin import Origin
from subgraphs.shared.unit_of_work import SequenceUnused, UnitOfWork, sqlstate, transact


def happened(n: int, key: str = "k", sequence: int | None = None) -> Event:
    return Event(type="fc.probe.v1", topic="t", key=key, data={"n": n}, sequence=sequence)


async def outbox(database: Database) -> list[tuple[str, int, int]]:
    query = text("select key, sequence, (event->'data'->>'n')::int from probe.outbox order by id")
    async with database.session() as session:
        return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def test_rows_and_events_are_committed_together(probe: Database):
    async with UnitOfWork(probe, origin=Origin(correlation="c-1")) as unit:
        await unit.session.execute(text("insert into probe.note values (1, 'a')"))
        unit.record(happened(1))
        unit.record(happened(2))
    async with probe.session() as session:
        event = (await session.execute(text("select event from probe.outbox limit 1"))).scalar_one()
        assert (await session.execute(text("select count(*) from probe.note"))).scalar_one() == 1
    assert await outbox(probe) == [("k", 1, 1), ("k", 2, 2)]
    time = event.pop("time")
    assert len(time) == len("2026-11-22T15:00:00.000001Z")
    assert event == {
        "specversion": "1.0",
        "id": "k:1",
        "type": "fc.probe.v1",
        "source": "/probe",
        "subject": "k",
        "partitionkey": "k",
        "sequence": "1",
        "datacontenttype": "application/json",
        "correlationid": "c-1",
        "data": {"n": 1},
    }


async def test_a_failure_takes_rows_and_events_with_it(probe: Database):
    async def fail() -> None:
        async with UnitOfWork(probe) as unit:
            await unit.session.execute(text("insert into probe.note values (1, 'a')"))
            unit.record(happened(1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await outbox(probe) == []
    async with UnitOfWork(probe) as unit:
        unit.record(happened(2))
    assert await outbox(probe) == [("k", 1, 2)]


async def test_an_event_that_breaks_its_schema_is_not_written(probe: Database):
    with pytest.raises(EventInvalid):
        async with UnitOfWork(probe) as unit:
            unit.record(Event(type="fc.probe.v1", topic="t", key="k", data={"n": "one"}))
    with pytest.raises(EventInvalid):
        async with UnitOfWork(probe) as unit:
            unit.record(Event(type="fc.unknown.v1", topic="t", key="k", data={}))


async def test_sequences_of_a_key_are_without_gap_and_in_the_order_of_ids(probe: Database):
    async def write(n: int) -> None:
        async with UnitOfWork(probe) as unit:
            # An early write gives the transaction its id long before its place in the key.
            await unit.session.execute(text("insert into probe.note values (:n, '')"), {"n": n})
            await asyncio.sleep(n % 3 / 100)
            unit.record(happened(n, key=f"k{n % 2}"))
            unit.record(happened(n, key=f"k{1 - n % 2}"))
            if n % 5 == 0:
                await unit.session.rollback()
                unit.forget_after(UnitOfWork(probe).mark())

    async with asyncio.TaskGroup() as group:
        for n in range(60):
            group.create_task(write(n))
    rows = await outbox(probe)
    for key in ("k0", "k1"):
        assert [row[1] for row in rows if row[0] == key] == list(range(1, 49))


async def test_a_reserved_sequence_is_the_events(probe: Database):
    async with UnitOfWork(probe) as unit:
        sequence = await unit.reserve("t", "k")
        unit.record(happened(7, sequence=sequence))
        unit.record(happened(8))
    assert await outbox(probe) == [("k", 1, 7), ("k", 2, 8)]


async def test_a_reserved_sequence_without_event_fails(probe: Database):
    with pytest.raises(SequenceUnused):
        async with UnitOfWork(probe) as unit:
            await unit.reserve("t", "k")
    async with UnitOfWork(probe) as unit:
        unit.record(happened(1))
    assert await outbox(probe) == [("k", 1, 1)]


async def test_a_deadlock_is_tried_again(probe: Database):
    async with UnitOfWork(probe) as unit:
        await unit.session.execute(text("insert into probe.note values (1, ''), (2, '')"))
    both, swapped = asyncio.Barrier(2), asyncio.Event()
    attempts = 0

    async def swap(first: int, second: int) -> None:
        met = False

        async def work(unit: UnitOfWork) -> None:
            nonlocal attempts, met
            attempts += 1
            if met:  # the other, which won, has to be through: else they may meet again
                await swapped.wait()
            touch = text("update probe.note set body = body || 'x' where id = :id")
            await unit.session.execute(touch, {"id": first})
            if not met:
                met = True
                await both.wait()
            await unit.session.execute(touch, {"id": second})
            unit.record(happened(first))

        await transact(probe, work)
        swapped.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(swap(1, 2))
        group.create_task(swap(2, 1))
    assert attempts == 3
    assert len(await outbox(probe)) == 2
    async with probe.session() as session:
        bodies = await session.execute(text("select body from probe.note"))
        assert {row.body for row in bodies} == {"xx"}


async def test_what_cannot_succeed_is_not_tried_again(probe: Database):
    attempts = 0

    async def work(unit: UnitOfWork) -> None:
        nonlocal attempts
        attempts += 1
        await unit.session.execute(text("insert into probe.note values (1, ''), (1, '')"))

    with pytest.raises(DBAPIError) as failure:
        await transact(probe, work)
    assert sqlstate(failure.value) == "23505"
    assert attempts == 1
