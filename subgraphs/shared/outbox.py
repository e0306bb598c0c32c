"""The outbox: events in the same transaction as the rows they tell of.

Per (topic, key), the row lock on `outbox_sequence` makes the order of sequences the order of
commits, without gaps. `xid` lets readers advance by windows in which no transaction is left open.
"""

from collections.abc import Sequence

import msgspec
from alembic import op
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.events import Event, Recorded, check_data, envelope
from subgraphs.shared.origin import Origin

CHANNEL = "fusion_outbox"


def create_outbox(schema: str) -> None:
    """Make the tables; called by the first migration of a subgraph."""
    op.execute(
        f"""
        create table {schema}.outbox (
            id bigint generated always as identity primary key,
            xid xid8 not null default pg_current_xact_id(),
            topic text not null,
            key text not null,
            sequence bigint not null check (sequence > 0),
            type text not null,
            time timestamptz not null,
            event jsonb not null,
            unique (topic, key, sequence)
        )"""
    )
    op.execute(f"create index outbox_window on {schema}.outbox (xid, id)")
    op.execute(
        f"""
        create table {schema}.outbox_sequence (
            topic text not null,
            key text not null,
            value bigint not null,
            primary key (topic, key)
        )"""
    )


class Slot(msgspec.Struct, frozen=True):
    """A place in the order of a key, held by the transaction that bumped the sequence."""

    topic: str
    key: str


async def bump(session: AsyncSession, schema: str, counts: dict[Slot, int]) -> dict[Slot, int]:
    """Advance the sequence of each slot by its count; gives the last value of each.

    Rows are locked in one order everywhere, so that two transactions cannot wait for each other.
    """
    slots = sorted(counts, key=lambda slot: (slot.topic, slot.key))
    rows = await session.execute(
        text(
            f"""
            insert into {schema}.outbox_sequence as held (topic, key, value)
            select topic, key, value
            from unnest(cast(:topics as text[]), cast(:keys as text[]), cast(:counts as bigint[]))
                 with ordinality as asked (topic, key, value, place)
            order by place
            on conflict (topic, key) do update set value = held.value + excluded.value
            returning topic, key, value"""  # noqa: S608 (a schema's name is ours)
        ),
        {
            "topics": [slot.topic for slot in slots],
            "keys": [slot.key for slot in slots],
            "counts": [counts[slot] for slot in slots],
        },
    )
    return {Slot(row.topic, row.key): row.value for row in rows}


async def write_events(
    session: AsyncSession, schema: str, events: Sequence[Event], origin: Origin
) -> list[Recorded]:
    """Give events their sequence and time, write them, and wake the readers on commit.

    Raises:
        EventInvalid: data breaks the schema of its type.
    """
    for event in events:
        check_data(event.type, event.data)
    counts: dict[Slot, int] = {}
    for event in events:
        if event.sequence is None:
            slot = Slot(event.topic, event.key)
            counts[slot] = counts.get(slot, 0) + 1
    last = await bump(session, schema, counts) if counts else {}
    # Taken after the locks: within a key, time does not run backwards.
    now = (await session.execute(text("select clock_timestamp()"))).scalar_one()
    following = {slot: last[slot] - count + 1 for slot, count in counts.items()}
    recorded: list[Recorded] = []
    for event in events:
        slot = Slot(event.topic, event.key)
        sequence = event.sequence
        if sequence is None:
            sequence = following[slot]
            following[slot] += 1
        recorded.append(
            Recorded(
                type=event.type,
                topic=event.topic,
                key=event.key,
                sequence=sequence,
                time=now,
                data=event.data,
                origin=origin,
            )
        )
    await _insert(session, schema, recorded)
    return recorded


async def _insert(session: AsyncSession, schema: str, recorded: Sequence[Recorded]) -> None:
    await session.execute(
        text(
            f"""
            with written as (
                insert into {schema}.outbox (topic, key, sequence, type, time, event)
                select topic, key, sequence, type, time, event
                from unnest(
                    cast(:topics as text[]), cast(:keys as text[]), cast(:sequences as bigint[]),
                    cast(:types as text[]), cast(:times as timestamptz[]), cast(:events as jsonb[])
                ) with ordinality as told (topic, key, sequence, type, time, event, place)
                order by place
                returning 1
            )
            select pg_notify('{CHANNEL}', '{schema}') from (select count(*) from written) as done"""  # noqa: S608
        ),
        {
            "topics": [event.topic for event in recorded],
            "keys": [event.key for event in recorded],
            "sequences": [event.sequence for event in recorded],
            "types": [event.type for event in recorded],
            "times": [event.time for event in recorded],
            "events": [msgspec.json.encode(envelope(event, schema)).decode() for event in recorded],
        },
    )
