"""Databases of tests on a machine that stalls, in any process: PostgreSQL may be late."""

from sqlalchemy import text

from subgraphs.shared import database as limits
from subgraphs.shared.database import Database


def be_patient() -> None:
    """From now on this process gives PostgreSQL a minute for whatever it asks."""
    limits.CONNECT_TIMEOUT = limits.POOL_TIMEOUT = limits.COMMAND_TIMEOUT = 60.0


async def until_quiet(database: Database) -> None:
    """Wait until the server has done what a killed process had asked it for."""
    others = """
        select exists (
            select from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
        )"""
    while True:  # bounded by the test's time-out
        async with database.session() as session:
            if not (await session.execute(text(others))).scalar_one():
                return
