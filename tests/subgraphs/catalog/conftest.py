"""A catalog subgraph over a fresh database, empty or with the demo shop."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import make_url

from subgraphs.catalog.app import create_app
from subgraphs.catalog.seed import seed
from subgraphs.shared.database import Database
from tests.support.postgres import Server
from tests.support.subgraphs import Caller, calling, settings


@pytest.fixture(scope="session")
def shop_template(postgres_server: Server) -> Iterator[str]:
    """The name of a database with the demo shop, to be copied."""
    url = asyncio.run(_shop(postgres_server))
    yield str(make_url(url).database)
    asyncio.run(postgres_server.drop(url))


async def _shop(server: Server) -> str:
    url = await server.migrated("catalog")
    database = Database(url, "catalog")
    await seed(database)
    await database.close()
    return url


@pytest.fixture
async def database(postgres_server: Server, shop_template: str) -> AsyncIterator[Database]:
    """The demo shop, the test's own."""
    url = await postgres_server.create(shop_template)
    database = Database(url, "catalog", pool_size=20)
    yield database
    await database.close()
    await postgres_server.drop(url)


@pytest.fixture
async def call(database: Database) -> AsyncIterator[Caller]:
    async with calling(create_app(settings("catalog", database.url)), "catalog") as caller:
        yield caller
