"""Event source over the subgraphs' outbox tables in PostgreSQL.

Each subgraph's schema has a table `outbox`, into which business transactions insert their events.
Identity values are given out before commit, so "everything above the last id I saw" would skip a
transaction that commits late. Rows are read in windows of transaction ids instead: a window ends at
the oldest transaction that still runs, so all that lies below has ended and cannot change. The
position is the window's upper bound. A key's sequence is bumped under a row lock that is held until
commit, so within a window the order of ids is, per key, the order of commits. Where a key's later
event is of an older transaction, and lies in the window without its forerunner, it waits for that;
the position stays before it, and what was read beyond comes again.

NOTIFY only says when to look; the tables are polled too, so that a lost notification costs a moment
and not an event. While a transaction holds the window back, the tables are looked at more often.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from gateway.subscriptions import outbox_sql
from gateway.subscriptions.background import is_told_to_end
from gateway.subscriptions.envelope import MalformedEvent, decode_event
from gateway.subscriptions.errors import BEYOND, CursorExpired, CursorInvalid, SourceUnavailable
from gateway.subscriptions.outbox_window import OutboxReader
from gateway.subscriptions.source import Deliver, Event, Lag

CHANNEL = "fusion_outbox"
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # where a connection breaks off between two messages
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
_log = logging.getLogger(__name__)


class OutboxSettings(msgspec.Struct, frozen=True):
    """`url` as libpq takes it; `schemas` empty: all that have an outbox table. Times in seconds."""

    url: str
    schemas: tuple[str, ...] = ()
    poll_interval: float = 1.0
    held_back_interval: float = 0.02
    retry_pauses: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0, 2.0)
    connections: int = 4
    timeout: float = 5.0


class OutboxSource:
    """Follows outbox tables; see `EventSource` for what it promises."""

    def __init__(self, settings: OutboxSettings) -> None:
        self._settings = settings
        self._reader = OutboxReader(settings.schemas)
        self._notified = asyncio.Event()
        self._pool: Any = None
        self._read_at: float | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        settings = self._settings
        async with (
            asyncpg.create_pool(
                settings.url,
                min_size=0,
                max_size=settings.connections,
                timeout=settings.timeout,
                command_timeout=settings.timeout,
            ) as self._pool,
            asyncio.TaskGroup() as group,
        ):
            reading = group.create_task(self._read_for_ever())
            try:
                yield
            finally:
                reading.cancel()
                self._pool.terminate()

    async def follow(self, topic: str, deliver: Deliver) -> None:
        self._reader.add(topic, deliver)  # before "now" is read, so that nothing falls between
        try:
            (row,) = await self._fetch(outbox_sql.OLDEST_RUNNING)
        except SourceUnavailable:
            self._reader.remove(topic)
            raise
        self._reader.begin(topic, int(row[0]))
        self._notified.set()  # what was there at the beginning is noted soon

    async def unfollow(self, topic: str) -> None:
        self._reader.remove(topic)

    def lag(self, topic: str) -> Lag:
        """All that is committed is read at once; how old that may be, the last reading tells."""
        del topic
        since = 0.0 if self._read_at is None else time.monotonic() - self._read_at
        interval = self._settings.poll_interval
        connected = self._read_at is not None and since < 2 * interval + self._settings.timeout
        return Lag(1, connected, None, 0.0 if since <= 2 * interval else since)

    async def latest(self, topic: str, key: str) -> Event | None:
        schemas = await self._schemas()
        rows = await self._fetch(outbox_sql.latest(schemas), topic, key) if schemas else []
        return decode_event(topic, rows[0]["event"]) if rows else None

    async def replay(
        self, topic: str, key: str, after_sequence: int, since: str | None = None
    ) -> AsyncGenerator[Event]:
        del since  # the tables are indexed by sequence
        schemas = await self._schemas()
        if schemas:
            row = await self._fetch(outbox_sql.pruned(schemas), topic, key, after_sequence)
            if row[0][0]:
                raise CursorExpired("The events after this cursor are no longer kept.")
            row = await self._fetch(outbox_sql.head(schemas), topic, key)
            if row[0][0] is not None and row[0][0] < after_sequence:
                raise CursorInvalid(BEYOND)
        while schemas:
            rows = await self._fetch(outbox_sql.after(schemas), topic, key, after_sequence)
            for row in rows:
                try:
                    event = decode_event(topic, row["event"])
                except MalformedEvent as error:
                    _log.error("outbox: malformed event passed over: %s", error)
                    continue
                after_sequence = event.sequence
                yield event
            if len(rows) < outbox_sql.PAGE:
                return

    async def _schemas(self) -> list[str]:
        found = await self._fetch(outbox_sql.SCHEMAS, list(self._settings.schemas))
        return [row[0] for row in found]

    async def _fetch(self, statement: str, *arguments: Any) -> list[Any]:
        """Reads, and tries again while the server is away for a moment."""
        for pause in (*self._settings.retry_pauses, None):
            try:
                rows: list[Any] = await self._pool.fetch(statement, *arguments)
            except _AWAY as error:
                if pause is None:
                    raise SourceUnavailable("The event log cannot be reached.") from error
                await asyncio.sleep(pause)
            except asyncpg.PostgresError as error:
                _log.error("outbox: %s", error)
                raise SourceUnavailable("The event log cannot be read.") from error
            else:
                return rows
        raise AssertionError  # the last round returns or raises

    async def _read_for_ever(self) -> None:
        pauses = self._settings.retry_pauses
        failures = 0
        while True:
            try:
                async with self._listening() as connection:
                    if failures:
                        _log.warning("outbox: connected again")
                    await self._reader.resume(connection)
                    failures = 0
                    await self._read_while_connected(connection)
            except (*_AWAY, asyncpg.PostgresError) as error:
                if not failures:
                    _log.warning("outbox: connection lost: %s", error or type(error).__name__)
            except (Exception, asyncio.CancelledError):
                if is_told_to_end():
                    raise
                # All that comes later would be lost with the reader.
                _log.exception("outbox: reading failed; it begins again")
            await asyncio.sleep(pauses[min(failures, len(pauses) - 1)])
            failures += 1

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[Any]:
        timeout = self._settings.timeout
        connection = await asyncpg.connect(
            self._settings.url, timeout=timeout, command_timeout=timeout
        )
        try:
            connection.add_termination_listener(lambda _: self._notified.set())
            await connection.add_listener(CHANNEL, lambda *_: self._notified.set())
            yield connection
        finally:
            connection.terminate()

    async def _read_while_connected(self, connection: Any) -> None:
        settings = self._settings
        pause = settings.held_back_interval
        while True:
            self._notified.clear()
            held_back = await self._reader.read(connection)
            self._read_at = time.monotonic()
            pause = (
                min(pause * 2, settings.poll_interval) if held_back else settings.held_back_interval
            )
            try:
                async with asyncio.timeout(pause if held_back else settings.poll_interval):
                    await self._notified.wait()
            except TimeoutError:
                continue
