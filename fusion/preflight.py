"""What must be right before the store starts: told in one sentence instead of a traceback."""

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from fusion.home import Home
from subgraphs.shared.database import Database, is_away

_CONNECT_TIMEOUT = 10.0
_BROKER = re.compile(r"(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?")


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


def check_kafka(bootstrap: str) -> None:
    """An address that can be one. Whether a broker answers is not asked: events wait for it.

    Raises:
        CannotStart: It cannot.
    """
    if not all(_BROKER.fullmatch(address.strip()) for address in bootstrap.split(",")):
        raise CannotStart("KAFKA_BOOTSTRAP is not like host:9092, or several with commas between.")


@contextmanager
def database_lasts() -> Iterator[None]:
    """Tells in one sentence that the database failed meanwhile; a statement at fault is a bug.

    Raises:
        CannotStart: It has no more room, or is away.
    """
    try:
        yield
    except DBAPIError as error:
        if not is_away(error):
            raise
        said = str(error.orig).rpartition(">: ")[2].partition("\n")[0]
        raise CannotStart(
            f"The database failed: {said}. What is loaded stays; start again once that is mended."
        ) from error


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
