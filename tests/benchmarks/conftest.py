"""A gateway over a real event log: the outbox in PostgreSQL, or Kafka with BENCHMARK_LOG=kafka."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.benchmarks.event_log import EventLog, kafka, outbox
from tests.benchmarks.gateway_process import GatewayProcess
from tests.benchmarks.swarm_process import SwarmProcess, swarm_of
from tests.gateway.subscriptions.kafka_log import given_broker


@pytest.fixture
async def outbox_log(database_url: str) -> AsyncIterator[EventLog]:
    async with outbox(database_url) as log:
        yield log


@pytest.fixture
async def kafka_log() -> AsyncIterator[EventLog]:
    with given_broker() as bootstrap:
        async with kafka(bootstrap, f"fc.room.{uuid4().hex[:8]}") as log:
            yield log


@pytest.fixture
def log(request: pytest.FixtureRequest) -> EventLog:
    name = os.environ.get("BENCHMARK_LOG", "outbox")
    found: EventLog = request.getfixturevalue(f"{name}_log")
    return found


@pytest.fixture
async def gateway(log: EventLog, tmp_path: Path) -> AsyncIterator[GatewayProcess]:
    gateway = GatewayProcess(tmp_path, log.topic, log.provider)
    await gateway.start()
    yield gateway
    await gateway.end(signal.SIGKILL)


@pytest.fixture
async def swarm(gateway: GatewayProcess) -> AsyncIterator[SwarmProcess]:
    async with swarm_of(gateway.port) as swarm:
        yield swarm
