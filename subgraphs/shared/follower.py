"""Follows one outbox as its only reader of a kind, and waits out whatever fails.

The relay and the consumers are followers. Of several processes one leads, held by an advisory lock
that PostgreSQL frees when its connection ends, however it ends. What is read goes into a sink,
which keeps the position: a kill repeats some events and loses none.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import asyncpg
import msgspec
from sqlalchemy.exc import SQLAlchemyError

from subgraphs.shared import database
from subgraphs.shared.cancelled import is_told_to_end
from subgraphs.shared.event_log import Page, Position, read_page
from subgraphs.shared.outbox import CHANNEL

_log = logging.getLogger(__name__)
_LEAD = "select pg_try_advisory_lock(hashtextextended($1, 0))"
DATABASE_FAILURES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    SQLAlchemyError,
    OSError,
    TimeoutError,
)


class SinkUnavailable(Exception):
    """The sink could not take a page; the follower gives it again later."""


class Sink(Protocol):
    """Where the events go."""

    async def load(self) -> Position:
        """How far this kind of follower had got."""

    async def take(self, page: Page) -> None:
        """Keep the rows, then the position after them. Raises SinkUnavailable."""


# Opens the sink of a follower that leads, on its connection.
OpenSink = Callable[[Any], AbstractAsyncContextManager[Sink]]


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: how often to look without being told to, and how long to pause after failures.

    `checkpoint` is how often to keep the position while there is nothing to take: what lies before
    it may be deleted. `breath` is left to others after each page of a backlog.
    """

    poll: float = 1.0
    first_pause: float = 0.2
    longest_pause: float = 5.0
    checkpoint: float = 60.0
    breath: float = 0.01


class Follower:
    """Follows the outbox of one subgraph; `name` tells kinds of followers apart."""

    def __init__(
        self,
        url: str,
        schema: str,
        name: str,
        open_sink: OpenSink,
        topics: tuple[str, ...] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._url = url
        self._schema = schema
        self._name = name
        self._open_sink = open_sink
        self._topics = topics
        self._pace = pace or Pace()

    async def run(self) -> None:
        """Follow until cancelled."""
        pause = self._pace.first_pause
        told = ""
        while True:
            try:
                async with connected(self._url, self._name) as connection:
                    if await connection.fetchval(_LEAD, f"{self._name}:{self._schema}"):
                        _log.info("This %s leads for %s.", self._name, self._schema)
                        async with self._open_sink(connection) as sink:
                            pause, told = self._pace.first_pause, ""
                            await self._follow(connection, sink)
            except (*DATABASE_FAILURES, SinkUnavailable) as error:
                if str(error) != told:  # told once, however long it lasts
                    told = str(error)
                    _log.warning("%s: events of %s wait: %s", self._name, self._schema, told)
            except (Exception, asyncio.CancelledError):
                if is_told_to_end():
                    raise
                _log.exception("%s: events of %s wait", self._name, self._schema)
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._pace.longest_pause)

    async def _follow(self, connection: Any, sink: Sink) -> None:
        notified = asyncio.Event()
        await connection.add_listener(CHANNEL, lambda *_: notified.set())
        position = kept = await sink.load()
        kept_at = asyncio.get_running_loop().time()
        while True:
            notified.clear()
            page = await read_page(connection, self._schema, position, self._topics)
            position = page.next
            now = asyncio.get_running_loop().time()
            due = position != kept and now - kept_at >= self._pace.checkpoint
            if page.rows or page.more or due:
                await sink.take(page)
                kept, kept_at = position, now
            if page.more:
                await asyncio.sleep(self._pace.breath)
            else:
                await self._wait(notified)

    async def _wait(self, notified: asyncio.Event) -> None:
        """Until events are told of, or the poll is due: a notification may be lost."""
        try:
            async with asyncio.timeout(self._pace.poll):
                await notified.wait()
        except TimeoutError:
            pass


@asynccontextmanager
async def connected(url: str, name: str) -> AsyncIterator[Any]:
    """A connection of asyncpg."""
    connection = await asyncpg.connect(
        url,
        timeout=database.CONNECT_TIMEOUT,
        command_timeout=database.COMMAND_TIMEOUT,
        server_settings={"application_name": name},
    )
    try:
        yield connection
    finally:
        # Not gracefully: that waits for an answer, which a dead server never gives.
        connection.terminate()
