"""Brings a subgraph's PostgreSQL schema up to date, before it takes traffic.

Many replicas may start at once: an advisory lock lets one of them migrate while the others wait.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from subgraphs.shared.database import async_url

_SUBGRAPHS = Path(__file__).parents[1]
# Of the tables that all subgraphs have, for what looks for old rows there.
_INDEXES = (
    'create index if not exists outbox_age on "{schema}".outbox (topic, time)',
    'create index if not exists idempotency_age on "{schema}".idempotency (created_at)',
)


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
            for statement in _INDEXES:
                await connection.execute(text(statement.format(schema=subgraph)))
    finally:
        await engine.dispose()


def _run(connection: Connection, subgraph: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SUBGRAPHS / "shared" / "migrations"))
    versions = _SUBGRAPHS / subgraph / "migrations" / "versions"
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["schema"] = subgraph
    command.upgrade(config, "head")
