"""How fast a customer may act in a stream: some at once, then one in so many seconds.

Kept as one instant for each customer and act, until when the allowance is used up (the generic cell
rate algorithm), so that any number of processes agree by one conditional statement.
"""

from datetime import timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.livestream import errors


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """`burst` at once, and one more every `every`."""

    act: str
    every: timedelta
    burst: int


CHAT = Pace(act="CHAT", every=timedelta(seconds=1), burst=5)
LIKE = Pace(act="LIKE", every=timedelta(milliseconds=100), burst=100)


async def keep(
    session: AsyncSession, pace: Pace, stream_id: str, customer_id: str, count: int = 1
) -> None:
    """Count `count` acts, which may not be more than the pace's burst, if the pace allows them.

    Raises:
        BusinessError: RATE_LIMITED.
    """
    values = {
        "stream": stream_id,
        "customer": customer_id,
        "act": pace.act,
        "used": pace.every * count,
        "allowed": pace.every * pace.burst,
    }
    if (await session.execute(_COUNT, values)).first() is None:
        waits = (await session.execute(_WAIT, values)).scalar_one()
        raise errors.rate_limited(max(waits, timedelta()))


async def forget(session: AsyncSession, stream_id: str) -> None:
    """Nobody acts in this stream any more."""
    statement = text("delete from livestream.paces where stream_id = :stream")
    await session.execute(statement, {"stream": stream_id})


_COUNT = text("""
    insert into livestream.paces as p (stream_id, customer_id, act, busy_until)
    values (:stream, :customer, :act, clock_timestamp() + cast(:used as interval))
    on conflict (stream_id, customer_id, act) do update
    set busy_until = greatest(p.busy_until, clock_timestamp()) + cast(:used as interval)
    where greatest(p.busy_until, clock_timestamp()) + cast(:used as interval)
          <= clock_timestamp() + cast(:allowed as interval)
    returning 1""")
_WAIT = text("""
    select busy_until + cast(:used as interval) - cast(:allowed as interval) - clock_timestamp()
    from livestream.paces
    where stream_id = :stream and customer_id = :customer and act = :act""")
