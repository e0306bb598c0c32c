"""A relay drains a backlog of 100,000 events to a real Kafka, while the shop is asked things."""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from subgraphs.shared.database import Database
from subgraphs.shared.outbox import create_outbox
from tests.gateway.subscriptions.kafka_log import given_broker

pytestmark = [pytest.mark.benchmark, pytest.mark.kafka, pytest.mark.timeout(400)]

EVENTS, KEYS, IN_A_TRANSACTION = 100_000, 1_000, 1_000
QUIET_SECONDS = 8.0
_FILL = """
    insert into shop.outbox (topic, key, sequence, type, time, event)
    select :topic, key, sequence, 'fc.shop.sold.v1', clock_timestamp(), jsonb_build_object(
        'specversion', '1.0', 'id', key || ':' || sequence, 'type', 'fc.shop.sold.v1',
        'source', '/shop', 'subject', key, 'partitionkey', key, 'sequence', sequence::text,
        'time', clock_timestamp(), 'datacontenttype', 'application/json',
        'traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        'data', jsonb_build_object('product', jsonb_build_object('id', 'prod_' || key), 'note',
                                   repeat('x', 200)))
    from (select 'k' || (n % :keys) as key, 1 + n / :keys as sequence
          from generate_series(cast(:first as int), cast(:last as int)) as n order by n) as rows"""
_ASK = "select title from shop.product where id = :id"


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    with given_broker() as address:
        yield address


def _create(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        create_outbox("shop")


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, "shop")
    async with database.engine.begin() as connection:
        await connection.execute(text("create schema shop"))
        await connection.run_sync(_create)
        await connection.execute(
            text(
                "create table shop.product as select n as id, 'product ' || n as title"
                " from generate_series(1, 10000) as n"
            )
        )
        await connection.execute(text("alter table shop.product add primary key (id)"))
    yield database
    await database.close()


async def fill(shop: Database, topic: str) -> None:
    for first in range(0, EVENTS, IN_A_TRANSACTION):
        values = {"topic": topic, "keys": KEYS, "first": first}
        async with shop.engine.begin() as connection:
            values["last"] = first + IN_A_TRANSACTION - 1
            await connection.execute(text(_FILL), values)


async def make(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 12, 1)])
    await admin.close()


@asynccontextmanager
async def asking(shop: Database) -> AsyncIterator[list[float]]:
    """Ask for a product again and again; gives how long each answer took, in milliseconds."""
    took: list[float] = []

    async def ask() -> None:
        number = 0
        while True:
            number += 1
            began = time.perf_counter()
            async with shop.session() as session:
                await session.execute(text(_ASK), {"id": number % 10_000 + 1})
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(ask())
        yield took
        task.cancel()


@asynccontextmanager
async def counting(bootstrap: str, topic: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """How many events are in the topic, each time it is asked."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()

    async def count() -> int:
        ends = await consumer.end_offsets([TopicPartition(topic, n) for n in range(12)])
        return sum(ends.values())

    try:
        yield count
    finally:
        await consumer.stop()


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


async def test_a_backlog_of_100_000_events(shop: Database, bootstrap: str) -> None:
    topic = f"fc.backlog.{uuid4().hex[:8]}"
    await make(bootstrap, topic)
    await fill(shop, topic)
    async with asking(shop) as quiet:
        await asyncio.sleep(QUIET_SECONDS)
    environment = os.environ | {"DATABASE_URL": shop.url, "KAFKA_BOOTSTRAP": bootstrap}
    async with counting(bootstrap, topic) as published, asking(shop) as busy:
        relay = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "subgraphs.shared.relay", "shop",
            env=environment, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        while not await published():  # noqa: ASYNC110 (of another process)
            await asyncio.sleep(0.01)
        busy.clear()  # the process has started
        before, began = await published(), time.perf_counter()
        while await published() < EVENTS:  # noqa: ASYNC110 (of another process)
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - began
        used = psutil.Process(relay.pid).cpu_times()
        relay.terminate()
        await relay.wait()
        count = await published()
    print(
        f"\n{count - before} events in {seconds:.1f} s: {(count - before) / seconds:.0f} events/s;"
        f" the relay computed for {used.user + used.system:.1f} s, its start included;"
        f"\n  a query by primary key, p95: {p95(quiet):.2f} ms without ({len(quiet)} asked),"
        f" {p95(busy):.2f} ms with the drain ({len(busy)} asked)"
    )
    assert count == EVENTS
