"""A livestream subgraph over a fresh database, and hands to act with."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from subgraphs.livestream.app import SUBGRAPH
from subgraphs.shared.app import Subgraph, create_app
from subgraphs.shared.database import Database
from tests.support.postgres import Server
from tests.support.subgraphs import Caller, calling, settings


@pytest.fixture
async def database(postgres_server: Server) -> AsyncIterator[Database]:
    async with postgres_server.database("livestream", pool_size=30) as database:
        yield database


@pytest.fixture
async def call(database: Database) -> AsyncIterator[Caller]:
    """The application without what runs beside it, which would send statements of its own."""
    still = Subgraph(name="livestream", schema=SUBGRAPH.schema, loaders=SUBGRAPH.loaders)
    app: Starlette = create_app(still, settings("livestream", database.url))
    async with calling(app, "livestream") as caller:
        yield caller
