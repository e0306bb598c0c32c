"""Brings a subgraph's PostgreSQL schema up to date, before it takes traffic.

Many replicas may start at once: an advisory lock lets one of them migrate while the others wait.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from subgraphs.shared.database import async_url

_SUBGRAPHS = Path(__file__).parents[1]
# For what looks for old rows in a subgraph's shared tables, of which it has those that it uses.
_AGES = {"outbox": "topic, time", "idempotency": "created_at"}


async def upgrade(url: str, subgraph: str) -> None:
    """Create the schema if missing, and run the migrations that have not run, all or nothing."""
    engine = create_async_engine(async_url(url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(
                text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"),
                {"name": f"migrate:{subgraph}"},
            )
            await connection.execute(text(f'create schema if not exists "{subgraph}"'))
            await connection.run_sync(_run, subgraph)
            for table, columns in _AGES.items():
                if await has_table(connection, subgraph, table):
                    index = f'{table}_age on "{subgraph}".{table} ({columns})'
                    await connection.execute(text(f"create index if not exists {index}"))
    finally:
        await engine.dispose()


async def has_table(connection: AsyncConnection | AsyncSession, schema: str, table: str) -> bool:
    """Whether a subgraph made itself this one of the shared tables."""
    query = text("select to_regclass(:name) is not null")
    found = await connection.execute(query, {"name": f'"{schema}".{table}'})
    return bool(found.scalar_one())


def _run(connection: Connection, subgraph: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SUBGRAPHS / "shared" / "migrations"))
    versions = _SUBGRAPHS / subgraph / "migrations" / "versions"
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["schema"] = subgraph
    command.upgrade(config, "head")
