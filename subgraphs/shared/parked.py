"""Events that a consumer could not handle, and what to do with them once the cause is mended.

A parked event holds up the later ones of its key, which are parked behind it. They are released in
their order, while the consumer goes on with other keys.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text

from subgraphs.shared.consumer import Subscription, reason, received
from subgraphs.shared.database import Database, is_outage
from subgraphs.shared.event_log import Row
from subgraphs.shared.inbox import Inbox
from subgraphs.shared.unit_of_work import UnitOfWork, transact


class ParkedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that waits: the event that failed, and how many wait behind it."""

    consumer: str
    topic: str
    key: str
    sequence: int
    type: str
    error: str
    parked_at: datetime
    behind: int


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """How many events of a key took effect, and why the next one did not; None: all did."""

    handled: int
    error: str | None


async def parked_keys(database: Database) -> Sequence[ParkedKey]:
    """The keys that wait in a subgraph, the longest waiting first."""
    statement = f"""
        select distinct on (consumer, topic, key) consumer, topic, key, sequence,
               event ->> 'type' as type, error, parked_at,
               count(*) over (partition by consumer, topic, key) - 1 as behind
        from {database.subgraph}.inbox_parked order by consumer, topic, key, sequence"""  # noqa: S608
    async with database.session() as session:
        rows = await session.execute(text(statement))
        found = [ParkedKey(**row._asdict()) for row in rows]
    return sorted(found, key=lambda each: each.parked_at)


async def release(database: Database, subscription: Subscription, topic: str, key: str) -> Released:
    """Handle what is parked of a key, in order, each event in a transaction of its own."""
    inbox = Inbox(database.subgraph, subscription.name)
    handled = 0
    while True:
        at: list[Row] = []

        async def work(unit: UnitOfWork, at: list[Row] = at) -> None:
            at.clear()
            await inbox.lock(unit.session, topic, key)
            row = await inbox.first_parked(unit.session, topic, key)
            if row is None:
                return
            at.append(row)
            event = received(row)
            unit.origin = event.cause
            await inbox.unpark(unit.session, row)
            await subscription.handler(unit, event)

        try:
            await transact(database, work)
        except Exception as error:
            if is_outage(error) or not at:
                raise
            async with UnitOfWork(database) as unit:
                await inbox.excuse(unit.session, at[-1], reason(error))
            return Released(handled=handled, error=reason(error))
        if not at:
            return Released(handled=handled, error=None)
        handled += 1


async def drop_first(
    database: Database, subscription: Subscription, topic: str, key: str
) -> int | None:
    """Give up the event that a key waits for; gives its sequence, None where nothing is parked.

    Those behind it stay parked until they are released.
    """
    inbox = Inbox(database.subgraph, subscription.name)

    async def work(unit: UnitOfWork) -> int | None:
        await inbox.lock(unit.session, topic, key)
        row = await inbox.first_parked(unit.session, topic, key)
        if row is None:
            return None
        await inbox.unpark(unit.session, row)
        return row.sequence

    return await transact(database, work)
