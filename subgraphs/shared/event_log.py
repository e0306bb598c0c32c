"""Reads outbox tables as a log that never skips an event and keeps the order of each key.

Rows become readable in windows of transaction ids: a window ends at the oldest transaction that
still runs, so nothing can be added below its end. Inside a window rows come by id. Which of two
transactions wrote to a key first is decided by the row lock on its sequence; the later one took its
ids after the lock, so by id it comes second.

The later one may have the lower transaction id, though, for it may have begun to write elsewhere
before it came to the key. Then the window must not end between the two: it ends before the later
one, which waits for its forerunner.

A window is read in the order of the primary key, so that each page costs the same, however many
rows there are before and after it.
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
    traceparent: str | None = None


class Page(msgspec.Struct, frozen=True):
    """Rows in order, the position after them, and whether there is more to read at once."""

    rows: Sequence[Row]
    next: Position
    more: bool


_HORIZON = "select pg_snapshot_xmin(pg_current_snapshot())::text"
# The sum keeps the planner from looking along the primary key, through all that was read before.
_FIRST = """
    select min(id + 0) from {schema}.outbox where xid >= $1::text::xid8 and xid < $2::text::xid8"""
# Written so that it begins with the few rows beyond the window, whatever the planner knows, and
# looks for the one row that follows each: the window itself may have 100,000.
_TOO_EARLY = """
    with beyond as materialized (
        select topic, key, sequence from {schema}.outbox where xid >= $2::text::xid8
    )
    select later.xid::text from beyond cross join lateral (
        select xid from {schema}.outbox as following
        where following.topic = beyond.topic and following.key = beyond.key
          and following.sequence = beyond.sequence + 1
        offset 0
    ) as later
    where later.xid >= $1::text::xid8 and later.xid < $2::text::xid8
    order by later.xid limit 1"""
_ROWS = """
    with page as materialized (
        select id, topic, key, sequence, type, event,
               xid >= $1::text::xid8 and xid < $2::text::xid8
               and ($4::text[] is null or topic = any($4)) as wanted
        from {schema}.outbox where id > $3 order by id limit {page}
    )
    select id, wanted, topic, key, sequence, type, case when wanted then event::text end as event,
           case when wanted then event ->> 'traceparent' end as traceparent
    from page order by id"""


async def read_page(
    connection: Any, schema: str, position: Position, topics: Sequence[str] | None = None
) -> Page:
    """The next rows after a position, at most 500.

    `connection` is asyncpg's, outside of a transaction: each page needs a snapshot of its own.
    """
    quoted = '"' + schema + '"'
    if position.high is None:
        position = await _next_window(connection, quoted, position.low)
    if position.high is None:
        return Page((), position, more=False)
    statement = _ROWS.format(schema=quoted, page=PAGE)
    wanted = list(topics) if topics is not None else None
    found = await connection.fetch(statement, position.low, position.high, position.id, wanted)
    rows = [
        Row(
            topic=row["topic"],
            key=row["key"],
            sequence=row["sequence"],
            type=row["type"],
            event=row["event"],
            traceparent=row["traceparent"],
        )
        for row in found
        if row["wanted"]
    ]
    if len(found) < PAGE:
        return Page(rows, Position(low=position.high), more=False)
    return Page(rows, Position(position.low, position.high, found[-1]["id"]), more=True)


async def _next_window(connection: Any, schema: str, low: str) -> Position:
    """The window from `low` on, before its first row; without an end where nothing is readable."""
    high = str(await connection.fetchval(_HORIZON))
    first = await connection.fetchval(_FIRST.format(schema=schema), low, high)
    if first is None:
        return Position(low=high)
    statement = _TOO_EARLY.format(schema=schema)
    while (too_early := await connection.fetchval(statement, low, high)) is not None:
        high = too_early
    return Position(low) if high == low else Position(low, high, first - 1)
