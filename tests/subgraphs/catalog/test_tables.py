"""What the migrations make is what `tables` says."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from subgraphs.catalog.tables import metadata
from tests.support.postgres import Server

SHARED = {"outbox", "outbox_sequence", "idempotency", "alembic_version"}


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, parents: (
                name == "catalog" if kind == "schema" else name not in SHARED
            ),
        },
    )
    return list(compare_metadata(context, metadata))


async def test_tables_are_as_the_migrations_made_them(postgres_server: Server):
    async with (
        postgres_server.database("catalog") as database,
        database.engine.connect() as connection,
    ):
        assert await connection.run_sync(differences) == []
