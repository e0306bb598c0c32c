"""The relay as a process of its own, to a real Kafka, killed again and again."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaConsumer

from subgraphs.shared.database import Database
from subgraphs.shared.events import Event
from subgraphs.shared.origin import Origin
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.gateway.subscriptions.kafka_log import given_broker

pytestmark = pytest.mark.kafka
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    with given_broker() as address:
        yield address


async def write(database: Database, topic: str, key: str, count: int = 1) -> None:
    async with UnitOfWork(database, origin=Origin(traceparent=TRACE)) as unit:
        for n in range(count):
            unit.record(Event(type="fc.probe.v1", topic=topic, key=key, data={"n": n}))


async def start(database: Database, bootstrap: str) -> asyncio.subprocess.Process:
    environment = os.environ | {"DATABASE_URL": database.url, "KAFKA_BOOTSTRAP": bootstrap}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "subgraphs.shared.relay",
        "probe",
        env=environment,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def read(bootstrap: str, topic: str) -> AsyncIterator[tuple[str, int, dict[str, object]]]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async for record in consumer:
            event = orjson.loads(record.value)
            assert dict(record.headers) == {
                "content-type": b"application/cloudevents+json",
                "traceparent": event["traceparent"].encode(),
            }
            assert record.key.decode() == event["partitionkey"]
            yield event["partitionkey"], int(event["sequence"]), event
    finally:
        await consumer.stop()


@pytest.mark.timeout(300)
async def test_a_relay_killed_at_any_time_loses_and_swaps_nothing(probe: Database, bootstrap: str):
    topic, keys, each = f"fc.relay.{uuid4().hex[:8]}", 5, 60
    chance = random.Random(3)
    relay = await start(probe, bootstrap)
    killed = asyncio.Event()

    async def kill_again_and_again() -> None:
        nonlocal relay
        for _ in range(5):
            await asyncio.sleep(chance.uniform(0.5, 2.0))
            relay.send_signal(signal.SIGKILL)
            await relay.wait()
            relay = await start(probe, bootstrap)
        killed.set()

    async def write_all(key: str) -> None:
        for n in range(each):
            await write(probe, topic, key)
            if n % 4 == 0:
                await asyncio.sleep(0.1)
        await killed.wait()
        await write(probe, topic, key)

    highest: dict[str, int] = {}
    try:
        async with asyncio.timeout(240), asyncio.TaskGroup() as group:
            group.create_task(kill_again_and_again())
            for n in range(keys):
                group.create_task(write_all(f"k{n}"))
            async for key, sequence, _ in read(bootstrap, topic):
                # Events may come again; none is skipped.
                assert sequence <= highest.get(key, 0) + 1
                highest[key] = max(sequence, highest.get(key, 0))
                if list(highest.values()) == [each + 1] * keys:
                    break
    finally:
        relay.kill()
        await relay.wait()


@pytest.mark.timeout(120)
async def test_a_relay_stops_cleanly_when_asked(probe: Database, bootstrap: str):
    topic = f"fc.relay.{uuid4().hex[:8]}"
    await write(probe, topic, "k", 3)
    relay = await start(probe, bootstrap)
    seen = []
    async with asyncio.timeout(60):
        async for _, sequence, event in read(bootstrap, topic):
            seen.append((sequence, event["data"]))
            if len(seen) == 3:
                break
    relay.send_signal(signal.SIGTERM)
    assert await relay.wait() == 0
    assert seen == [(1, {"n": 0}), (2, {"n": 1}), (3, {"n": 2})]
