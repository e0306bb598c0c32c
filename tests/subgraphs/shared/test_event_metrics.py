"""What waits is told by numbers, also while nobody carries it."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from subgraphs.shared.consumer import Consumer, Received, Subscription
from subgraphs.shared.database import Database
from subgraphs.shared.event_metrics import metrics
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.gateway.subscriptions.kafka_log import given_broker
from tests.subgraphs.shared.reading import PACE, until, write
from tests.support.ports import free_port


def values(text: str) -> dict[str, float]:
    """Of each series of the exposition, its value."""
    found = re.findall(r"^(fusion_\S+) (\S+)$", text, re.MULTILINE)
    return {series: float(value) for series, value in found}


async def refuse(_: UnitOfWork, event: Received) -> None:
    if event.data["n"] < 0:
        raise LookupError("poison")


SEER = Subscription(name="seer", topics={"probe": ("t",)}, handler=refuse)


async def told(reader: Database, *, kafka: bool = False) -> dict[str, float]:
    answer = await metrics(reader, {"reader": (SEER,)}, consumers_follow_kafka=kafka)
    return values(bytes(answer.body).decode())


async def test_a_consumer_tells_what_it_has_not_come_to_and_what_it_cannot(
    probe: Database, reader: Database
):
    await write(probe, "k", 1, -1, 2)
    await write(probe, "other", 1)
    await write(probe, "k", 1, topic="of no interest")
    before = await told(reader)
    assert before['fusion_consumer_waiting_events{consumer="reader.seer"}'] == 4
    assert before['fusion_consumer_oldest_seconds{consumer="reader.seer"}'] > 0
    failed = 'fusion_consumer_handled_events_total{consumer="reader.seer",result="failed"}'
    async with asyncio.TaskGroup() as group:
        running = group.create_task(Consumer(reader, SEER, pace=PACE).run())
        await until(reader, 2, "inbox_parked")
        await until(reader, 2, "inbox")
        while (after := await told(reader))[
            'fusion_consumer_waiting_events{consumer="reader.seer"}'
        ]:
            pass
        running.cancel()
    assert after['fusion_consumer_oldest_seconds{consumer="reader.seer"}'] == 0
    assert after['fusion_consumer_parked_keys{consumer="reader.seer"}'] == 1
    assert after['fusion_consumer_parked_events{consumer="reader.seer"}'] == 2
    assert after[failed] == before.get(failed, 0) + 1


@asynccontextmanager
async def relay_process(database: Database, bootstrap: str) -> AsyncIterator[httpx.AsyncClient]:
    port = free_port()
    environment = os.environ | {"DATABASE_URL": database.url, "KAFKA_BOOTSTRAP": bootstrap}
    command = ("-m", "subgraphs.shared.relay", "probe", "--metrics-port", str(port))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
        process.terminate()
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def asked(client: httpx.AsyncClient, until_: Any) -> dict[str, float]:
    """The metrics, once they are as wanted."""
    async with asyncio.timeout(60):
        while True:
            try:
                found = values((await client.get("/metrics")).text)
            except httpx.TransportError:
                found = {}  # it does not listen yet, or has closed a connection that was idle
            if until_(found):
                return found
            await asyncio.sleep(0.05)


async def test_a_relay_tells_what_waits_while_kafka_is_down(probe: Database):
    await write(probe, "k", 1, 2, 3)
    waiting = 'fusion_relay_waiting_events{subgraph="probe"}'
    async with relay_process(probe, "127.0.0.1:1") as client:
        found = await asked(client, lambda found: found.get(waiting) == 3)
        age = found['fusion_relay_oldest_seconds{subgraph="probe"}']
        assert age > 0
        older = 'fusion_relay_oldest_seconds{subgraph="probe"}'
        await asked(client, lambda found: found.get(older, 0) > age)
        await write(probe, "k", 4)
        await asked(client, lambda found: found.get(waiting) == 4)


@pytest.mark.kafka
async def test_a_relay_and_a_consumer_tell_how_far_they_are(probe: Database, reader: Database):
    topic = f"fc.metrics.{free_port()}"
    await write(probe, "k", 1, 2, 3, topic=topic)
    subscription = Subscription(name="seer", topics={"probe": (topic,)}, handler=refuse)
    with given_broker() as bootstrap:
        async with relay_process(probe, bootstrap) as client:
            published = 'fusion_relay_published_events_total{subgraph="probe"}'
            found = await asked(client, lambda found: found.get(published) == 3)
            waiting = 'fusion_relay_waiting_events{subgraph="probe"}'
            await asked(client, lambda found: found.get(waiting) == 0)
            assert found['fusion_relay_oldest_seconds{subgraph="probe"}'] >= 0
        async with asyncio.TaskGroup() as group:
            consumer = Consumer(reader, subscription, bootstrap, PACE)
            running = group.create_task(consumer.run())
            await until(reader, 1, "inbox")
            async with asyncio.timeout(60):
                while True:
                    now = await told(reader, kafka=True)
                    if now['fusion_consumer_waiting_events{consumer="reader.seer"}'] == 0:
                        break
                    await asyncio.sleep(0.05)
            running.cancel()


async def test_a_database_that_is_away_is_told_as_such(reader: Database):
    away = Database("postgresql://127.0.0.1:1/none", "reader")
    answer = await metrics(away, {"reader": (SEER,)}, consumers_follow_kafka=False)
    assert answer.status_code == 503
    await away.close()
