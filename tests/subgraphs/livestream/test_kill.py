"""A writer killed at any moment leaves rows and events that agree, and no gap for the next one."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import text

from subgraphs.shared.database import Database
from tests.subgraphs.livestream.acts import PRODUCTS, room
from tests.subgraphs.livestream.log import events_of
from tests.support.databases import until_quiet

ROOT = Path(__file__).parents[3]


async def carried(database: Database, stream: str) -> list[tuple[int, str]]:
    """Sequence and id of each pin and message of the stream, as the rows have them."""
    query = """
        select sequence, id from livestream.pins where stream_id = :id
        union all select sequence, id from livestream.chat_messages where stream_id = :id
        order by sequence"""
    async with database.session() as session:
        return [tuple(row) for row in await session.execute(text(query), {"id": stream})]


async def killed_after(database: Database, stream: str, events: int) -> None:
    """Let a busy host write until there are so many events, then kill it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.subgraphs.livestream.busy_host", database.url, stream, cwd=ROOT
    )
    try:
        async with asyncio.timeout(60):
            while len(await events_of(database, stream)) < events:
                pass
    finally:
        process.kill()
        await process.wait()


async def test_rows_and_events_agree_after_each_kill(call, database):
    made = await room(call)
    for written in (20, 50, 90):
        await killed_after(database, made.id, written)
        await until_quiet(database)
        told = [
            (int(event["sequence"]), (event["data"].get("pin") or event["data"]["message"])["id"])
            for event in (await events_of(database, made.id))[2:]
        ]
        assert told == await carried(database, made.id)
    after = await made.pin(PRODUCTS[0])
    assert after["pin"]["sequence"] == len(await events_of(database, made.id))
