"""A schema `probe` with the shared tables and one of its own."""

from collections.abc import AsyncIterator

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from subgraphs.shared import events
from subgraphs.shared.database import Database
from subgraphs.shared.idempotency import create_idempotency
from subgraphs.shared.outbox import create_outbox


def _create(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        create_outbox("probe")
        create_idempotency("probe")


@pytest.fixture
async def probe(database_url: str, tmp_path, monkeypatch) -> AsyncIterator[Database]:
    (tmp_path / "fc.probe.v1.json").write_text(
        '{"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}'
    )
    monkeypatch.setattr(events, "SCHEMAS", tmp_path)
    database = Database(database_url, "probe", pool_size=30)
    async with database.engine.begin() as connection:
        await connection.execute(text("create schema probe"))
        await connection.run_sync(_create)
        await connection.execute(text("create table probe.note (id int primary key, body text)"))
    yield database
    await database.close()
