"""A migrated group-buying database, its application, and shortcuts."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from subgraphs.groupbuy.app import SUBGRAPH
from subgraphs.shared.app import Subgraph, create_app
from subgraphs.shared.database import Database
from tests.support.groupbuys import Shop
from tests.support.postgres import Server
from tests.support.subgraphs import Caller, calling, settings


@pytest.fixture
async def database(postgres_server: Server) -> AsyncIterator[Database]:
    async with postgres_server.database("groupbuy", pool_size=20) as database:
        yield database


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


@pytest.fixture
async def call(database: Database) -> AsyncIterator[Caller]:
    """The application without its sweep, which would send statements of its own."""
    still = Subgraph(name="groupbuy", schema=SUBGRAPH.schema, loaders=SUBGRAPH.loaders)
    app: Starlette = create_app(still, settings("groupbuy", database.url))
    async with calling(app, "groupbuy") as caller:
        yield caller
