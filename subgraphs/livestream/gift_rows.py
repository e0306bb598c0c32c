"""Reads and writes the catalogue of gifts, and the gifts that are sent."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.livestream.models import Gift, GiftSending, GiftState
from subgraphs.livestream.tables import gift_sendings, gifts
from subgraphs.shared.money import Money


async def catalogue(session: AsyncSession) -> list[Gift]:
    """All gifts, in order."""
    rows = await session.execute(sa.select(gifts).order_by(gifts.c.position))
    return [_gift(row) for row in rows]


async def gifts_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Gift]:
    """Gifts that exist, by id."""
    rows = await session.execute(sa.select(gifts).where(gifts.c.id.in_(ids)))
    return {row.id: _gift(row) for row in rows}


async def add_gift(session: AsyncSession, gift: Gift, position: int) -> None:
    """Put a gift into the catalogue, unless it is in it."""
    values = {
        "id": gift.id,
        "position": position,
        "name": gift.name,
        "amount": gift.price.amount,
        "currency": gift.price.currency,
        "icon_url": gift.icon_url,
    }
    await session.execute(pg.insert(gifts).values(values).on_conflict_do_nothing())


async def add_sending(session: AsyncSession, sending: GiftSending) -> None:
    """Write a gift that waits for its payment."""
    values = {
        "id": sending.id,
        "stream_id": sending.stream_id,
        "gift_id": sending.gift_id,
        "count": sending.count,
        "customer_id": sending.customer_id,
        "wallet_id": sending.wallet_id,
        "amount": sending.total.amount,
        "currency": sending.total.currency,
        "sent_at": sending.sent_at,
    }
    await session.execute(sa.insert(gift_sendings).values(values))


async def sendings_of(
    session: AsyncSession, customer_id: str, ids: Collection[str]
) -> dict[str, GiftSending]:
    """Those of these gifts that the customer sent, by id."""
    query = sa.select(gift_sendings).where(
        gift_sendings.c.id.in_(ids), gift_sendings.c.customer_id == customer_id
    )
    return {row.id: _sending(row) for row in await session.execute(query)}


async def lock_sending(session: AsyncSession, id_: str) -> GiftSending | None:
    """A gift that was sent, held until the transaction ends."""
    query = sa.select(gift_sendings).where(gift_sendings.c.id == id_)
    row = (await session.execute(query.with_for_update(key_share=True))).one_or_none()
    return _sending(row) if row else None


async def settle_sending(
    session: AsyncSession,
    id_: str,
    state: GiftState,
    *,
    refusal: str | None = None,
    sequence: int | None = None,
) -> GiftSending:
    """The payment was made, and event `sequence` of the stream shows the gift; or it was not."""
    statement = (
        sa.update(gift_sendings)
        .where(gift_sendings.c.id == id_)
        .values(state=state, refusal=refusal, sequence=sequence)
        .returning(gift_sendings)
    )
    return _sending((await session.execute(statement)).one())


def _gift(row: Any) -> Gift:
    return Gift(
        id=row.id, name=row.name, price=Money(row.amount, row.currency), icon_url=row.icon_url
    )


def _sending(row: Any) -> GiftSending:
    return GiftSending(
        id=row.id,
        stream_id=row.stream_id,
        gift_id=row.gift_id,
        count=row.count,
        customer_id=row.customer_id,
        wallet_id=row.wallet_id,
        total=Money(row.amount, row.currency),
        state=GiftState(row.state),
        refusal=row.refusal,
        sent_at=row.sent_at,
    )
