"""The inbox: which events of other subgraphs were handled, in one transaction with their effect."""

import msgspec
from alembic import op
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.event_log import Position, Row


def create_inbox(schema: str) -> None:
    """Make the tables; called by a migration of a subgraph that consumes."""
    op.execute(
        f"""
        create table {schema}.inbox (
            consumer text not null,
            topic text not null,
            key text not null,
            sequence bigint not null,
            primary key (consumer, topic, key)
        )"""
    )
    op.execute(
        f"""
        create table {schema}.inbox_parked (
            consumer text not null,
            topic text not null,
            key text not null,
            sequence bigint not null,
            event jsonb not null,
            error text not null,
            parked_at timestamptz not null default now(),
            primary key (consumer, topic, key, sequence)
        )"""
    )
    op.execute(
        f"""
        create table {schema}.inbox_position (
            consumer text not null,
            source text not null,
            low text not null,
            high text,
            id bigint not null,
            primary key (consumer, source)
        )"""
    )


class Inbox(msgspec.Struct, frozen=True):
    """The inbox of one consumer in a subgraph's schema.

    Of each key it keeps the highest sequence handled: sequences have no gaps, and come in order.
    """

    schema: str
    consumer: str

    async def claim(self, session: AsyncSession, row: Row) -> bool:
        """Whether the event is new; it is handled if this transaction commits."""
        statement = f"""
            insert into {self.schema}.inbox as known (consumer, topic, key, sequence)
            values (:consumer, :topic, :key, :sequence)
            on conflict (consumer, topic, key) do update set sequence = excluded.sequence
            where known.sequence < excluded.sequence
            returning sequence"""  # noqa: S608 (a schema's name is ours)
        return (await session.execute(text(statement), self._named(row))).first() is not None

    async def is_parked(self, session: AsyncSession, row: Row) -> bool:
        """Whether an earlier event of the key could not be handled: then this one waits for it."""
        statement = f"""
            select exists (select from {self.schema}.inbox_parked
            where consumer = :consumer and topic = :topic and key = :key)"""  # noqa: S608
        return bool((await session.execute(text(statement), self._named(row))).scalar_one())

    async def park(self, session: AsyncSession, row: Row, error: str) -> None:
        """Set an event aside, with why."""
        statement = f"""
            insert into {self.schema}.inbox_parked (consumer, topic, key, sequence, event, error)
            values (:consumer, :topic, :key, :sequence, cast(:event as jsonb), :error)
            on conflict do nothing"""  # noqa: S608
        values = self._named(row) | {"event": row.event, "error": error}
        await session.execute(text(statement), values)

    async def lock(self, session: AsyncSession, topic: str, key: str) -> None:
        """Keep the consumer from the key until the transaction ends; `claim` waits for it."""
        statement = f"""
            select from {self.schema}.inbox
            where consumer = :consumer and topic = :topic and key = :key for update"""
        values = {"consumer": self.consumer, "topic": topic, "key": key}
        await session.execute(text(statement), values)

    async def first_parked(self, session: AsyncSession, topic: str, key: str) -> Row | None:
        """The event that the others of its key wait for."""
        statement = f"""
            select sequence, event ->> 'type' as type, cast(event as text) as event
            from {self.schema}.inbox_parked
            where consumer = :consumer and topic = :topic and key = :key
            order by sequence limit 1"""  # noqa: S608
        values = {"consumer": self.consumer, "topic": topic, "key": key}
        found = (await session.execute(text(statement), values)).one_or_none()
        if found is None:
            return None
        return Row(
            topic=topic, key=key, sequence=found.sequence, type=found.type, event=found.event
        )

    async def unpark(self, session: AsyncSession, row: Row) -> None:
        """Take an event out of those set aside."""
        statement = f"""
            delete from {self.schema}.inbox_parked
            where consumer = :consumer and topic = :topic and key = :key
              and sequence = :sequence"""  # noqa: S608
        await session.execute(text(statement), self._named(row))

    async def excuse(self, session: AsyncSession, row: Row, error: str) -> None:
        """Say anew why a parked event cannot be handled."""
        statement = f"""
            update {self.schema}.inbox_parked set error = :error
            where consumer = :consumer and topic = :topic and key = :key
              and sequence = :sequence"""  # noqa: S608
        await session.execute(text(statement), self._named(row) | {"error": error})

    async def stop(self, session: AsyncSession) -> None:
        """Have the consumer wait from this transaction's commit on, as its projection is rebuilt.

        What the consumer has under way ends before.
        """
        lock = "select pg_advisory_xact_lock(hashtextextended(:name, 0))"
        await session.execute(text(lock), {"name": self._lock_name})
        statement = f"""
            insert into {self.schema}.inbox_rebuild (consumer) values (:consumer)
            on conflict (consumer) do update set started_at = now()"""  # noqa: S608
        await session.execute(text(statement), {"consumer": self.consumer})

    async def is_stopped(self, session: AsyncSession) -> bool:
        """Whether the consumer's projection is being rebuilt; that begins only after we commit."""
        lock = "select pg_advisory_xact_lock_shared(hashtextextended(:name, 0))"
        await session.execute(text(lock), {"name": self._lock_name})
        statement = f"""
            select exists (select from {self.schema}.inbox_rebuild
            where consumer = :consumer)"""  # noqa: S608
        return bool((await session.execute(text(statement), {"consumer": self.consumer})).scalar())

    async def forget(self, session: AsyncSession) -> None:
        """As if the consumer had never handled anything; where it reads stays."""
        for table in ("inbox", "inbox_parked"):
            statement = f"delete from {self.schema}.{table} where consumer = :consumer"  # noqa: S608
            await session.execute(text(statement), {"consumer": self.consumer})

    @property
    def _lock_name(self) -> str:
        return f"inbox:{self.schema}.{self.consumer}"

    async def load(self, session: AsyncSession, source: str) -> Position:
        """How far the consumer is in a source; nothing is deleted there that it has not passed."""
        statement = f"""
            insert into {self.schema}.inbox_position as known (consumer, source, low, high, id)
            values (:consumer, :source, '0', null, 0)
            on conflict (consumer, source) do update set id = known.id
            returning low, high, id"""  # noqa: S608
        values = {"consumer": self.consumer, "source": source}
        row = (await session.execute(text(statement), values)).one()
        return Position(row.low, row.high, row.id)

    async def leave(self, session: AsyncSession) -> None:
        """Keep no position: the consumer follows Kafka, which does."""
        statement = f"delete from {self.schema}.inbox_position where consumer = :consumer"  # noqa: S608
        await session.execute(text(statement), {"consumer": self.consumer})

    async def save(self, session: AsyncSession, source: str, position: Position) -> None:
        """Keep how far the consumer is."""
        statement = f"""
            insert into {self.schema}.inbox_position (consumer, source, low, high, id)
            values (:consumer, :source, :low, :high, :id)
            on conflict (consumer, source) do update
            set low = excluded.low, high = excluded.high, id = excluded.id"""  # noqa: S608
        values = {"consumer": self.consumer, "source": source}
        await session.execute(text(statement), values | msgspec.structs.asdict(position))

    def _named(self, row: Row) -> dict[str, object]:
        return {
            "consumer": self.consumer,
            "topic": row.topic,
            "key": row.key,
            "sequence": row.sequence,
        }
