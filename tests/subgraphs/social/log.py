"""What the outbox of a social database says."""

from typing import Any

from sqlalchemy import text

from subgraphs.shared.database import Database


async def events_of(database: Database, key: str) -> list[dict[str, Any]]:
    """The events of one key in the order of their sequence, which must be contiguous."""
    async with database.session() as session:
        rows = await session.execute(
            text("select sequence, event from social.outbox where key = :key order by sequence"),
            {"key": key},
        )
        found = rows.all()
    assert [row.sequence for row in found] == list(range(1, len(found) + 1))
    assert [row.event["sequence"] for row in found] == [str(row.sequence) for row in found]
    return [row.event for row in found]
