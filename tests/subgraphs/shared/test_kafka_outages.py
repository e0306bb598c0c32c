"""Relay and consumer, started before the topics are made, while a real broker comes and goes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from sqlalchemy import text

from subgraphs.shared.consumer import Consumer, Received, Subscription
from subgraphs.shared.database import Database
from subgraphs.shared.kafka import kafka_publisher
from subgraphs.shared.relay import Relay, RelaySettings
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.gateway.subscriptions.kafka_log import Broker, broker
from tests.subgraphs.shared.reading import PACE, seen, until, write

pytestmark = pytest.mark.kafka
KEYS = 5


@pytest.fixture(scope="module")
def kafka() -> Iterator[Broker]:
    """A broker of the test's own, which makes no topics by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAFKA_AUTO_CREATE", "false")
        with broker() as started:
            yield started


async def make(kafka: Broker, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 3, 1)])
    finally:
        await admin.close()


async def keep(unit: UnitOfWork, event: Received) -> None:
    insert = text("insert into reader.seen (key, sequence, n) values (:key, :sequence, 0)")
    await unit.session.execute(insert, {"key": event.key, "sequence": event.sequence})


@asynccontextmanager
async def carrying(
    probe: Database, reader: Database, kafka: Broker, topic: str
) -> AsyncIterator[None]:
    """One relay and one consumer, which nobody starts again."""
    settings = RelaySettings(database_url=probe.url, subgraphs=("probe",), pace=PACE)
    relay = Relay(settings, lambda: kafka_publisher(kafka.address))
    subscription = Subscription(name="seer", topics={"probe": (topic,)}, handler=keep)
    consumer = Consumer(reader, subscription, kafka.address, PACE)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(relay.run()), group.create_task(consumer.run())]
        yield
        for task in tasks:
            task.cancel()


async def in_order(reader: Database, each: int) -> None:
    rows = await seen(reader)
    for n in range(KEYS):
        assert [sequence for key, sequence in rows if key == f"k{n}"] == list(range(1, each + 1))


async def write_all(probe: Database, topic: str, each: int) -> None:
    for _ in range(each):
        for n in range(KEYS):
            await write(probe, f"k{n}", 0, topic=topic)


async def test_a_broker_that_goes_and_comes_back_costs_nothing(
    probe: Database, reader: Database, kafka: Broker
):
    topic = f"fc.outage.{uuid4().hex[:8]}"
    await make(kafka, topic)
    async with carrying(probe, reader, kafka, topic):
        await write_all(probe, topic, 5)
        await until(reader, 5 * KEYS)
        await asyncio.to_thread(kafka.stop)
        await write_all(probe, topic, 10)
        assert len(await seen(reader)) == 5 * KEYS
        assert await asyncio.to_thread(kafka.start) == kafka.address
        await write_all(probe, topic, 5)
        await until(reader, 20 * KEYS)
    await in_order(reader, 20)


async def logged(caplog: pytest.LogCaptureFixture, message: str) -> None:
    async with asyncio.timeout(60):
        while not any(message in each for each in caplog.messages):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_starts_without_kafka_and_before_the_topics_waits_for_them(
    probe: Database, reader: Database, kafka: Broker, caplog: pytest.LogCaptureFixture
):
    topic = f"fc.unmade.{uuid4().hex[:8]}"
    await asyncio.to_thread(kafka.stop)
    caplog.set_level(logging.WARNING)
    await write_all(probe, topic, 2)
    async with carrying(probe, reader, kafka, topic):
        await logged(caplog, "events of probe wait")
        await asyncio.to_thread(kafka.start)
        await logged(caplog, f"Topic {topic} not found in cluster metadata")
        await make(kafka, topic)
        await until(reader, 2 * KEYS)
    await in_order(reader, 2)
    complaints = [each for each in caplog.messages if topic in each]
    assert len(complaints) == len(set(complaints))
