"""Reads outbox tables as a log that never skips an event and keeps the order of each key.

Rows become readable in windows of transaction ids: a window ends at the oldest transaction that
still runs, so nothing can be added below its end. Inside a window rows come by id. Which of two
transactions wrote to a key first is decided by the row lock on its sequence; the later one took its
ids after the lock, so by id, or in a later window, it comes second.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

PAGE = 500


class Position(msgspec.Struct, frozen=True):
    """How far a reader is: all below `low` is read, and up to `id` of the window up to `high`.

    Transaction ids are text, for the driver has no type for them. `high` is None between windows.
    """

    low: str = "0"
    high: str | None = None
    id: int = 0


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of an outbox; `event` is the JSON text of its envelope."""

    topic: str
    key: str
    sequence: int
    type: str
    event: str


class Page(msgspec.Struct, frozen=True):
    """Rows in order, the position after them, and whether there is more to read at once."""

    rows: Sequence[Row]
    next: Position
    more: bool


_HORIZON = "select pg_snapshot_xmin(pg_current_snapshot())::text"
_ROWS = """
    select id, topic, key, sequence, type, event::text as event from {schema}.outbox
    where xid >= $1::text::xid8 and xid < $2::text::xid8 and id > $3
      and ($4::text[] is null or topic = any($4))
    order by id limit {page}"""


async def read_page(
    connection: Any, schema: str, position: Position, topics: Sequence[str] | None = None
) -> Page:
    """The next rows after a position, at most 500.

    `connection` is asyncpg's, outside of a transaction: each page needs a snapshot of its own.
    """
    high = position.high
    if high is None:
        high = str(await connection.fetchval(_HORIZON))
    statement = _ROWS.format(schema=f'"{schema}"', page=PAGE)
    wanted = list(topics) if topics is not None else None
    found = await connection.fetch(statement, position.low, high, position.id, wanted)
    rows = [
        Row(
            topic=row["topic"],
            key=row["key"],
            sequence=row["sequence"],
            type=row["type"],
            event=row["event"],
        )
        for row in found
    ]
    if len(found) < PAGE:
        return Page(rows, Position(low=high), more=False)
    following = Position(position.low, high, found[-1]["id"])
    return Page(rows, following, more=True)
