"""Reads what the catalog has told."""

from typing import Any

import orjson
from sqlalchemy import text

from subgraphs.shared.database import Database


async def told(database: Database, key: str) -> list[dict[str, Any]]:
    """The events of a key in order, as CloudEvents."""
    query = text("select event::text from catalog.outbox where key = :key order by topic, sequence")
    async with database.session() as session:
        return [orjson.loads(row) for row in await session.scalars(query, {"key": key})]
