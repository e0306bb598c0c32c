"""Writes numbered events to the log that the gateway under measurement reads."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg
from aiokafka import AIOKafkaProducer

from tests.gateway.subscriptions.outbox_log import OutboxLog, append, envelope

SCHEMA = "rooms"


class EventLog(Protocol):
    """A log with one topic; `provider` is how the gateway's configuration names it."""

    topic: str
    provider: dict[str, Any]

    async def append(self, room: str, number: int, text: str = "") -> None:
        """Write the event of this number; returns once it is committed."""
        ...


def _data(number: int, text: str) -> dict[str, Any]:
    """The time is taken as late as possible: what follows is the way to the subscriber."""
    product = {"id": str(number % 10)}
    return {
        "number": number, "sentAt": str(time.monotonic_ns()), "text": text, "product": product,
    }  # fmt: skip


class Outbox:
    """Over one connection to PostgreSQL."""

    def __init__(self, url: str, connection: Any) -> None:
        self.topic = "fc.room.event.v1"
        self.provider = {"kind": "postgres", "url": url, "schemas": [SCHEMA]}
        self._connection = connection

    async def append(self, room: str, number: int, text: str = "") -> None:
        async with self._connection.transaction():
            await append(self._connection, SCHEMA, self.topic, room, _data(number, text))


class Kafka:
    """As the relay publishes it."""

    def __init__(self, bootstrap: str, topic: str, producer: Any) -> None:
        self.topic = topic
        self.provider = {"kind": "kafka", "bootstrap_servers": [bootstrap], "topics": [topic]}
        self._producer = producer

    async def append(self, room: str, number: int, text: str = "") -> None:
        event = envelope("rooms", room, number, _data(number, text))
        await self._producer.send_and_wait(self.topic, json.dumps(event).encode(), room.encode())


@asynccontextmanager
async def outbox(url: str) -> AsyncIterator[EventLog]:
    """An outbox of its own in the database."""
    await OutboxLog(url).create(SCHEMA)
    connection = await asyncpg.connect(url)
    try:
        yield Outbox(url, connection)
    finally:
        await connection.close()


@asynccontextmanager
async def kafka(bootstrap: str, topic: str) -> AsyncIterator[EventLog]:
    """A topic of its own at the broker."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        yield Kafka(bootstrap, topic, producer)
