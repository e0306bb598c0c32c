import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from gateway.subscriptions.kafka import KafkaSettings
from tests.gateway.subscriptions.kafka_log import Broker, KafkaLog, broker, given_broker
from tests.gateway.subscriptions.outbox_log import OutboxLog, PostgresServer

SOURCES = ["outbox", pytest.param("kafka", marks=pytest.mark.kafka)]


@pytest.fixture(autouse=True)
def patient_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateways wait for a broker that is late."""
    monkeypatch.setattr(
        "gateway.subscriptions.kafka.KafkaSettings", partial(KafkaSettings, timeout=60)
    )


@pytest.fixture
async def outbox_log(database_url: str) -> OutboxLog:
    log = OutboxLog(database_url)
    await log.create("livestream")
    return log


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    with given_broker() as address:
        yield address


@pytest.fixture
def kafka_log(kafka_bootstrap: str) -> KafkaLog:
    return KafkaLog(kafka_bootstrap)


@pytest.fixture(params=SOURCES)
def log(request: pytest.FixtureRequest) -> OutboxLog | KafkaLog:
    found: OutboxLog | KafkaLog = request.getfixturevalue(f"{request.param}_log")
    return found


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="fusion-own-"))
    server = PostgresServer(folder)
    try:
        yield server
    finally:
        server.clean_up()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    with broker() as started:
        yield started


@pytest.fixture(params=SOURCES)
async def stoppable_log(request: pytest.FixtureRequest) -> AsyncIterator[OutboxLog | KafkaLog]:
    """A log whose server belongs to the test alone."""
    if request.param == "kafka":
        own: Broker = request.getfixturevalue("own_broker")
        yield KafkaLog(own.address, own)
    else:
        server: PostgresServer = request.getfixturevalue("own_postgres")
        outbox = OutboxLog(server.url, server)
        await outbox.create("livestream")
        yield outbox
