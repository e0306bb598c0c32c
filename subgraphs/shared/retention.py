"""Deletes what nobody needs any more: old events of the outbox, old idempotency keys.

An event goes when its topic keeps it no longer (of a compact topic: when a newer one of its key
supersedes it) and every reader that keeps a position in this outbox has passed it, however far
behind. Small transactions with pauses in between, so that nobody waits for them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.database import Database
from subgraphs.shared.event_counts import PRUNED
from subgraphs.shared.migrate import has_table
from subgraphs.shared.settings import Settings
from subgraphs.shared.topics import FOR_EVER, Topic
from subgraphs.shared.unit_of_work import UnitOfWork, transact

_log = logging.getLogger(__name__)
KEYS_LIVE = timedelta(days=7)
SUPERSEDED_LIVE = timedelta(days=7)

_READERS = """
    select n.nspname as schema, c.relname as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'r'
      and (c.relname = 'inbox_position' or c.relname = 'position' and n.nspname = 'relay')"""
_RELAYS = "select low from relay.position where subgraph = :subgraph"
_CONSUMERS = 'select low from "{schema}".inbox_position where source = :subgraph'
_HORIZON = "select pg_snapshot_xmin(pg_current_snapshot())::text as low"
_LEAD = "select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"
_OLD = """
    delete from {schema}.outbox where id in (
        select id from {schema}.outbox
        where topic = :topic and time < clock_timestamp() - cast(:age as interval)
          and xid < cast(cast(:passed as text) as xid8)
        order by time limit :batch)"""
# One that stays would be looked at in every round: `beyond` goes on after it.
_SUPERSEDED = """
    with old as materialized (
        select id, key, sequence from {schema}.outbox
        where topic = :topic and id > :beyond
          and time < clock_timestamp() - cast(:age as interval)
          and xid < cast(cast(:passed as text) as xid8)
        order by id limit :batch
    ), gone as (
        delete from {schema}.outbox where id in (
            select id from old where exists (
                select from {schema}.outbox as newer
                where newer.topic = :topic and newer.key = old.key
                  and newer.sequence > old.sequence))
        returning 1
    )
    select (select count(*) from gone) as gone, (select max(id) from old) as last"""
_KEYS = """
    delete from {schema}.idempotency where (viewer, key) in (
        select viewer, key from {schema}.idempotency
        where created_at < clock_timestamp() - cast(:age as interval) and key not like 'seed:%'
        order by created_at limit :batch)"""


class Pruning(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in a transaction; seconds between transactions, and between rounds."""

    batch: int = 1000
    pause: float = 0.1
    every: float = 300.0


class Pruner:
    """Keeps the tables of one subgraph short."""

    def __init__(
        self, database: Database, topics: tuple[Topic, ...], *, relayed: bool, pruning: Pruning
    ) -> None:
        self._database = database
        self._topics = topics
        self._relayed = relayed
        self._pruning = pruning

    async def run(self) -> None:
        """Prune until cancelled."""
        while True:
            await asyncio.sleep(self._pruning.every)
            gone = await self.prune()
            if gone:
                _log.info("%s: deleted %d old rows.", self._database.subgraph, gone)

    async def prune(self) -> int:
        """Delete all that may go now; gives how many rows went."""
        gone = await self._repeat("idempotency", self._old_keys)
        for topic in self._topics:
            if topic.compact:
                gone += await self._superseded(topic)
            elif topic.retention != FOR_EVER:
                gone += await self._repeat("outbox", partial(self._old, topic))
        return gone

    async def _repeat(self, table: str, batch: Callable[[AsyncSession], Awaitable[int]]) -> int:
        total = 0
        while True:
            gone = await transact(self._database, lambda unit: self._leading(unit.session, batch))
            PRUNED.labels(self._database.subgraph, table).inc(gone)
            total += gone
            if gone < self._pruning.batch:
                return total
            await asyncio.sleep(self._pruning.pause)

    async def _leading(
        self, session: AsyncSession, batch: Callable[[AsyncSession], Awaitable[int]]
    ) -> int:
        """Run a batch unless another replica prunes at this moment."""
        name = {"name": f"prune:{self._database.subgraph}"}
        if not (await session.execute(text(_LEAD), name)).scalar_one():
            return 0
        return await batch(session)

    async def _old_keys(self, session: AsyncSession) -> int:
        if not await has_table(session, self._database.subgraph, "idempotency"):
            return 0
        return await self._delete(session, _KEYS, age=KEYS_LIVE)

    async def _old(self, topic: Topic, session: AsyncSession) -> int:
        passed = await self._passed(session)
        if passed is None:
            return 0
        values = {"topic": topic.name, "age": topic.retention, "passed": passed}
        return await self._delete(session, _OLD, **values)

    async def _superseded(self, topic: Topic) -> int:
        """Delete what newer events of its key supersede."""
        total = 0
        beyond: int | None = 0
        while beyond is not None:
            work = partial(self._superseded_after, topic, beyond)
            gone, beyond = await transact(self._database, work)
            PRUNED.labels(self._database.subgraph, "outbox").inc(gone)
            total += gone
            await asyncio.sleep(self._pruning.pause if beyond else 0)
        return total

    async def _superseded_after(
        self, topic: Topic, beyond: int, unit: UnitOfWork
    ) -> tuple[int, int | None]:
        """Look at the rows after an id; gives how many went, and the last id that was looked at."""
        passed = await self._passed(unit.session)
        if passed is None:
            return 0, None
        values = {
            "topic": topic.name,
            "age": SUPERSEDED_LIVE,
            "passed": passed,
            "batch": self._pruning.batch,
            "beyond": beyond,
        }
        statement = text(_SUPERSEDED.format(schema=self._database.subgraph))
        row = (await unit.session.execute(statement, values)).one()
        return row.gone, row.last

    async def _delete(self, session: AsyncSession, statement: str, **values: object) -> int:
        done = await session.execute(
            text(statement.format(schema=self._database.subgraph)),
            {**values, "batch": self._pruning.batch},
        )
        return int(getattr(done, "rowcount", 0))

    async def _passed(self, session: AsyncSession) -> str | None:
        """Below this transaction id every reader has read all; None: one has not begun yet."""
        subgraph = {"subgraph": self._database.subgraph}
        lows = [(await session.execute(text(_HORIZON))).scalar_one()]
        relayed = False
        for table in (await session.execute(text(_READERS))).all():
            relay = table.name == "position"
            statement = _RELAYS if relay else _CONSUMERS.format(schema=table.schema)
            found = (await session.execute(text(statement), subgraph)).scalars().all()
            relayed = relayed or (relay and bool(found))
            lows += found
        if self._relayed and not relayed:
            return None
        return str(min(lows, key=int))


def pruning(
    topics: tuple[Topic, ...], settings_: Pruning | None = None
) -> Callable[[Database, Settings], Awaitable[None]]:
    """The background task of a subgraph that writes these topics."""

    async def run(database: Database, settings: Settings) -> None:
        relayed = settings.kafka_bootstrap is not None
        pruner = Pruner(database, topics, relayed=relayed, pruning=settings_ or Pruning())
        await pruner.run()

    return run
