"""Coupons that a host drops and viewers claim: never more than there are, one for each customer.

Claims of a drop run one after the other, for each takes the drop's row first; the database counts
them once more. The code is told to who claimed it alone.
"""

import secrets

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.livestream import errors, events, repository
from subgraphs.livestream.models import (
    COUPON_QUANTITY,
    COUPON_SECONDS,
    TITLE_LIMIT,
    CouponDrop,
    StreamState,
    window_end,
)
from subgraphs.livestream.tables import coupon_claims, coupon_drops
from subgraphs.shared.events import Event
from subgraphs.shared.ids import new_id
from subgraphs.shared.unit_of_work import UnitOfWork

# Crockford's base 32: nothing in it is mistaken for something else when read out.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12


class DropCoupons(msgspec.Struct, frozen=True, kw_only=True):
    """Offer `quantity` coupons of `percent` off to whoever claims them first, within `seconds`."""

    stream_id: str
    title: str
    percent: int
    quantity: int
    seconds: int


async def drop(unit: UnitOfWork, host_id: str, command: DropCoupons) -> str:
    """Drop coupons in one's own stream that is on air; return the drop's id.

    Raises:
        BusinessError: INVALID, NOT_FOUND, FORBIDDEN, STREAM_NOT_LIVE.
    """
    title = _checked(command)
    stream = await repository.lock_stream(unit.session, command.stream_id)
    if stream is None:
        raise errors.stream_not_found(command.stream_id, "streamId")
    if stream.host_id != host_id:
        raise errors.not_the_host("streamId")
    if stream.state is not StreamState.LIVE:
        raise errors.not_live(stream.state, "streamId")
    sequence = await unit.reserve(events.TOPIC, stream.id)
    at = await repository.database_time(unit.session)
    made = CouponDrop(
        id=new_id("drop"),
        stream_id=stream.id,
        title=title,
        percent=command.percent,
        quantity=command.quantity,
        claimed=0,
        ends_at=window_end(at, command.seconds) or at,
    )
    values = msgspec.structs.asdict(made) | {"sequence": sequence}
    await unit.session.execute(sa.insert(coupon_drops).values(values))
    unit.record(
        Event(
            type=events.COUPON_DROPPED,
            topic=events.TOPIC,
            key=stream.id,
            data=events.coupon_dropped(made),
            sequence=sequence,
        )
    )
    return made.id


async def claim(unit: UnitOfWork, customer_id: str, drop_id: str) -> str:
    """Claim a coupon of a drop; return its code. Who has one gets the same again.

    Raises:
        BusinessError: NOT_FOUND; CONFLICT when the drop is over; COUPON_EXHAUSTED.
    """
    found = await _lock(unit.session, drop_id)
    if found is None:
        raise errors.drop_not_found(drop_id)
    known = await _code_of(unit.session, drop_id, customer_id)
    if known is not None:
        return known
    at = await repository.database_time(unit.session)
    if at >= found.ends_at:
        raise errors.drop_over()
    if found.claimed >= found.quantity:
        raise errors.coupon_exhausted()
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    await unit.session.execute(
        sa.update(coupon_drops)
        .where(coupon_drops.c.id == drop_id)
        .values(claimed=coupon_drops.c.claimed + 1)
    )
    await unit.session.execute(
        sa.insert(coupon_claims).values(
            code=code, drop_id=drop_id, customer_id=customer_id, claimed_at=at
        )
    )
    claimed = msgspec.structs.replace(found, claimed=found.claimed + 1)
    unit.record(
        Event(
            type=events.COUPON_CLAIMED,
            topic=events.COUPON_TOPIC,
            key=drop_id,
            data=events.coupon_claimed(claimed, customer_id),
        )
    )
    return code


def _checked(command: DropCoupons) -> str:
    title = command.title.strip()
    if not 1 <= len(title) <= TITLE_LIMIT:
        raise errors.invalid(f"A title has 1 to {TITLE_LIMIT} characters.", "title")
    if not 1 <= command.percent <= 100:
        raise errors.invalid("A coupon takes off 1 to 100 percent.", "percent")
    for value, bounds, field in (
        (command.quantity, COUPON_QUANTITY, "quantity"),
        (command.seconds, COUPON_SECONDS, "seconds"),
    ):
        if value not in bounds:
            raise errors.invalid(f"Give {bounds.start} to {bounds.stop - 1}.", field)
    return title


async def _lock(session: AsyncSession, drop_id: str) -> CouponDrop | None:
    query = sa.select(coupon_drops).where(coupon_drops.c.id == drop_id)
    row = (await session.execute(query.with_for_update(key_share=True))).one_or_none()
    if row is None:
        return None
    return CouponDrop(
        id=row.id,
        stream_id=row.stream_id,
        title=row.title,
        percent=row.percent,
        quantity=row.quantity,
        claimed=row.claimed,
        ends_at=row.ends_at,
    )


async def _code_of(session: AsyncSession, drop_id: str, customer_id: str) -> str | None:
    query = sa.select(coupon_claims.c.code).where(
        coupon_claims.c.drop_id == drop_id, coupon_claims.c.customer_id == customer_id
    )
    code: str | None = (await session.execute(query)).scalar_one_or_none()
    return code
