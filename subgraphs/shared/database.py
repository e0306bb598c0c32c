"""A subgraph's connection to PostgreSQL: one pool, one schema.

All statements go through SQLAlchemy's engine, where tests count them.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

CONNECT_TIMEOUT = 5.0
"""Seconds until PostgreSQL must have taken a new connection."""

POOL_TIMEOUT = 10.0
"""Seconds until a connection of the pool must be free."""

COMMAND_TIMEOUT = 30.0
"""Seconds until a statement must be answered."""


def async_url(url: str) -> URL:
    """A `postgresql://` URL (unix sockets as `?host=/path`) for the asynchronous driver."""
    return make_url(url).set(drivername="postgresql+asyncpg")


class Database:
    """A pool of connections, and the name of the subgraph's schema."""

    def __init__(self, url: str, subgraph: str, pool_size: int = 10) -> None:
        self.subgraph = subgraph
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT,
            pool_pre_ping=False,
            connect_args={
                "timeout": CONNECT_TIMEOUT,
                "command_timeout": COMMAND_TIMEOUT,
                "server_settings": {
                    "application_name": subgraph,
                    "idle_in_transaction_session_timeout": "60000",
                    "jit": "off",
                },
            },
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    def new_session(self) -> AsyncSession:
        """A session that the caller commits and closes."""
        return self._sessions()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session to read with; what it writes is rolled back."""
        async with self._sessions() as session:
            yield session

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Collect the text of each statement sent while the block runs; for tests."""
        seen: list[str] = []

        def record(*arguments: Any) -> None:
            seen.append(arguments[2])

        engine = self.engine.sync_engine
        event.listen(engine, "before_cursor_execute", record)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", record)


# What SQLAlchemy passes on as it is. The last is how asyncpg tells that a connection broke off
# between two messages.
_NO_CONNECTION = (OSError, TimeoutError, PoolTimeout, asyncpg.InternalClientError)
# Classes of SQLSTATE: connection, resources (a full disk), an operator's doing, a failed disk.
_AWAY = {"08", "53", "57", "58"}
_ROLLED_BACK = "40"


def is_away(error: BaseException | None) -> bool:
    """Whether the database cannot be reached, or has no room, so that a later try may succeed."""
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or code[:2] in _AWAY
    return isinstance(error, _NO_CONNECTION)


def is_outage(error: BaseException) -> bool:
    """Whether the database cannot be worked with now, rather than refusing what it was told."""
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlstate", None)
        return code is None or code[:2] == _ROLLED_BACK or is_away(error)
    return is_away(error)
