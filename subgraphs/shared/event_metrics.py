"""What waits on its way, measured in the tables at the moment it is asked for.

So it is told by any process with the database, also while nobody relays or consumes. Where a
consumer follows Kafka, it tells itself how far behind it is: its position is not in the tables.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from subgraphs.shared.consumer import Subscription
from subgraphs.shared.database import Database
from subgraphs.shared.event_counts import (
    CONSUMER_OLDEST,
    CONSUMER_WAITING,
    PARKED_EVENTS,
    PARKED_KEYS,
    REGISTRY,
    RELAY_OLDEST,
    RELAY_WAITING,
)

_EXISTS = "select to_regclass(:table) is not null"
_RELAY_POSITION = "select low, high, id from relay.position where subgraph = :subgraph"
_CONSUMER_POSITION = """
    select low, high, id from {schema}.inbox_position
    where consumer = :consumer and source = :source"""
_WAITING = """
    with waiting as (
        select xid, id, time from {source}.outbox
        where xid >= cast(cast(:low as text) as xid8)
          and (cast(:high as text) is null or xid >= cast(cast(:high as text) as xid8)
               or id > :id)
          and (cast(:topics as text[]) is null or topic = any(cast(:topics as text[])))
    )
    select (select count(*) from waiting) as waiting,
           coalesce(extract(epoch from clock_timestamp() - (
               select time from waiting order by xid, id limit 1)), 0) as oldest"""
_PARKED = """
    select count(*) as events, count(distinct (topic, key)) as keys
    from {schema}.inbox_parked where consumer = :consumer"""
_START = {"low": "0", "high": None, "id": 0}


async def metrics(
    database: Database,
    subgraphs: Mapping[str, Sequence[Subscription]],
    *,
    consumers_follow_kafka: bool,
) -> Response:
    """Measure these subgraphs and their consumers, and answer with all metrics of events.

    The answer is 503 while the database cannot be asked.
    """
    try:
        async with database.session() as session:
            for subgraph, consumers in subgraphs.items():
                await _measure_relay(session, subgraph)
                for consumer in consumers:
                    await _measure_parked(session, subgraph, consumer)
                    if not consumers_follow_kafka:
                        await _measure_consumer(session, subgraph, consumer)
    except (SQLAlchemyError, OSError, TimeoutError):
        return Response("The database cannot be reached.\n", 503, media_type="text/plain")
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


async def _measure_relay(session: AsyncSession, subgraph: str) -> None:
    if not (await session.execute(text(_EXISTS), {"table": "relay.position"})).scalar_one():
        return  # nothing was ever relayed from this database
    found = await session.execute(text(_RELAY_POSITION), {"subgraph": subgraph})
    row = found.mappings().one_or_none()
    count, oldest = await _waiting(session, subgraph, row or _START, None)
    RELAY_WAITING.labels(subgraph).set(count)
    RELAY_OLDEST.labels(subgraph).set(oldest)


async def _measure_consumer(session: AsyncSession, schema: str, consumer: Subscription) -> None:
    total, eldest = 0, 0.0
    for source, topics in consumer.topics.items():
        named = {"consumer": consumer.name, "source": source}
        found = await session.execute(text(_CONSUMER_POSITION.format(schema=schema)), named)
        row = found.mappings().one_or_none()
        count, oldest = await _waiting(session, source, row or _START, topics)
        total, eldest = total + count, max(eldest, oldest)
    CONSUMER_WAITING.labels(f"{schema}.{consumer.name}").set(total)
    CONSUMER_OLDEST.labels(f"{schema}.{consumer.name}").set(eldest)


async def _measure_parked(session: AsyncSession, schema: str, consumer: Subscription) -> None:
    named = {"consumer": consumer.name}
    row = (await session.execute(text(_PARKED.format(schema=schema)), named)).one()
    PARKED_EVENTS.labels(f"{schema}.{consumer.name}").set(row.events)
    PARKED_KEYS.labels(f"{schema}.{consumer.name}").set(row.keys)


async def _waiting(
    session: AsyncSession, source: str, position: Mapping[Any, Any], topics: Sequence[str] | None
) -> tuple[int, float]:
    """How many rows are behind a position, and the age of the first in seconds."""
    values = {**position, "topics": None if topics is None else list(topics)}
    row = (await session.execute(text(_WAITING.format(source=source)), values)).one()
    return int(row.waiting), float(row.oldest)
