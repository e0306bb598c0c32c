"""What `probe` tells and `reader` has seen of it."""

import asyncio

from sqlalchemy import text

from subgraphs.shared.database import Database
from subgraphs.shared.events import Event
from subgraphs.shared.follower import Pace
from subgraphs.shared.origin import Origin
from subgraphs.shared.unit_of_work import UnitOfWork

PACE = Pace(first_pause=0.005, longest_pause=0.05)


async def write(database: Database, key: str, *numbers: int, topic: str = "t") -> None:
    async with UnitOfWork(database, origin=Origin(correlation="c-1")) as unit:
        for n in numbers:
            unit.record(Event(type="fc.probe.v1", topic=topic, key=key, data={"n": n}))


async def seen(reader: Database, table: str = "seen") -> list[tuple[str, int]]:
    order = "place" if table == "seen" else "key, sequence"
    async with reader.session() as session:
        rows = await session.execute(
            text(f"select key, sequence from reader.{table} order by {order}")
        )
        return [(row.key, row.sequence) for row in rows]


async def until(reader: Database, count: int, table: str = "seen") -> None:
    async with asyncio.timeout(60):
        while len(await seen(reader, table)) < count:  # noqa: ASYNC110 (rows give no sign)
            await asyncio.sleep(0.01)
