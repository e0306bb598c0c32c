"""The relay: carries each subgraph's outbox to Kafka, in order per key, at least once.

Run as many as you like (`python -m subgraphs.shared.relay`): per subgraph one leads. The position
moves only after Kafka has taken the events; consumers pass over what repeats after a kill.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from subgraphs.shared.database import Database
from subgraphs.shared.event_counts import PUBLISHED
from subgraphs.shared.event_log import Page, Position
from subgraphs.shared.event_metrics import metrics
from subgraphs.shared.follower import DATABASE_FAILURES, Follower, Pace, Sink, connected
from subgraphs.shared.kafka import Publisher, kafka_publisher

_log = logging.getLogger(__name__)
_NAME = "relay"
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
_LOAD = """
    insert into relay.position as known (subgraph, low, id) values ($1, '0', 0)
    on conflict (subgraph) do update set id = known.id
    returning low, high, id"""
_SAVE = """
    insert into relay.position (subgraph, low, high, id) values ($1, $2, $3, $4)
    on conflict (subgraph) do update
    set low = excluded.low, high = excluded.high, id = excluded.id, moved_at = now()"""

MakePublisher = Callable[[], AbstractAsyncContextManager[Publisher]]


class RelaySettings(msgspec.Struct, frozen=True, kw_only=True):
    """`subgraphs` empty: all whose outbox the database has."""

    database_url: str
    subgraphs: tuple[str, ...] = ()
    pace: Pace = Pace()


class Relay:
    """Carries the outboxes of one database."""

    def __init__(self, settings: RelaySettings, publisher: MakePublisher) -> None:
        self._settings = settings
        self._publisher = publisher
        self.subgraphs: tuple[str, ...] = ()
        """Those whose outboxes are carried; none until they are known."""

    @property
    def database_url(self) -> str:
        return self._settings.database_url

    async def run(self) -> None:
        """Carry events until cancelled; failures of PostgreSQL and Kafka are waited out."""
        self.subgraphs = self._settings.subgraphs or await self._find()
        async with asyncio.TaskGroup() as group:
            for subgraph in self.subgraphs:
                follower = Follower(
                    self._settings.database_url,
                    subgraph,
                    _NAME,
                    self._sink_of(subgraph),
                    pace=self._settings.pace,
                )
                group.create_task(follower.run(), name=f"relay {subgraph}")

    def _sink_of(self, subgraph: str) -> Callable[[Any], AbstractAsyncContextManager[Sink]]:
        @asynccontextmanager
        async def open_sink(connection: Any) -> AsyncIterator[Sink]:
            await _create_positions(connection)
            # Known before Kafka is: nothing is deleted that this relay has not published.
            await connection.execute(_LOAD, subgraph)
            async with self._publisher() as publisher:
                yield _KafkaSink(connection, subgraph, publisher)

        return open_sink

    async def _find(self) -> tuple[str, ...]:
        pace = self._settings.pace
        while True:
            try:
                async with connected(self._settings.database_url, _NAME) as connection:
                    found = tuple(row[0] for row in await connection.fetch(_SUBGRAPHS))
                if found:
                    return found
                _log.warning("The database has no outbox yet.")
            except DATABASE_FAILURES as error:
                _log.warning("Waiting for the database: %s", error)
            await asyncio.sleep(pace.longest_pause)


class _KafkaSink:
    """Publishes pages; the position stands in the schema `relay`."""

    def __init__(self, connection: Any, subgraph: str, publisher: Publisher) -> None:
        self._connection = connection
        self._subgraph = subgraph
        self._publisher = publisher

    async def load(self) -> Position:
        row = await self._connection.fetchrow(_LOAD, self._subgraph)
        return Position(row["low"], row["high"], row["id"])

    async def take(self, page: Page) -> None:
        if page.rows:
            await self._publisher.publish(page.rows)
            PUBLISHED.labels(self._subgraph).inc(len(page.rows))
        at = page.next
        # On the connection that holds the lock: who lost it cannot move the position.
        await self._connection.execute(_SAVE, self._subgraph, at.low, at.high, at.id)


async def _create_positions(connection: Any) -> None:
    async with connection.transaction():
        # Relays that start together must not create it together.
        await connection.execute("select pg_advisory_xact_lock(hashtextextended('relay', 0))")
        for statement in _POSITIONS:
            await connection.execute(statement)


async def _main(settings: RelaySettings, bootstrap: str, address: tuple[str, int] | None) -> None:
    relay = Relay(settings, lambda: kafka_publisher(bootstrap))
    running = asyncio.current_task()
    if running is not None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(relay.run())
            if address is not None:
                group.create_task(_serve_metrics(relay, *address))
    except asyncio.CancelledError:
        _log.info("Stopped.")


async def _serve_metrics(relay: Relay, host: str, port: int) -> None:
    """Answer `GET /metrics` until cancelled."""
    database = Database(relay.database_url, _NAME, pool_size=2)

    async def answer(_: Request) -> Response:
        carried: dict[str, tuple[()]] = dict.fromkeys(relay.subgraphs, ())
        return await metrics(database, carried, consumers_follow_kafka=True)

    app = Starlette(routes=[Route("/metrics", answer)])
    config = uvicorn.Config(app, host, port, log_level="warning", server_header=False, ws="none")
    server = _Server(config)
    try:
        await server.serve()
    finally:
        await database.close()


class _Server(uvicorn.Server):
    """Leaves the signals to the relay."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(arguments: list[str] | None = None) -> int:
    """Run a relay on DATABASE_URL and KAFKA_BOOTSTRAP."""
    parser = argparse.ArgumentParser(prog="python -m subgraphs.shared.relay", description=__doc__)
    parser.add_argument("subgraphs", nargs="*", help="only these; without any, all")
    parser.add_argument("--metrics-port", type=int, help="answer /metrics on this port")
    parser.add_argument("--metrics-host", default="127.0.0.1", help="on which address (127.0.0.1)")
    options = parser.parse_args(arguments)
    url, bootstrap = os.environ.get("DATABASE_URL"), os.environ.get("KAFKA_BOOTSTRAP")
    if not url or not bootstrap:
        sys.stderr.write("Set DATABASE_URL and KAFKA_BOOTSTRAP.\n")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = RelaySettings(database_url=url, subgraphs=tuple(options.subgraphs))
    address = (options.metrics_host, options.metrics_port) if options.metrics_port else None
    asyncio.run(_main(settings, bootstrap, address))
    return 0


if __name__ == "__main__":
    sys.exit(main())
