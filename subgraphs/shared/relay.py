"""The relay: carries each subgraph's outbox to Kafka, in order per key, at least once.

Run as many as you like (`python -m subgraphs.shared.relay`): per subgraph one leads, held by an
advisory lock that PostgreSQL frees when its connection ends, however it ends. The position moves
only after Kafka has taken the events, so a kill repeats some and loses none. Consumers pass over
what repeats.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from subgraphs.shared.event_log import Position, read_page
from subgraphs.shared.kafka import Publisher, PublishFailed, kafka_publisher
from subgraphs.shared.outbox import CHANNEL

_log = logging.getLogger(__name__)
_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, PublishFailed)

_POSITIONS = (
    "create schema if not exists relay",
    """
    create table if not exists relay.position (
        subgraph text primary key,
        low text not null,
        high text,
        id bigint not null,
        moved_at timestamptz not null default now()
    )""",
)
_SUBGRAPHS = """
    select n.nspname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relname = 'outbox' and c.relkind = 'r' order by 1"""
_LEAD = "select pg_try_advisory_lock(hashtextextended($1, 0))"
_LOAD = "select low, high, id from relay.position where subgraph = $1"
_SAVE = """
    insert into relay.position (subgraph, low, high, id) values ($1, $2, $3, $4)
    on conflict (subgraph) do update
    set low = excluded.low, high = excluded.high, id = excluded.id, moved_at = now()"""

MakePublisher = Callable[[], AbstractAsyncContextManager[Publisher]]


class RelaySettings(msgspec.Struct, frozen=True, kw_only=True):
    """`subgraphs` empty: all whose outbox the database has. Times in seconds."""

    database_url: str
    subgraphs: tuple[str, ...] = ()
    poll_interval: float = 1.0
    first_pause: float = 0.2
    longest_pause: float = 5.0


class Relay:
    """Carries the outboxes of one database."""

    def __init__(self, settings: RelaySettings, publisher: MakePublisher) -> None:
        self._settings = settings
        self._publisher = publisher

    async def run(self) -> None:
        """Carry events until cancelled; failures of PostgreSQL and Kafka are waited out."""
        subgraphs = self._settings.subgraphs or await self._find()
        async with asyncio.TaskGroup() as group:
            for subgraph in subgraphs:
                group.create_task(self._keep_carrying(subgraph), name=f"relay {subgraph}")

    async def _find(self) -> tuple[str, ...]:
        pause = self._settings.first_pause
        while True:
            try:
                async with self._connect() as connection:
                    found = tuple(row[0] for row in await connection.fetch(_SUBGRAPHS))
                if found:
                    return found
                _log.warning("The database has no outbox yet.")
            except _FAILURES as error:
                _log.warning("Waiting for the database: %s", error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._settings.longest_pause)

    async def _keep_carrying(self, subgraph: str) -> None:
        pause = self._settings.first_pause
        while True:
            try:
                async with self._connect() as connection:
                    await _create_positions(connection)
                    if await connection.fetchval(_LEAD, f"relay:{subgraph}"):
                        _log.info("This relay leads for %s.", subgraph)
                        async with self._publisher() as publisher:
                            pause = self._settings.first_pause
                            await self._carry(connection, subgraph, publisher)
            except _FAILURES as error:
                _log.warning("Events of %s wait: %s", subgraph, error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._settings.longest_pause)

    async def _carry(self, connection: Any, subgraph: str, publisher: Publisher) -> None:
        """As leader, until something fails."""
        notified = asyncio.Event()
        await connection.add_listener(CHANNEL, lambda *_: notified.set())
        row = await connection.fetchrow(_LOAD, subgraph)
        position = Position(row["low"], row["high"], row["id"]) if row else Position()
        while True:
            notified.clear()
            page = await read_page(connection, subgraph, position)
            if page.rows:
                await publisher.publish(page.rows)
            if page.rows or page.more:
                await connection.execute(
                    _SAVE, subgraph, page.next.low, page.next.high, page.next.id
                )
            position = page.next
            if not page.more:
                await self._wait(notified)

    async def _wait(self, notified: asyncio.Event) -> None:
        """Until events are told of, or the poll is due: a notification may be lost."""
        try:
            async with asyncio.timeout(self._settings.poll_interval):
                await notified.wait()
        except TimeoutError:
            pass

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(
            self._settings.database_url,
            timeout=5,
            command_timeout=30,
            server_settings={"application_name": "relay"},
        )
        try:
            yield connection
        finally:
            # Not gracefully: that waits for an answer, which a dead server never gives.
            connection.terminate()


async def _create_positions(connection: Any) -> None:
    async with connection.transaction():
        # Relays that start together must not create it together.
        await connection.execute("select pg_advisory_xact_lock(hashtextextended('relay', 0))")
        for statement in _POSITIONS:
            await connection.execute(statement)


async def _main(settings: RelaySettings, bootstrap: str) -> None:
    relay = Relay(settings, lambda: kafka_publisher(bootstrap))
    running = asyncio.current_task()
    if running is not None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        await relay.run()
    except asyncio.CancelledError:
        _log.info("Stopped.")


def main(arguments: list[str] | None = None) -> int:
    """Run a relay on DATABASE_URL and KAFKA_BOOTSTRAP."""
    parser = argparse.ArgumentParser(prog="python -m subgraphs.shared.relay", description=__doc__)
    parser.add_argument("subgraphs", nargs="*", help="only these; without any, all")
    options = parser.parse_args(arguments)
    url, bootstrap = os.environ.get("DATABASE_URL"), os.environ.get("KAFKA_BOOTSTRAP")
    if not url or not bootstrap:
        sys.stderr.write("Set DATABASE_URL and KAFKA_BOOTSTRAP.\n")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = RelaySettings(database_url=url, subgraphs=tuple(options.subgraphs))
    asyncio.run(_main(settings, bootstrap))
    return 0


if __name__ == "__main__":
    sys.exit(main())
