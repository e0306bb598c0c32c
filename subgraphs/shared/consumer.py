"""Handles other subgraphs' events: each once in effect, those of a key in order.

Events are delivered at least once; the inbox makes that once, in the transaction of the handler's
own rows. An event that fails five times is parked, and so are the later ones of its key: the others
go on. The topic `fc.dlq.v1` tells of it; `parked.py` releases it. Events come from the sources'
outbox tables, or from Kafka where it is configured.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.database import Database, is_outage
from subgraphs.shared.event_counts import CONSUMER_OLDEST, CONSUMER_WAITING, HANDLED
from subgraphs.shared.event_log import Page, Position, Row
from subgraphs.shared.events import Event
from subgraphs.shared.follower import DATABASE_FAILURES, Follower, Pace, Sink, SinkUnavailable
from subgraphs.shared.inbox import Inbox
from subgraphs.shared.kafka import KafkaPage, kafka_pages
from subgraphs.shared.origin import Origin
from subgraphs.shared.topics import DEAD_LETTERS, PARKED
from subgraphs.shared.unit_of_work import UnitOfWork, transact

_log = logging.getLogger(__name__)
ATTEMPTS = 5
_LONGEST_REASON = 2000


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """An event of another subgraph."""

    id: str
    type: str
    topic: str
    key: str
    sequence: int
    time: datetime
    data: dict[str, Any]
    origin: Origin

    @property
    def cause(self) -> Origin:
        """The origin of what the handling of this event changes."""
        return msgspec.structs.replace(self.origin, causation=self.id)


Handler = Callable[[UnitOfWork, Received], Awaitable[None]]


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is the consumer's; `topics` are by the subgraph that writes them.

    Where all that the handler does is to fill tables of its own from events, `reset` empties them:
    then they can be rebuilt, see `rebuild.py`.
    """

    name: str
    topics: Mapping[str, tuple[str, ...]]
    handler: Handler
    reset: Callable[[AsyncSession], Awaitable[None]] | None = None


class BeingRebuilt(SinkUnavailable):
    """The consumer's projection is being rebuilt; events wait for that."""


class Consumer:
    """Runs one subscription of a subgraph."""

    def __init__(
        self,
        database: Database,
        subscription: Subscription,
        kafka_bootstrap: str | None = None,
        pace: Pace | None = None,
        *,
        rebuilds: bool = False,
    ) -> None:
        self._database = database
        self._rebuilds = rebuilds
        self._subscription = subscription
        self._kafka = kafka_bootstrap
        self._pace = pace or Pace()
        self._inbox = Inbox(database.subgraph, subscription.name)
        self._name = f"{database.subgraph}.{subscription.name}"

    async def run(self) -> None:
        """Handle events until cancelled."""
        if self._kafka is not None:
            await self._run_on_kafka(self._kafka)
            return
        async with asyncio.TaskGroup() as group:
            for source, topics in self._subscription.topics.items():
                follower = Follower(
                    self._database.url,
                    source,
                    self._name,
                    self._sink_of(source),
                    topics,
                    self._pace,
                )
                group.create_task(follower.run())

    def _sink_of(self, source: str) -> Callable[[Any], AbstractAsyncContextManager[Sink]]:
        @asynccontextmanager
        async def open_sink(_: Any) -> AsyncIterator[Sink]:
            yield _InboxSink(self, source)

        return open_sink

    async def _run_on_kafka(self, bootstrap: str) -> None:
        topics = [topic for some in self._subscription.topics.values() for topic in some]
        while True:
            try:
                await transact(self._database, lambda unit: self._inbox.leave(unit.session))
                async with aclosing(kafka_pages(bootstrap, self._name, topics)) as pages:
                    async for page in pages:
                        self._tell_lag(page)
                        for row in page.rows:
                            await self.handle(row)
                        if page.since is not None:
                            await page.commit()
            except (*DATABASE_FAILURES, SinkUnavailable) as error:
                _log.warning("%s: events wait: %s", self._name, error)
            await asyncio.sleep(self._pace.first_pause)

    def _tell_lag(self, page: KafkaPage) -> None:
        CONSUMER_WAITING.labels(self._name).set(page.waiting)
        oldest = max(0.0, time.time() - page.since) if page.since is not None else 0.0
        CONSUMER_OLDEST.labels(self._name).set(oldest)

    async def load(self, source: str) -> Position:
        """How far this consumer is in a source's outbox."""
        return await transact(self._database, lambda unit: self._inbox.load(unit.session, source))

    async def save(self, source: str, position: Position) -> None:
        """Keep that."""
        async with UnitOfWork(self._database) as unit:
            await self._inbox.save(unit.session, source, position)

    async def handle(self, row: Row) -> None:
        """Have the event take effect once, or park it."""
        event = received(row)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._attempt(row, event)
            except Exception as error:
                if is_outage(error) or isinstance(error, SinkUnavailable):
                    raise  # not the event's fault: it is given again later
                _log.warning("%s: event %s failed: %r", self._name, event.id, error)
                if attempt == ATTEMPTS:
                    await self._park(row, event, reason(error))
                    return
                await asyncio.sleep(self._pace.first_pause * 2 ** (attempt - 1))
            else:
                return

    async def _attempt(self, row: Row, event: Received) -> None:
        stoppable = self._subscription.reset is not None and not self._rebuilds

        async def work(unit: UnitOfWork) -> str:
            if stoppable and await self._inbox.is_stopped(unit.session):
                raise BeingRebuilt("The projection is being rebuilt.")
            if not await self._inbox.claim(unit.session, row):
                return "repeated"
            if await self._inbox.is_parked(unit.session, row):
                await self._inbox.park(unit.session, row, "An earlier event of the key is parked.")
                return "parked"
            await self._subscription.handler(unit, event)
            return "handled"

        result = await transact(self._database, work, origin=event.cause)
        HANDLED.labels(self._name, result).inc()

    async def _park(self, row: Row, event: Received, error: str) -> None:
        async def work(unit: UnitOfWork) -> None:
            if await self._inbox.claim(unit.session, row):
                await self._inbox.park(unit.session, row, error)
                unit.record(self._dead_letter(row, error))

        await transact(self._database, work, origin=event.cause)
        HANDLED.labels(self._name, "failed").inc()

    def _dead_letter(self, row: Row, error: str) -> Event:
        return Event(
            type=PARKED,
            topic=DEAD_LETTERS.name,
            key=f"{self._name}/{row.topic}/{row.key}",
            data={
                "consumer": self._name,
                "error": error,
                "attempts": ATTEMPTS,
                "topic": row.topic,
                "key": row.key,
                "sequence": row.sequence,
                "event": msgspec.json.decode(row.event),
            },
        )


class _InboxSink:
    """Handles the rows of one source's outbox."""

    def __init__(self, consumer: Consumer, source: str) -> None:
        self._consumer = consumer
        self._source = source

    async def load(self) -> Position:
        return await self._consumer.load(self._source)

    async def take(self, page: Page) -> None:
        for row in page.rows:
            await self._consumer.handle(row)
        await self._consumer.save(self._source, page.next)


class _Envelope(msgspec.Struct, frozen=True):
    id: str
    type: str
    time: datetime
    data: dict[str, Any]
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None


def reason(error: Exception) -> str:
    """Why an event could not be handled, bounded: errors of the database quote statements."""
    return repr(error)[:_LONGEST_REASON]


def received(row: Row) -> Received:
    """A row as handlers get it."""
    envelope = msgspec.json.decode(row.event, type=_Envelope)
    return Received(
        id=envelope.id,
        type=envelope.type,
        topic=row.topic,
        key=row.key,
        sequence=row.sequence,
        time=envelope.time,
        data=envelope.data,
        origin=Origin(
            correlation=envelope.correlationid,
            causation=envelope.causationid,
            traceparent=envelope.traceparent,
        ),
    )
