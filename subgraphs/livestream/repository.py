"""Loads a stream to change it, and saves what was changed. `reads` has the reads for the graph."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.livestream.models import ChatMessage, Pin, ShelfItem, Stream, StreamState
from subgraphs.livestream.tables import chat_messages, mutes, pins, shelf_items, streams
from subgraphs.shared.money import Money


async def lock_stream(session: AsyncSession, stream_id: str) -> Stream | None:
    """Load a stream and hold its row until the transaction ends.

    All commands to one stream, chat included, thus run one after the other in the order of asking.
    The event sequence puts them in a row anyway, and shared locks for chat could starve the host.
    """
    query = sa.select(streams).where(streams.c.id == stream_id).with_for_update(key_share=True)
    row = (await session.execute(query)).mappings().one_or_none()
    return None if row is None else stream_of(row)


async def stream_by_id(session: AsyncSession, stream_id: str) -> Stream | None:
    """A stream as it is, held by nobody."""
    query = sa.select(streams).where(streams.c.id == stream_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return None if row is None else stream_of(row)


async def host_of(session: AsyncSession, stream_id: str) -> str:
    """Whose stream it is; it must exist."""
    query = sa.select(streams.c.host_id).where(streams.c.id == stream_id)
    host_id: str = (await session.execute(query)).scalar_one()
    return host_id


async def add_stream(session: AsyncSession, stream: Stream) -> None:
    """Write a new stream."""
    await session.execute(
        sa.insert(streams).values(
            id=stream.id,
            title=stream.title,
            host_id=stream.host_id,
            state=stream.state,
            scheduled_at=stream.scheduled_at,
            started_at=stream.started_at,
            ended_at=stream.ended_at,
        )
    )


async def save_life(session: AsyncSession, stream: Stream) -> None:
    """Write the state and its times."""
    await session.execute(
        sa.update(streams)
        .where(streams.c.id == stream.id)
        .values(state=stream.state, started_at=stream.started_at, ended_at=stream.ended_at)
    )


async def replace_shelf(session: AsyncSession, stream_id: str, items: Sequence[ShelfItem]) -> None:
    """Put `items` in place of the whole shelf."""
    await session.execute(sa.delete(shelf_items).where(shelf_items.c.stream_id == stream_id))
    if items:
        await session.execute(
            sa.insert(shelf_items),
            [
                {
                    "stream_id": item.stream_id,
                    "product_id": item.product_id,
                    "position": item.position,
                    **_offer_columns(item.offer_price),
                }
                for item in items
            ],
        )


async def shelf_item(session: AsyncSession, stream_id: str, product_id: str) -> ShelfItem | None:
    """The product's place on the shelf, without its pin count."""
    query = sa.select(shelf_items).where(
        shelf_items.c.stream_id == stream_id, shelf_items.c.product_id == product_id
    )
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    return ShelfItem(
        stream_id=stream_id,
        position=row["position"],
        product_id=product_id,
        offer_price=offer_of(row),
    )


async def standing_pin(session: AsyncSession, stream_id: str) -> Pin | None:
    """The pin that nothing has cleared, whether its window is open or not."""
    query = sa.select(pins).where(pins.c.stream_id == stream_id, pins.c.cleared_sequence.is_(None))
    row = (await session.execute(query)).mappings().one_or_none()
    return None if row is None else pin_of(row)


async def pin_by_id(session: AsyncSession, pin_id: str) -> Pin | None:
    """A pin, standing or not."""
    query = sa.select(pins).where(pins.c.id == pin_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return None if row is None else pin_of(row)


async def clear_pin(session: AsyncSession, stream_id: str, sequence: int) -> None:
    """Take down the standing pin, if there is one, by event `sequence`."""
    await session.execute(
        sa.update(pins)
        .where(pins.c.stream_id == stream_id, pins.c.cleared_sequence.is_(None))
        .values(cleared_sequence=sequence)
    )


async def add_pin(session: AsyncSession, pin: Pin) -> None:
    """Write a new pin; the one before it must have been cleared (P1)."""
    await session.execute(sa.insert(pins).values(pin_row(pin, None)))


async def add_message(session: AsyncSession, message: ChatMessage) -> None:
    """Write a new message."""
    await session.execute(sa.insert(chat_messages).values(message_row(message)))


async def message_by_id(session: AsyncSession, message_id: str) -> ChatMessage | None:
    """A message, removed or not."""
    query = sa.select(chat_messages).where(chat_messages.c.id == message_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return None if row is None else message_of(row)


async def remove_message(session: AsyncSession, message_id: str, sequence: int) -> None:
    """Mark a message as removed by event `sequence`."""
    await session.execute(
        sa.update(chat_messages)
        .where(chat_messages.c.id == message_id)
        .values(removed_sequence=sequence)
    )


async def set_mute(
    session: AsyncSession, stream_id: str, customer_id: str, until: datetime
) -> None:
    """Keep a customer from writing until then, in place of an earlier mute."""
    insert = pg.insert(mutes).values(stream_id=stream_id, customer_id=customer_id, until=until)
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[mutes.c.stream_id, mutes.c.customer_id], set_={"until": until}
        )
    )


async def muted_until(session: AsyncSession, stream_id: str, customer_id: str) -> datetime | None:
    """When the customer may write again, if muted now by the database's clock."""
    query = sa.select(mutes.c.until).where(
        mutes.c.stream_id == stream_id,
        mutes.c.customer_id == customer_id,
        mutes.c.until > sa.func.clock_timestamp(),
    )
    return (await session.execute(query)).scalar_one_or_none()


async def database_time(session: AsyncSession) -> datetime:
    """The instant at which the statement runs, by the one clock that all writers share."""
    at: datetime = (await session.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
    return at


def offer_of(row: Any) -> Money | None:
    """The offer price in a row of pins or shelf items."""
    amount = row["offer_amount"]
    return None if amount is None else Money(amount, row["offer_currency"])


def pin_row(pin: Pin, cleared_sequence: int | None) -> dict[str, Any]:
    """The columns of a pin, taken down by event `cleared_sequence` if by any."""
    return {
        "id": pin.id,
        "stream_id": pin.stream_id,
        "sequence": pin.sequence,
        "product_id": pin.product_id,
        "variant_id": pin.variant_id,
        "pinned_at": pin.pinned_at,
        "ends_at": pin.ends_at,
        "cleared_sequence": cleared_sequence,
        **_offer_columns(pin.offer_price),
    }


def message_row(message: ChatMessage) -> dict[str, Any]:
    """The columns of a message that has not been removed."""
    return {
        "id": message.id,
        "stream_id": message.stream_id,
        "sequence": message.sequence,
        "author_id": message.author_id,
        "body": message.body,
        "at": message.at,
    }


def _offer_columns(offer: Money | None) -> dict[str, Any]:
    return {
        "offer_amount": offer and offer.amount,
        "offer_currency": offer and offer.currency,
    }


def stream_of(row: Any) -> Stream:
    """A row of streams."""
    return Stream(
        id=row["id"],
        title=row["title"],
        host_id=row["host_id"],
        state=StreamState(row["state"]),
        scheduled_at=row["scheduled_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )


def pin_of(row: Any) -> Pin:
    """A row of pins."""
    return Pin(
        id=row["id"],
        stream_id=row["stream_id"],
        sequence=row["sequence"],
        product_id=row["product_id"],
        variant_id=row["variant_id"],
        offer_price=offer_of(row),
        pinned_at=row["pinned_at"],
        ends_at=row["ends_at"],
    )


def message_of(row: Any) -> ChatMessage:
    """A row of chat messages, without its text if it was removed."""
    removed = row["removed_sequence"] is not None
    return ChatMessage(
        id=row["id"],
        stream_id=row["stream_id"],
        sequence=row["sequence"],
        author_id=row["author_id"],
        body="" if removed else row["body"],
        at=row["at"],
        removed=removed,
    )
