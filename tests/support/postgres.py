"""Real PostgreSQL for tests: one server a session, a fresh database a test.

`DATABASE_URL` names another server (its user must be allowed to create databases); without it an
embedded one is started, with its data in `TEST_DATABASE_FOLDER` or where temporary files are.
Durability is off: tests kill writers, not the server.
"""

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from fusion.postgres import postgres
from subgraphs.shared.database import Database, async_url
from subgraphs.shared.migrate import upgrade
from tests.support.databases import be_patient


class Server:
    """Makes and drops databases."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._templates: dict[str, str] = {}

    async def execute(self, *statements: str) -> None:
        """Run statements outside of a transaction."""
        engine = create_async_engine(
            async_url(self.url), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        try:
            async with engine.connect() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
        finally:
            await engine.dispose()

    async def create(self, template: str = "template1") -> str:
        """A new database as a copy of the template; gives its URL."""
        name = f"test_{uuid4().hex}"
        await self.execute(f"create database {name} template {template}")
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    async def drop(self, url: str) -> None:
        await self.execute(f"drop database if exists {make_url(url).database} with (force)")

    async def migrated(self, *subgraphs: str) -> str:
        """A new database with the schemas of these subgraphs, copied from one migrated once."""
        label = ",".join(subgraphs)
        if label not in self._templates:
            url = await self.create()
            for subgraph in subgraphs:
                await upgrade(url, subgraph)
            self._templates[label] = str(make_url(url).database)
        return await self.create(self._templates[label])

    @asynccontextmanager
    async def database(self, subgraph: str, pool_size: int = 10) -> AsyncIterator[Database]:
        """A fresh, migrated database of one subgraph."""
        url = await self.migrated(subgraph)
        database = Database(url, subgraph, pool_size)
        try:
            yield database
        finally:
            await database.close()
            await self.drop(url)


@pytest.fixture(scope="session", autouse=True)
def _patient_databases() -> None:
    be_patient()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The session's server."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield Server(given)
        return
    parent = os.environ.get("TEST_DATABASE_FOLDER")
    folder = Path(tempfile.mkdtemp(prefix="fusion-test-", dir=parent))
    # At exit, after the wheel's own clean-up there, which makes its lock file once more.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with postgres(folder / "data") as url:
        server = Server(url)
        asyncio.run(
            server.execute(
                "alter system set fsync = off",
                "alter system set synchronous_commit = off",
                "alter system set full_page_writes = off",
                # Its transactions would hold events back that a test reads at once.
                "alter system set autovacuum = off",
                "select pg_reload_conf()",
            )
        )
        yield server


@pytest.fixture
async def database_url(postgres_server: Server) -> AsyncIterator[str]:
    """The URL of an empty database of the test's own."""
    url = await postgres_server.create()
    yield url
    await postgres_server.drop(url)


@pytest.fixture
def postgres_statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with postgres_statements() as sent`: the SQL that any engine of this process sends."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        sent: list[str] = []

        def record(*arguments: object) -> None:
            sent.append(str(arguments[2]))

        event.listen(Engine, "before_cursor_execute", record)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", record)

    return collect
