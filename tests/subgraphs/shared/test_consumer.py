"""A consumer in schema `reader` of what `probe` tells, on a real PostgreSQL and a real Kafka."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from subgraphs.shared.consumer import Consumer, Received, Subscription
from subgraphs.shared.database import Database
from subgraphs.shared.kafka import kafka_publisher
from subgraphs.shared.relay import Relay, RelaySettings
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.gateway.subscriptions.kafka_log import given_broker
from tests.subgraphs.shared.reading import PACE, seen, until, write


async def keep(unit: UnitOfWork, event: Received) -> None:
    assert unit.origin.correlation == event.origin.correlation == "c-1"
    insert = text("insert into reader.seen (key, sequence, n) values (:key, :sequence, :n)")
    values = {"key": event.key, "sequence": event.sequence, "n": event.data["n"]}
    await unit.session.execute(insert, values)
    if event.data["n"] < 0:
        raise LookupError("poison")


def consumer(reader: Database, topic: str = "t", kafka: str | None = None) -> Consumer:
    subscription = Subscription(name="seer", topics={"probe": (topic,)}, handler=keep)
    return Consumer(reader, subscription, kafka, PACE)


@asynccontextmanager
async def consuming(*consumers: Consumer) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(consumer.run()) for consumer in consumers]
        yield
        for task in tasks:
            task.cancel()


async def test_each_event_takes_effect_once_and_in_order(probe: Database, reader: Database):
    async with consuming(consumer(reader), consumer(reader)):
        for n in range(20):
            await write(probe, f"k{n % 3}", n, n)
        await write(probe, "other", 1, topic="another topic")
        await until(reader, 40)
    rows = await seen(reader)
    for key in ("k0", "k1", "k2"):
        sequences = [sequence for found, sequence in rows if found == key]
        assert sequences == list(range(1, len(sequences) + 1))
    assert len(rows) == 40


async def test_a_consumer_stopped_at_any_time_repeats_nothing(probe: Database, reader: Database):
    for n in range(200):
        await write(probe, "k", n)
    for stopped in range(1, 12):
        async with consuming(consumer(reader)):
            await until(reader, min(200, stopped * 15))
    async with consuming(consumer(reader)):
        await until(reader, 200)
    assert await seen(reader) == [("k", n) for n in range(1, 201)]


async def test_poison_is_parked_with_what_follows_of_its_key(probe: Database, reader: Database):
    await write(probe, "bad", 1, -1, 2)
    await write(probe, "worse", 1000)  # refused by the database, not by the handler
    await write(probe, "good", 1, 2, 3)
    async with consuming(consumer(reader)):
        await until(reader, 4)
        await until(reader, 3, "inbox_parked")
    assert await seen(reader) == [("bad", 1), ("good", 1), ("good", 2), ("good", 3)]
    assert await seen(reader, "inbox_parked") == [("bad", 2), ("bad", 3), ("worse", 1)]


async def test_a_lost_database_is_waited_out(probe: Database, reader: Database):
    async with consuming(consumer(reader)):
        for n in range(5):
            await write(probe, "k", n)
            await until(reader, n + 1)
            async with probe.session() as session:
                await session.execute(
                    text("""
                        select pg_terminate_backend(pid) from pg_stat_activity
                        where application_name like 'reader%'
                          and datname = current_database() and pid <> pg_backend_pid()""")
                )
            await reader.engine.dispose()
        await write(probe, "k", 5)
        await until(reader, 6)
    assert await seen(reader) == [("k", n) for n in range(1, 7)]
    assert await seen(reader, "inbox_parked") == []


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    with given_broker() as address:
        yield address


@pytest.mark.kafka
async def test_events_come_by_kafka_too(probe: Database, reader: Database, bootstrap: str):
    topic = f"fc.consumer.{uuid4().hex[:8]}"
    for n in range(10):
        await write(probe, f"k{n % 2}", n, topic=topic)
    await write(probe, "k0", -1, 5, topic=topic)
    settings = RelaySettings(database_url=probe.url, subgraphs=("probe",), pace=PACE)
    relay = Relay(settings, lambda: kafka_publisher(bootstrap))
    async with asyncio.TaskGroup() as group:
        relaying = group.create_task(relay.run())
        async with consuming(consumer(reader, topic, bootstrap)):
            await until(reader, 10)
            await until(reader, 2, "inbox_parked")
        async with consuming(consumer(reader, topic, bootstrap)):
            await write(probe, "k1", 7, topic=topic)
            await until(reader, 11)
        relaying.cancel()
    rows = await seen(reader)
    assert len(rows) == 11
    assert [sequence for key, sequence in rows if key == "k1"] == [1, 2, 3, 4, 5, 6]
    assert await seen(reader, "inbox_parked") == [("k0", 6), ("k0", 7)]
