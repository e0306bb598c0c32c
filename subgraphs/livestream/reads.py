"""Reads streams and what belongs to them in batches, for the graph.

What is shown with a snapshot is read as of its head: pins and chat are cut at the event sequence
that was current when the stream's row was read, so that what a client sees and where it subscribes
from are one point, although several statements read it. Sequences are committed in order, so none
below the head is missing.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.livestream.events import TOPIC
from subgraphs.livestream.models import ChatMessage, Pin, ShelfItem, StreamSnapshot, StreamState
from subgraphs.livestream.repository import message_of, offer_of, pin_of, stream_of
from subgraphs.livestream.tables import (
    chat_messages,
    outbox,
    outbox_sequence,
    pins,
    shelf_items,
    streams,
)

Before = tuple[datetime, str]
"""Sort key of the list of streams: latest schedule first, then id."""

_SELECT_STREAMS = (
    sa.select(
        streams,
        sa.func.coalesce(outbox_sequence.c.value, 0).label("head"),
        sa.func.coalesce(outbox.c.time, sa.func.to_timestamp(0)).label("head_at"),
    )
    .join_from(
        streams,
        outbox_sequence,
        (outbox_sequence.c.topic == TOPIC) & (outbox_sequence.c.key == streams.c.id),
        isouter=True,
    )
    .join(
        outbox,
        (outbox.c.topic == TOPIC)
        & (outbox.c.key == streams.c.id)
        & (outbox.c.sequence == outbox_sequence.c.value),
        isouter=True,
    )
)


async def streams_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, StreamSnapshot]:
    """Streams that exist, by id."""
    rows = await session.execute(_SELECT_STREAMS.where(streams.c.id.in_(ids)))
    return {row["id"]: _snapshot(row) for row in rows.mappings()}


async def list_streams(
    session: AsyncSession, state: StreamState | None, before: Before | None, limit: int
) -> list[StreamSnapshot]:
    """Streams from the latest schedule backwards, after the sort key `before`."""
    query = _SELECT_STREAMS.order_by(streams.c.scheduled_at.desc(), streams.c.id.desc())
    if state is not None:
        query = query.where(streams.c.state == state)
    if before is not None:
        place = sa.tuple_(streams.c.scheduled_at, streams.c.id)
        query = query.where(place < sa.tuple_(*(sa.literal(part) for part in before)))
    rows = await session.execute(query.limit(limit))
    return [_snapshot(row) for row in rows.mappings()]


async def streams_of_hosts(
    session: AsyncSession, host_ids: Collection[str], first: int
) -> dict[str, list[StreamSnapshot]]:
    """The latest `first` streams of each host, latest first."""
    place = sa.func.row_number().over(
        partition_by=streams.c.host_id,
        order_by=(streams.c.scheduled_at.desc(), streams.c.id.desc()),
    )
    ranked = _SELECT_STREAMS.add_columns(place.label("place")).where(
        streams.c.host_id.in_(host_ids)
    )
    numbered = ranked.subquery()
    rows = await session.execute(
        sa.select(numbered)
        .where(numbered.c.place <= first)
        .order_by(numbered.c.host_id, numbered.c.place)
    )
    found: dict[str, list[StreamSnapshot]] = {}
    for row in rows.mappings():
        found.setdefault(row["host_id"], []).append(_snapshot(row))
    return found


async def live_streams_of_products(
    session: AsyncSession, product_ids: Collection[str]
) -> dict[str, list[StreamSnapshot]]:
    """The streams on air now that have the product on their shelf, latest start first."""
    query = (
        _SELECT_STREAMS.add_columns(shelf_items.c.product_id)
        .join(shelf_items, shelf_items.c.stream_id == streams.c.id)
        .where(shelf_items.c.product_id.in_(product_ids), streams.c.state == StreamState.LIVE)
        .order_by(streams.c.started_at.desc(), streams.c.id.desc())
    )
    found: dict[str, list[StreamSnapshot]] = {}
    for row in (await session.execute(query)).mappings():
        found.setdefault(row["product_id"], []).append(_snapshot(row))
    return found


async def shelves(session: AsyncSession, stream_ids: Collection[str]) -> dict[str, list[ShelfItem]]:
    """Each stream's shelf in order, with how often each product was pinned."""
    pinned = (
        sa.select(sa.func.count())
        .where(
            pins.c.stream_id == shelf_items.c.stream_id,
            pins.c.product_id == shelf_items.c.product_id,
        )
        .scalar_subquery()
    )
    rows = await session.execute(
        sa.select(shelf_items, pinned.label("pin_count"))
        .where(shelf_items.c.stream_id.in_(stream_ids))
        .order_by(shelf_items.c.stream_id, shelf_items.c.position)
    )
    found: dict[str, list[ShelfItem]] = {}
    for row in rows.mappings():
        item = ShelfItem(
            stream_id=row["stream_id"],
            position=row["position"],
            product_id=row["product_id"],
            offer_price=offer_of(row),
            pin_count=row["pin_count"],
        )
        found.setdefault(item.stream_id, []).append(item)
    return found


async def current_pins(
    session: AsyncSession, heads: Collection[tuple[str, int]]
) -> dict[tuple[str, int], Pin]:
    """The pin of each (stream, head): set by then, not cleared by then, its window open now."""
    wanted = _wanted(heads)
    rows = await session.execute(
        sa.select(pins, wanted.c.head)
        .join_from(wanted, pins, pins.c.stream_id == wanted.c.stream_id)
        .where(
            pins.c.sequence <= wanted.c.head,
            sa.or_(pins.c.cleared_sequence.is_(None), pins.c.cleared_sequence > wanted.c.head),
            sa.or_(pins.c.ends_at.is_(None), pins.c.ends_at > sa.func.clock_timestamp()),
        )
    )
    return {(row["stream_id"], row["head"]): pin_of(row) for row in rows.mappings()}


async def pins_in_order(session: AsyncSession, stream_ids: Collection[str]) -> dict[str, list[Pin]]:
    """All pins that each stream ever had, in the order in which they were set."""
    query = sa.select(pins).where(pins.c.stream_id.in_(stream_ids))
    rows = await session.execute(query.order_by(pins.c.stream_id, pins.c.sequence))
    found: dict[str, list[Pin]] = {}
    for row in rows.mappings():
        found.setdefault(row["stream_id"], []).append(pin_of(row))
    return found


async def latest_chat(
    session: AsyncSession, heads: Collection[tuple[str, int]], last: int
) -> dict[tuple[str, int], list[ChatMessage]]:
    """The `last` messages of each (stream, head), oldest first."""
    wanted = _wanted(heads)
    recent = (
        sa.select(chat_messages)
        .where(
            chat_messages.c.stream_id == wanted.c.stream_id,
            chat_messages.c.sequence <= wanted.c.head,
        )
        .order_by(chat_messages.c.sequence.desc())
        .limit(last)
        .lateral("recent")
    )
    rows = await session.execute(
        sa.select(recent, wanted.c.head)
        .select_from(wanted.join(recent, sa.true()))
        .order_by(recent.c.sequence)
    )
    found: dict[tuple[str, int], list[ChatMessage]] = {}
    for row in rows.mappings():
        found.setdefault((row["stream_id"], row["head"]), []).append(message_of(row))
    return found


def _wanted(heads: Collection[tuple[str, int]]) -> Any:
    ids = sa.literal([stream_id for stream_id, _ in heads], pg.ARRAY(sa.Text))
    sequences = sa.literal([head for _, head in heads], pg.ARRAY(sa.BigInteger))
    return (
        sa.func.unnest(ids, sequences)
        .table_valued(sa.column("stream_id", sa.Text), sa.column("head", sa.BigInteger))
        .render_derived(name="wanted")
    )


def _snapshot(row: Any) -> StreamSnapshot:
    return StreamSnapshot(stream=stream_of(row), head=row["head"], head_at=row["head_at"])
