"""What is old goes, except what somebody still has to read."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from subgraphs.shared.consumer import Consumer, Received, Subscription
from subgraphs.shared.database import Database
from subgraphs.shared.event_log import Position, read_page
from subgraphs.shared.follower import connected
from subgraphs.shared.inbox import Inbox
from subgraphs.shared.relay import _LOAD, _SAVE, _create_positions
from subgraphs.shared.retention import Pruner, Pruning
from subgraphs.shared.topics import FOR_EVER, Topic
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.subgraphs.shared.reading import write

WEEK = Topic(name="t", key="k", types=(), retention=timedelta(days=7))
KEPT = Topic(name="kept", key="k", types=(), retention=FOR_EVER)
ROWS = Topic(name="rows", key="k", types=(), retention=FOR_EVER, compact=True)


def pruner(database: Database, *, relayed: bool = False) -> Pruner:
    pruning = Pruning(batch=3, pause=0)
    return Pruner(database, (WEEK, KEPT, ROWS), relayed=relayed, pruning=pruning)


async def age(database: Database, days: int = 8) -> None:
    """Let days pass for all that is there."""
    async with database.engine.begin() as connection:
        since = {"age": timedelta(days=days)}
        await connection.execute(
            text("update probe.outbox set time = time - cast(:age as interval)"), since
        )
        statement = text(
            "update probe.idempotency set created_at = created_at - cast(:age as interval)"
        )
        await connection.execute(statement, since)


async def left(database: Database) -> list[tuple[str, int]]:
    query = text("select key, sequence from probe.outbox order by topic, key, sequence")
    async with database.session() as session:
        return [(row.key, row.sequence) for row in await session.execute(query)]


@pytest.fixture
async def relay(probe: Database) -> AsyncIterator["Relay"]:
    async with connected(probe.url, "relay") as connection:
        await _create_positions(connection)
        yield Relay(connection)


class Relay:
    """Moves on when it is told to."""

    def __init__(self, connection: object) -> None:
        self.connection = connection

    async def begin(self) -> None:
        await self.connection.fetchrow(_LOAD, "probe")  # type: ignore[attr-defined]

    async def catch_up(self) -> None:
        position, more = Position(), True
        while more:
            page = await read_page(self.connection, "probe", position)
            position, more = page.next, page.more
        await self.connection.execute(  # type: ignore[attr-defined]
            _SAVE, "probe", position.low, position.high, position.id
        )


async def test_events_go_when_their_topic_keeps_them_no_longer(probe: Database):
    await write(probe, "old", *range(10))
    await write(probe, "kept", 1, topic="kept")
    await age(probe)
    await write(probe, "new", 1)
    assert await pruner(probe).prune() == 10
    assert await left(probe) == [("kept", 1), ("new", 1)]
    await write(probe, "old", 1)
    assert ("old", 11) in await left(probe)  # sequences go on
    assert await pruner(probe).prune() == 0


async def test_of_a_compact_topic_the_newest_of_each_key_stays(probe: Database):
    for n in range(4):
        await write(probe, f"k{n}", *range(n + 1), topic="rows")
    await age(probe, days=400)
    assert await pruner(probe).prune() == 6
    assert await left(probe) == [("k0", 1), ("k1", 2), ("k2", 3), ("k3", 4)]


async def test_what_the_relay_has_not_published_stays(probe: Database, relay: Relay):
    await write(probe, "k", 1, 2)
    await age(probe)
    await relay.begin()
    assert await pruner(probe).prune() == 0
    await relay.catch_up()
    await write(probe, "k", 3)
    await age(probe)
    assert await pruner(probe).prune() == 2
    assert await left(probe) == [("k", 3)]


async def test_with_kafka_nothing_goes_before_a_relay_was_there(probe: Database, relay: Relay):
    await write(probe, "k", 1)
    await age(probe)
    assert await pruner(probe, relayed=True).prune() == 0
    await relay.begin()
    await relay.catch_up()
    assert await pruner(probe, relayed=True).prune() == 1


async def ignore(_: UnitOfWork, __: Received) -> None:
    pass


async def test_what_a_consumer_has_not_read_stays(probe: Database, reader: Database):
    subscription = Subscription(name="seer", topics={"probe": ("t",)}, handler=ignore)
    consumer = Consumer(reader, subscription)
    await write(probe, "k", 1, 2)
    await age(probe)
    assert await consumer.load("probe") == Position()  # it has begun, and got nowhere
    assert await pruner(probe).prune() == 0
    async with connected(probe.url, "test") as connection:
        await consumer.save("probe", (await read_page(connection, "probe", Position())).next)
    assert await pruner(probe).prune() == 2


async def test_a_consumer_that_follows_kafka_holds_nothing_back(probe: Database, reader: Database):
    inbox = Inbox("reader", "seer")
    await write(probe, "k", 1)
    await age(probe)
    async with UnitOfWork(reader) as unit:
        await inbox.load(unit.session, "probe")
    assert await pruner(probe).prune() == 0
    async with UnitOfWork(reader) as unit:
        await inbox.leave(unit.session)
    assert await pruner(probe).prune() == 1


async def test_a_transaction_that_still_runs_keeps_what_it_wrote(probe: Database):
    async with UnitOfWork(probe) as unit:
        await unit.session.execute(text("insert into probe.note values (1, '')"))
        await write(probe, "k", 1)  # later than the one that runs: a window ends before it
        await age(probe)
        assert await pruner(probe).prune() == 0
    assert await pruner(probe).prune() == 1


async def test_idempotency_keys_are_kept_for_a_week_and_those_of_seeds_for_ever(probe: Database):
    insert = text(
        "insert into probe.idempotency (viewer, key, operation, input_hash)"
        " select 'ann', key, 'x', '' from unnest(cast(:keys as text[])) as key"
    )
    async with probe.engine.begin() as connection:
        await connection.execute(insert, {"keys": ["a", "b", "c", "d", "seed:x"]})
    await age(probe)
    async with probe.engine.begin() as connection:
        await connection.execute(insert, {"keys": ["new"]})
    assert await pruner(probe).prune() == 4
    async with probe.session() as session:
        keys = (
            await session.execute(text("select key from probe.idempotency order by 1"))
        ).scalars()
        assert list(keys) == ["new", "seed:x"]


async def test_two_replicas_do_not_wait_for_each_other(probe: Database):
    await write(probe, "k", *range(5))
    await age(probe)
    async with probe.engine.begin() as other:
        lock = "select pg_advisory_xact_lock(hashtextextended('prune:probe', 0))"
        await other.execute(text(lock))
        assert await pruner(probe).prune() == 0
    assert await pruner(probe).prune() == 5
