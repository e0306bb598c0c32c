"""Topics in a real Kafka, written as the relay does, and brokers to be stopped."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete

from gateway.subscriptions.kafka import KafkaSettings, KafkaSource
from tests.gateway.subscriptions.outbox_log import envelope

SCRIPT = Path(__file__).parents[3] / "infra" / "local" / "kafka.sh"


class Broker:
    """A broker of our own, to be stopped and started."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.address = self.start()

    def start(self) -> str:
        return _run("start", str(self._data))

    def stop(self) -> None:
        _run("stop", str(self._data))

    def kill(self) -> None:
        """`kill -9`."""
        file = self._data / "pid"
        process = psutil.Process(int(file.read_text()))
        process.kill()
        psutil.wait_procs([process], timeout=60)
        file.unlink()


@contextmanager
def broker() -> Iterator[Broker]:
    """Starts a broker, if this machine can."""
    missing = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"needs a Kafka broker: set KAFKA_BOOTSTRAP, or install {', '.join(missing)}")
    folder = Path(tempfile.mkdtemp(prefix="fusion-kafka-"))
    started = Broker(folder)
    try:
        yield started
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def given_broker() -> Iterator[str]:
    """The broker that KAFKA_BOOTSTRAP names, or else one of our own."""
    if address := os.environ.get("KAFKA_BOOTSTRAP"):
        yield address
        return
    with broker() as started:
        yield started.address


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [str(SCRIPT), *arguments], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class KafkaLog:
    """Writes events as the relay does. Topics are the test's own."""

    def __init__(self, bootstrap: str, server: Broker | None = None) -> None:
        self.bootstrap = bootstrap
        self._server = server
        self._suffix = uuid4().hex[:8]
        self._sequences: dict[tuple[str, str], int] = {}

    def source(self, **settings: Any) -> KafkaSource:
        return KafkaSource(KafkaSettings((self.bootstrap,), **{"timeout": 60.0, **settings}))

    def topic(self, name: str = "test") -> str:
        return f"fc.{name}.{self._suffix}"

    async def append(self, topic: str, key: str, data: dict[str, Any] | None = None) -> int:
        sequence = self._sequences.get((topic, key), 0) + 1
        self._sequences[topic, key] = sequence
        await self.publish(topic, key, envelope("test", key, sequence, data))
        return sequence

    async def append_malformed(self, topic: str, key: str) -> None:
        await self.publish(topic, key, {"nothing": "here"})

    async def publish(self, topic: str, key: str, event: dict[str, Any]) -> None:
        async with self._producer() as producer:
            await producer.send_and_wait(topic, json.dumps(event).encode(), key=key.encode())

    async def publish_many(self, topic: str, key: str, count: int) -> None:
        async with self._producer() as producer:
            for sequence in range(1, count + 1):
                value = json.dumps(envelope("test", key, sequence)).encode()
                await producer.send(topic, value, key=key.encode())
            await producer.flush()

    async def publish_in_a_transaction(self, topic: str, key: str, count: int) -> None:
        async with self._producer(transactional_id=uuid4().hex) as producer, producer.transaction():
            for sequence in range(1, count + 1):
                value = json.dumps(envelope("test", key, sequence)).encode()
                await producer.send_and_wait(topic, value, key=key.encode())

    async def bury(self, topic: str, key: str) -> None:
        """Writes what tells compaction to delete a key."""
        async with self._producer() as producer:
            await producer.send_and_wait(topic, None, key=key.encode())

    async def create(self, topic: str, partitions: int) -> None:
        async with self._admin() as admin:
            await admin.create_topics([NewTopic(topic, partitions, 1)])

    async def grow(self, topic: str, partitions: int) -> None:
        async with self._admin() as admin:
            await admin.create_partitions({topic: NewPartitions(partitions)})

    async def delete_before(self, topic: str, partition: int, offset: int) -> None:
        """What retention does."""
        async with self._admin() as admin:
            await admin.delete_records({TopicPartition(topic, partition): RecordsToDelete(offset)})

    async def stop(self) -> None:
        assert self._server is not None
        await asyncio.to_thread(self._server.stop)

    async def start(self) -> None:
        assert self._server is not None
        await asyncio.to_thread(self._server.start)

    @asynccontextmanager
    async def _producer(self, **options: Any) -> AsyncIterator[Any]:
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all", **options)
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[Any]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()
