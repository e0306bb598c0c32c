"""What the migrations make is what `tables` says."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from subgraphs.livestream.tables import metadata
from subgraphs.shared.database import Database

SHARED = {
    "outbox",
    "outbox_sequence",
    "idempotency",
    "inbox",
    "inbox_parked",
    "inbox_position",
    "alembic_version",
}


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, parents: (
                name == "livestream" if kind == "schema" else name not in SHARED
            ),
        },
    )
    return list(compare_metadata(context, metadata))


async def test_tables_are_as_the_migrations_made_them(database: Database):
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
