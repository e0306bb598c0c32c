"""Builds a projection anew from the source's outbox, while the store runs.

A projection is a table that a consumer fills from events and nothing else writes. While it is
rebuilt its consumer waits, in whichever process it runs; live events wait with it and follow after.
A rebuild that is killed leaves the consumer waiting until it is run again.
"""

from alembic import op
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.consumer import Consumer, Subscription
from subgraphs.shared.database import Database
from subgraphs.shared.event_log import Position, read_page
from subgraphs.shared.follower import connected
from subgraphs.shared.inbox import Inbox
from subgraphs.shared.unit_of_work import UnitOfWork, transact


class NoProjection(Exception):
    """The consumer does more than fill a projection: its events must not take effect again."""


def create_rebuild(schema: str) -> None:
    """Make the table; called by a migration of a subgraph with a projection."""
    op.execute(
        f"""
        create table {schema}.inbox_rebuild (
            consumer text primary key,
            started_at timestamptz not null default now()
        )"""
    )


async def rebuild(database: Database, subscription: Subscription) -> int:
    """Empty a projection and fill it from the events that are kept; gives their number.

    Raises:
        NoProjection: the subscription says of no table how to empty it.
    """
    if subscription.reset is None:
        raise NoProjection(f"{database.subgraph}.{subscription.name} is no projection.")
    await transact(database, lambda unit: _begin(unit, subscription))
    consumer = Consumer(database, subscription, rebuilds=True)
    handled = 0
    for source, topics in subscription.topics.items():
        async with connected(database.url, f"{database.subgraph}.rebuild") as connection:
            position, more = Position(), True
            while more:
                page = await read_page(connection, source, position, topics)
                for row in page.rows:
                    await consumer.handle(row)
                handled += len(page.rows)
                position, more = page.next, page.more
    await transact(database, lambda unit: _end(unit.session, database, subscription))
    return handled


async def _begin(unit: UnitOfWork, subscription: Subscription) -> None:
    inbox = Inbox(unit.database.subgraph, subscription.name)
    await inbox.stop(unit.session)
    await inbox.forget(unit.session)
    if subscription.reset is not None:
        await subscription.reset(unit.session)


async def _end(session: AsyncSession, database: Database, subscription: Subscription) -> None:
    statement = f"delete from {database.subgraph}.inbox_rebuild where consumer = :consumer"  # noqa: S608
    await session.execute(text(statement), {"consumer": subscription.name})
