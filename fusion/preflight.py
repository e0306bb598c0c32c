"""What must be right before the store starts: told in one sentence instead of a traceback."""

import asyncio
import os

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from fusion.home import Home
from subgraphs.shared.database import Database

_CONNECT_TIMEOUT = 10.0


class CannotStart(Exception):
    """The store cannot start here; the message tells the user why."""


def check_home(home: Home) -> None:
    """Make the store's folder.

    Raises:
        CannotStart: It cannot be made or written.
    """
    try:
        home.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"The folder {home.root} cannot be made: {error.strerror}.") from error
    if not os.access(home.root, os.W_OK | os.X_OK):
        raise CannotStart(f"The folder {home.root} cannot be written.")


async def check_database(url: str) -> None:
    """Connect once. Messages never hold the URL: it has a password.

    Raises:
        CannotStart: `url` is none, or its server cannot be used.
    """
    try:
        parsed = make_url(url)
        database = Database(url, "public")
    except (ArgumentError, ValueError) as error:
        raise CannotStart("DATABASE_URL is not like postgresql://user@host:5432/name.") from error
    try:
        async with asyncio.timeout(_CONNECT_TIMEOUT), database.engine.connect() as connection:
            await connection.execute(text("select 1"))
    except (OSError, SQLAlchemyError, asyncpg.PostgresError) as error:
        where = f"{parsed.host or 'localhost'}:{parsed.port or 5432}"
        raise CannotStart(
            f"The PostgreSQL server of DATABASE_URL ({where}) cannot be used: "
            f"{type(error).__name__}."
        ) from error
    finally:
        await database.close()
