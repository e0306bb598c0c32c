"""What a consumer cannot handle waits by key, is told of, and goes on once the cause is mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from subgraphs.shared import events
from subgraphs.shared.consumer import ATTEMPTS, Consumer, Received, Subscription
from subgraphs.shared.database import Database
from subgraphs.shared.event_log import Position, read_page
from subgraphs.shared.events import Event, EventInvalid
from subgraphs.shared.follower import connected
from subgraphs.shared.parked import drop_first, parked_keys, release
from subgraphs.shared.topics import PARKED
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.subgraphs.shared.reading import PACE, seen, until, write


class Shop:
    """A consumer whose handler fails for what is out of stock."""

    def __init__(self, reader: Database) -> None:
        self.reader = reader
        self.sold_out = {13}
        self.subscription = Subscription(name="seer", topics={"probe": ("t",)}, handler=self.handle)

    async def handle(self, unit: UnitOfWork, event: Received) -> None:
        insert = text("insert into reader.seen (key, sequence, n) values (:key, :sequence, :n)")
        values = {"key": event.key, "sequence": event.sequence, "n": event.data["n"]}
        await unit.session.execute(insert, values)
        unit.record(Event(type="fc.probe.v1", topic="sold", key=event.key, data=event.data))
        if event.data["n"] in self.sold_out:
            raise LookupError("sold out")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        consumer = Consumer(self.reader, self.subscription, pace=PACE)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(consumer.run())
            yield
            running.cancel()

    async def told(self, topic: str) -> list[dict[str, Any]]:
        query = text("select event from reader.outbox where topic = :topic order by id")
        async with self.reader.session() as session:
            return [row.event for row in await session.execute(query, {"topic": topic})]


@pytest.fixture
def shop(reader: Database) -> Shop:
    return Shop(reader)


async def test_what_failed_is_told_of_once_and_only_its_key_waits(probe: Database, shop: Shop):
    await write(probe, "k", 1, 13, 2)
    await write(probe, "free", 3)
    async with shop.open():
        await until(shop.reader, 2)
        await until(shop.reader, 2, "inbox_parked")
    assert await seen(shop.reader) == [("k", 1), ("free", 1)]
    (letter,) = await shop.told("fc.dlq.v1")
    event = letter["data"].pop("event")
    assert letter["data"] == {
        "consumer": "reader.seer",
        "error": "LookupError('sold out')",
        "attempts": ATTEMPTS,
        "topic": "t",
        "key": "k",
        "sequence": 2,
    }
    assert (event["id"], event["data"]) == ("k:2", {"n": 13})
    assert letter["partitionkey"] == "reader.seer/t/k"
    assert (letter["causationid"], letter["correlationid"]) == ("k:2", "c-1")


async def test_a_mended_consumer_goes_on_where_it_failed(probe: Database, shop: Shop):
    await write(probe, "k", 1, 13, 2)
    async with shop.open():
        await until(shop.reader, 2, "inbox_parked")
        (waiting,) = await parked_keys(shop.reader)
        assert (waiting.key, waiting.sequence, waiting.behind) == ("k", 2, 1)
        assert waiting.error == "LookupError('sold out')"

        failed = await release(shop.reader, shop.subscription, "t", "k")
        assert (failed.handled, failed.error) == (0, "LookupError('sold out')")

        shop.sold_out.clear()
        done = await release(shop.reader, shop.subscription, "t", "k")
        assert (done.handled, done.error) == (2, None)
        await write(probe, "k", 4)
        await until(shop.reader, 4)
    assert await seen(shop.reader) == [("k", 1), ("k", 2), ("k", 3), ("k", 4)]
    assert await parked_keys(shop.reader) == []
    causes = [event["causationid"] for event in await shop.told("sold")]
    assert causes == ["k:1", "k:2", "k:3", "k:4"]


async def test_events_that_come_while_a_key_is_released_keep_their_place(
    probe: Database, shop: Shop
):
    await write(probe, "k", 13)
    async with shop.open():
        await until(shop.reader, 1, "inbox_parked")
        shop.sold_out.clear()
        async with asyncio.TaskGroup() as group:
            for n in range(30):
                await write(probe, "k", n)
                group.create_task(release(shop.reader, shop.subscription, "t", "k"))
        await release(shop.reader, shop.subscription, "t", "k")
        await until(shop.reader, 31)
    assert await seen(shop.reader) == [("k", n) for n in range(1, 32)]


async def test_what_cannot_be_mended_is_given_up_alone(probe: Database, shop: Shop):
    await write(probe, "k", 13, 2)
    async with shop.open():
        await until(shop.reader, 2, "inbox_parked")
        assert await drop_first(shop.reader, shop.subscription, "t", "k") == 1
        done = await release(shop.reader, shop.subscription, "t", "k")
        assert (done.handled, done.error) == (1, None)
        assert await drop_first(shop.reader, shop.subscription, "t", "k") is None
    assert await seen(shop.reader) == [("k", 2)]


async def test_an_event_is_parked_and_told_of_together_or_not_at_all(probe: Database, shop: Shop):
    """Without the schema of the dead letter it cannot be written: then nothing is parked either."""
    schema = events.SCHEMAS / f"{PARKED}.json"
    schema.write_bytes(orjson.dumps({"required": ["nobody writes this"]}))
    events._validator.cache_clear()
    await write(probe, "k", 13)
    async with connected(probe.url, "test") as connection:
        (row,) = (await read_page(connection, "probe", Position())).rows
    with pytest.raises(EventInvalid):
        await Consumer(shop.reader, shop.subscription, pace=PACE).handle(row)
    assert await seen(shop.reader, "inbox_parked") == []
    assert await seen(shop.reader, "inbox") == []
    events._validator.cache_clear()
