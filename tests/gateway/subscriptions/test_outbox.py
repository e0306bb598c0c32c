"""What is particular to reading outbox tables: the order of commits, and many tables."""

import asyncio
from typing import Any

import asyncpg
import pytest

from gateway.subscriptions.errors import CursorInvalid
from gateway.subscriptions.outbox_sql import OLDEST_RUNNING
from gateway.subscriptions.outbox_window import OutboxReader
from tests.gateway.subscriptions.outbox_log import OutboxLog, PostgresServer, append
from tests.gateway.subscriptions.received import Received, once

TOPIC = "fc.test.v1"


async def test_a_transaction_that_commits_late_is_not_skipped(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source()
    async with source.running(), outbox_log.connection() as slow:
        await source.follow(TOPIC, received)
        transaction = slow.transaction()
        await transaction.start()
        await append(slow, "livestream", TOPIC, "late", None)
        await outbox_log.append(TOPIC, "early")  # a higher id, committed before
        await asyncio.sleep(0.3)
        await transaction.commit()
        await received.until("late", 1)
        await received.until("early", 1)
    assert once(received.sequences("late")) == [1]
    assert once(received.sequences("early")) == [1]


async def test_a_transaction_that_began_before_follow_is_delivered(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source()
    async with source.running(), outbox_log.connection() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await append(slow, "livestream", TOPIC, "a", None)
        await source.follow(TOPIC, received)
        await transaction.commit()
        await received.until("a", 1)


async def test_an_aborted_transaction_leaves_no_gap(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source()
    async with source.running(), outbox_log.connection() as other:
        await source.follow(TOPIC, received)
        await outbox_log.append(TOPIC, "a")
        transaction = other.transaction()
        await transaction.start()
        await append(other, "livestream", TOPIC, "a", None)
        await transaction.rollback()
        await outbox_log.append(TOPIC, "a")
        await received.until("a", 2)
    assert once(received.sequences("a")) == [1, 2]


async def test_an_older_transaction_that_comes_to_a_key_later_waits_for_its_forerunner(
    outbox_log: OutboxLog,
) -> None:
    received, source = Received(), outbox_log.source()
    async with (
        source.running(),
        outbox_log.connection() as older,
        outbox_log.connection() as between,
    ):
        await source.follow(TOPIC, received)
        async with between.transaction():
            async with older.transaction():
                await older.execute("select pg_current_xact_id()")
                await between.execute("select pg_current_xact_id()")
                await outbox_log.append(TOPIC, "a")  # the newest transaction, and the first event
                await append(older, "livestream", TOPIC, "a", None)
            await outbox_log.append(TOPIC, "b")
        await received.until("a", 2)
        await received.until("b", 1)
    assert once(received.sequences("a")) == [1, 2]
    assert received.sequences("a")[0] == 1


async def test_concurrent_writers_lose_nothing_and_keep_each_keys_order(
    outbox_log: OutboxLog,
) -> None:
    received, source = Received(), outbox_log.source()

    async def write(writer: int) -> None:
        async with outbox_log.connection() as connection:
            for turn in range(25):
                async with connection.transaction():
                    await append(connection, "livestream", TOPIC, f"k{(writer + turn) % 5}", None)
                    if turn % 7 == writer:
                        await asyncio.sleep(0.02)

    async with source.running():
        await source.follow(TOPIC, received)
        async with asyncio.TaskGroup() as group:
            for writer in range(8):
                group.create_task(write(writer))
        for key in range(5):
            await received.until(f"k{key}", 40)
    for key in range(5):
        assert received.sequences(f"k{key}") == list(range(1, 41))


async def test_more_rows_than_a_page_are_delivered(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source()
    async with source.running(), outbox_log.connection() as connection:
        await source.follow(TOPIC, received)
        async with connection.transaction():
            for _ in range(1_203):
                await append(connection, "livestream", TOPIC, "a", None, notify=False)
        await received.until("a", 1_203)
        replayed = [event.sequence async for event in source.replay(TOPIC, "a", 100)]
    assert received.sequences("a") == list(range(1, 1_204))
    assert replayed == list(range(101, 1_204))


async def test_several_schemas_are_read(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source()
    await outbox_log.create("groupbuy")
    async with source.running():
        await source.follow("fc.groupbuy.event.v1", received)
        await source.follow(TOPIC, received)
        await outbox_log.append("fc.groupbuy.event.v1", "g", schema="groupbuy")
        await outbox_log.append(TOPIC, "l")
        await received.until("g", 1)
        await received.until("l", 1)
        latest = await source.latest("fc.groupbuy.event.v1", "g")
        assert latest is not None
        assert latest.sequence == 1


async def test_only_the_configured_schemas_are_read(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source(schemas=("livestream", "not_made_yet"))
    await outbox_log.create("groupbuy")
    async with source.running():
        await source.follow(TOPIC, received)
        await outbox_log.append(TOPIC, "g", schema="groupbuy")
        await outbox_log.append(TOPIC, "l")
        await received.until("l", 1)
        assert await source.latest(TOPIC, "g") is None
    assert received.sequences("g") == []


async def test_a_schema_that_is_made_later_is_found(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source()
    async with source.running():
        await source.follow(TOPIC, received)
        await outbox_log.create("groupbuy")
        await outbox_log.append(TOPIC, "g", schema="groupbuy")
        await received.until("g", 1)


async def test_without_a_notification_the_tables_are_polled(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source(poll_interval=0.05)
    async with source.running():
        await source.follow(TOPIC, received)
        await outbox_log.append(TOPIC, "a", notify=False)
        await received.until("a", 1)


async def test_a_notification_is_acted_upon_at_once(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source(poll_interval=3600)
    async with source.running():
        await source.follow(TOPIC, received)
        await outbox_log.append(TOPIC, "a")
        await received.until("a", 1)


async def test_a_held_back_row_comes_soon_after_its_hindrance_ends(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source(poll_interval=0.5)
    async with source.running(), outbox_log.connection() as other:
        await source.follow(TOPIC, received)
        transaction = other.transaction()
        await transaction.start()
        await other.execute("select pg_current_xact_id()")  # a writer without events
        await outbox_log.append(TOPIC, "a")
        await asyncio.sleep(0.1)
        assert received.events == []
        await transaction.commit()
        await received.until("a", 1)


async def test_lost_connections_are_made_again(outbox_log: OutboxLog) -> None:
    received, source = Received(), outbox_log.source()
    async with source.running():
        await source.follow(TOPIC, received)
        await outbox_log.append(TOPIC, "a")
        await received.until("a", 1)
        await outbox_log.interrupt_connections()
        await outbox_log.append(TOPIC, "a")
        await received.until("a", 2)
        assert [event.sequence async for event in source.replay(TOPIC, "a", 0)] == [1, 2]
    assert once(received.sequences("a")) == [1, 2]


async def test_a_cursor_ahead_of_a_database_that_was_put_back_is_refused(
    outbox_log: OutboxLog,
) -> None:
    topic, source = outbox_log.topic(), outbox_log.source()
    for _ in range(3):
        await outbox_log.append(topic, "a")
    async with source.running():
        assert [event async for event in source.replay(topic, "a", 3)] == []
        with pytest.raises(CursorInvalid):
            await anext(source.replay(topic, "a", 4))


async def rolled_back(connection: Any) -> None:
    """A transaction that had an id, and left nothing."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("select pg_current_xact_id()")
    await transaction.rollback()


@pytest.mark.parametrize("seen_at_once", [True, False])
async def test_transaction_ids_that_a_crash_gives_out_again_hide_no_event(
    own_postgres: PostgresServer, *, seen_at_once: bool
) -> None:
    """A server that was killed begins again at what it has written down."""
    log, received, reader = OutboxLog(own_postgres.url), Received(), OutboxReader(())
    await log.create("livestream")
    connection = await asyncpg.connect(log.url)
    own_postgres.hold_writers()
    reader.add(TOPIC, received)
    reader.begin(TOPIC, int(await connection.fetchval(OLDEST_RUNNING)))
    await log.append(TOPIC, "a")
    for _ in range(20):
        await rolled_back(connection)
    await reader.read(connection)
    before = int(await connection.fetchval(OLDEST_RUNNING))

    own_postgres.kill()
    await asyncio.to_thread(own_postgres.start)
    connection = await asyncpg.connect(log.url)
    assert int(await connection.fetchval(OLDEST_RUNNING)) < before, "no id is given out again"
    if seen_at_once:
        await reader.resume(connection)
    await log.append(TOPIC, "a")
    if not seen_at_once:
        for _ in range(20):
            await rolled_back(connection)
        await reader.resume(connection)
    await reader.read(connection)
    await connection.close()
    assert once(received.sequences("a")) == [1, 2]


async def test_a_database_that_was_put_back_is_read_on_from_there(
    own_postgres: PostgresServer,
) -> None:
    log, received, reader = OutboxLog(own_postgres.url), Received(), OutboxReader(())
    await log.create("livestream")
    await log.append(TOPIC, "a")
    await asyncio.to_thread(own_postgres.back_up)
    connection = await asyncpg.connect(log.url)
    reader.add(TOPIC, received)
    reader.begin(TOPIC, int(await connection.fetchval(OLDEST_RUNNING)))
    for _ in range(40):
        await log.append(TOPIC, "a")
    await reader.read(connection)
    assert received.sequences("a") == list(range(2, 42))

    await asyncio.to_thread(own_postgres.put_back)
    connection = await asyncpg.connect(log.url)
    await log.append(TOPIC, "b")
    await reader.resume(connection)
    await reader.read(connection)
    await connection.close()
    assert received.sequences("b") == [1]
