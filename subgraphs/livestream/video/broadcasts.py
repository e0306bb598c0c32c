"""The leases in `livestream.broadcasts`: who publishes a stream, and where it can be played.

One process holds a stream's publisher; its row says so to all others, the graph included. It lives
a few seconds and is renewed while the publisher is there: after a kill it ends by itself. All times
are the database's.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.livestream.models import StreamState
from subgraphs.livestream.tables import broadcasts, streams

LEASE = timedelta(seconds=8)

_CLAIM = sa.text("""
    insert into livestream.broadcasts as held (stream_id, session_id, address, alive_until)
    values (:stream, :session, :address, clock_timestamp() + :lease)
    on conflict (stream_id) do update
    set session_id = excluded.session_id, address = excluded.address, on_air = false,
        alive_until = excluded.alive_until
    where held.alive_until < clock_timestamp()
    returning true""")

_RENEW = sa.text("""
    update livestream.broadcasts as held
    set alive_until = clock_timestamp() + :lease, on_air = given.on_air
    from unnest(cast(:sessions as text[]), cast(:on_air as boolean[])) as given (id, on_air),
         livestream.streams as stream
    where held.session_id = given.id and stream.id = held.stream_id and stream.state = 'LIVE'
    returning held.session_id""")


async def state_and_host(session: AsyncSession, stream_id: str) -> tuple[StreamState, str] | None:
    """The state of a stream and who hosts it; None if there is no such stream."""
    query = sa.select(streams.c.state, streams.c.host_id).where(streams.c.id == stream_id)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (StreamState(row.state), row.host_id)


async def claim(session: AsyncSession, stream_id: str, session_id: str, address: str) -> bool:
    """Take the stream's lease, unless another session holds it."""
    values = {"stream": stream_id, "session": session_id, "address": address, "lease": LEASE}
    return (await session.execute(_CLAIM, values)).first() is not None


async def renew(session: AsyncSession, on_air: Mapping[str, bool]) -> set[str]:
    """Renew the leases of these sessions; gives those of streams that are LIVE and still theirs."""
    values = {"sessions": list(on_air), "on_air": list(on_air.values()), "lease": LEASE}
    return {row.session_id for row in await session.execute(_RENEW, values)}


async def release(session: AsyncSession, session_ids: Collection[str]) -> None:
    """Give the leases of these sessions up."""
    await session.execute(sa.delete(broadcasts).where(broadcasts.c.session_id.in_(session_ids)))


async def addresses(session: AsyncSession, stream_ids: Sequence[str]) -> dict[str, str]:
    """Where the streams that are on air can be played, by stream."""
    query = sa.select(broadcasts.c.stream_id, broadcasts.c.address).where(
        broadcasts.c.stream_id.in_(stream_ids),
        broadcasts.c.on_air,
        broadcasts.c.alive_until > sa.func.clock_timestamp(),
    )
    return {row.stream_id: row.address for row in await session.execute(query)}
