"""How many watch a stream, and how much it is liked.

Gateways know their viewers. Each process reports, every few seconds, how many different ones each
stream has with it; a report that is not renewed counts no more, so that the viewers of a killed
gateway are gone soon. The sum is told when a stream goes on air, so that whoever follows it has a
state to begin with, and then when it has changed, at most once a second: nobody needs those in
between.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.livestream import errors, events, paces, repository
from subgraphs.livestream.models import Presence, StreamState
from subgraphs.shared.database import Database
from subgraphs.shared.events import Event
from subgraphs.shared.settings import Settings
from subgraphs.shared.unit_of_work import UnitOfWork, transact

REPORT_SECONDS = 15
"""For how long a report counts: gateways report every 5 seconds unless told otherwise."""

TELL_SECONDS = 1
MOST_STREAMS = 1_000
LIKES = range(1, paces.LIKE.burst + 1)


class Like(msgspec.Struct, frozen=True, kw_only=True):
    """Like a stream so many times: what a viewer tapped since the last time."""

    stream_id: str
    count: int


async def report(unit: UnitOfWork, reporter: str, viewers: Mapping[str, int]) -> None:
    """Take over how many viewers each stream has with a reporter; those left out have none.

    Streams that are not on air, and ids of none, are passed over.

    Raises:
        BusinessError: INVALID.
    """
    if len(viewers) > MOST_STREAMS or any(count < 0 for count in viewers.values()):
        raise errors.invalid(f"Report 0 or more viewers, of {MOST_STREAMS} streams at most.")
    present = {stream: count for stream, count in viewers.items() if count}
    values = {
        "reporter": reporter,
        "streams": list(present),
        "viewers": list(present.values()),
        "live": StreamState.LIVE,
    }
    await unit.session.execute(_FORGET, values)
    await unit.session.execute(_REPORT, values)


async def like(unit: UnitOfWork, customer_id: str, command: Like) -> None:
    """Like a stream that is on air.

    Sent twice it counts twice: likes are no money, and not worth a key each.

    Raises:
        BusinessError: INVALID, NOT_FOUND, STREAM_NOT_LIVE, RATE_LIMITED.
    """
    if command.count not in LIKES:
        raise errors.invalid(f"Like {LIKES.start} to {LIKES.stop - 1} times at once.", "count")
    stream = await repository.stream_by_id(unit.session, command.stream_id)
    if stream is None:
        raise errors.stream_not_found(command.stream_id, "streamId")
    if stream.state is not StreamState.LIVE:
        raise errors.not_live(stream.state, "streamId")
    await paces.keep(unit.session, paces.LIKE, stream.id, customer_id, command.count)
    values = {"stream": stream.id, "count": command.count}
    await unit.session.execute(_LIKE, values)


async def tell(database: Database) -> int:
    """Tell of each stream whose numbers have changed, a second after the last time; how many.

    Safe to run in many processes, and to be killed anywhere: what is left, the next run finds.
    """
    async with database.session() as session:
        values = {"live": StreamState.LIVE, "kept": REPORT_SECONDS}
        due = (await session.execute(_DUE, values)).all()
    told = 0
    for stream_id, viewers in due:
        told += await transact(database, lambda unit: _tell(unit, stream_id, viewers))  # noqa: B023
    return told


async def tell_for_ever(database: Database, _: Settings) -> None:
    """Tell of all streams, about once a second."""
    while True:
        await tell(database)
        await asyncio.sleep(TELL_SECONDS)


async def presences(session: AsyncSession, stream_ids: list[str]) -> dict[str, Presence]:
    """The numbers of these streams; those that had no viewer yet are left out."""
    query = text("select * from livestream.presence where stream_id = any(:ids)")
    rows = await session.execute(query, {"ids": stream_ids})
    return {row.stream_id: _presence(row) for row in rows}


async def _tell(unit: UnitOfWork, stream_id: str, viewers: int) -> bool:
    await unit.session.execute(_OPEN, {"stream": stream_id})
    values = {"stream": stream_id, "viewers": viewers, "seconds": TELL_SECONDS}
    row = (await unit.session.execute(_TAKE, values)).one_or_none()
    if row is None:
        return False  # another process has told of it
    sequence = await unit.reserve(events.PRESENCE_TOPIC, stream_id)
    unit.record(
        Event(
            type=events.VIEWERS_COUNTED,
            topic=events.PRESENCE_TOPIC,
            key=stream_id,
            data=events.viewers_counted(stream_id, _presence(row), sequence),
            sequence=sequence,
        )
    )
    return True


def _presence(row: Any) -> Presence:
    return Presence(viewers=row.viewers, peak_viewers=row.peak_viewers, likes=row.likes)


_FORGET = text("""
    delete from livestream.audience_reports
    where reporter = :reporter and not stream_id = any(:streams)""")
_REPORT = text("""
    insert into livestream.audience_reports (stream_id, reporter, viewers, reported_at)
    select s.id, :reporter, told.viewers, clock_timestamp()
    from unnest(cast(:streams as text[]), cast(:viewers as integer[])) as told (id, viewers)
    join livestream.streams as s on s.id = told.id and s.state = :live
    order by s.id
    on conflict (stream_id, reporter) do update
    set viewers = excluded.viewers, reported_at = excluded.reported_at""")
_LIKE = text("""
    insert into livestream.presence as p (stream_id, likes) values (:stream, :count)
    on conflict (stream_id) do update set likes = p.likes + excluded.likes""")
_DUE = text("""
    select s.id, coalesce(c.viewers, 0) as viewers
    from (
        select id, state from livestream.streams where state = :live
        union
        select s.id, s.state from livestream.presence as p
        join livestream.streams as s on s.id = p.stream_id
        where p.viewers > 0 or p.told_likes < p.likes or p.told_at = '-infinity'
    ) as s
    left join livestream.presence as p on p.stream_id = s.id
    left join lateral (
        select sum(a.viewers)::integer as viewers from livestream.audience_reports as a
        where a.stream_id = s.id and s.state = :live
          and a.reported_at > clock_timestamp() - make_interval(secs => :kept)
    ) as c on true
    where coalesce(c.viewers, 0) <> coalesce(p.viewers, 0) or p.told_likes < p.likes
       or coalesce(p.told_at, '-infinity') = '-infinity'""")
_OPEN = text("insert into livestream.presence (stream_id) values (:stream) on conflict do nothing")
_TAKE = text("""
    update livestream.presence
    set viewers = :viewers, peak_viewers = greatest(peak_viewers, :viewers),
        told_likes = likes, told_at = clock_timestamp()
    where stream_id = :stream
      and (viewers <> :viewers or told_likes < likes or told_at = '-infinity')
      and told_at <= clock_timestamp() - make_interval(secs => :seconds)
    returning viewers, peak_viewers, likes""")
