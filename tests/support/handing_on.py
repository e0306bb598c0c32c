"""Hands on events from one subgraph's outbox to another's consumer, when a test says so."""

import asyncio

from subgraphs.shared.consumer import Consumer
from subgraphs.shared.event_log import Position, Row, read_page
from subgraphs.shared.follower import connected

# Rows wait for older transactions of the server, a cancelled one that still rolls back among them.
_UNREADABLE = """
    select exists (select from {schema}.outbox where xid >= $1::text::xid8 and topic = $2)"""


async def hand_on(url: str, consumer: Consumer, source: str, topic: str) -> int:
    """Have the consumer handle what was told on the topic so far; gives the number of events."""
    handed = 0
    async with connected(url, "test") as connection:
        position = await consumer.load(source)
        while True:  # bounded by the test's time-out
            page = await read_page(connection, source, position, (topic,))
            for row in page.rows:
                await consumer.handle(row)
            handed += len(page.rows)
            position = page.next
            await consumer.save(source, position)
            later = _UNREADABLE.format(schema=source)
            if not page.more and not await connection.fetchval(later, position.low, topic):
                return handed
            await asyncio.sleep(0.01)


async def everything(url: str, source: str, topic: str) -> list[Row]:
    """All that was ever told on a topic."""
    async with connected(url, "test") as connection:
        return list((await read_page(connection, source, Position(), (topic,))).rows)
