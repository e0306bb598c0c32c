"""Schemas `probe`, which tells, and `reader`, which consumes, with the shared tables."""

from collections.abc import AsyncIterator

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from subgraphs.shared import events
from subgraphs.shared.database import Database
from subgraphs.shared.idempotency import create_idempotency
from subgraphs.shared.inbox import create_inbox
from subgraphs.shared.outbox import create_outbox
from subgraphs.shared.topics import PARKED

DEAD_LETTER = events.SCHEMAS / f"{PARKED}.json"


def _create(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        create_outbox("probe")
        create_idempotency("probe")


@pytest.fixture
async def probe(database_url: str, tmp_path, monkeypatch) -> AsyncIterator[Database]:
    (tmp_path / "fc.probe.v1.json").write_text(
        '{"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}'
    )
    (tmp_path / DEAD_LETTER.name).write_bytes(DEAD_LETTER.read_bytes())
    monkeypatch.setattr(events, "SCHEMAS", tmp_path)
    database = Database(database_url, "probe", pool_size=30)
    async with database.engine.begin() as connection:
        await connection.execute(text("create schema probe"))
        await connection.run_sync(_create)
        await connection.execute(text("create table probe.note (id int primary key, body text)"))
    yield database
    await database.close()


def _create_reader(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        create_inbox("reader")
        create_outbox("reader")


@pytest.fixture
async def reader(probe: Database) -> AsyncIterator[Database]:
    database = Database(probe.url, "reader")
    async with database.engine.begin() as connection:
        await connection.execute(text("create schema reader"))
        await connection.run_sync(_create_reader)
        await connection.execute(
            text("""
                create table reader.seen (
                    place bigint generated always as identity, key text, sequence bigint,
                    n int check (n < 1000))""")
        )
    yield database
    await database.close()
