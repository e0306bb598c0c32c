"""A migrated wallet database, its application, and a bank to fill wallets from."""

from collections.abc import AsyncIterator

import pytest

from subgraphs.shared.app import Subgraph, create_app
from subgraphs.shared.database import Database
from subgraphs.wallet.app import SUBGRAPH
from tests.support.postgres import Server
from tests.support.subgraphs import Caller, calling, settings
from tests.support.wallets import Bank


@pytest.fixture
async def database(postgres_server: Server) -> AsyncIterator[Database]:
    async with postgres_server.database("wallet", pool_size=20) as database:
        yield database


@pytest.fixture
def bank(database: Database) -> Bank:
    return Bank(database)


@pytest.fixture
async def call(database: Database) -> AsyncIterator[Caller]:
    """The application without what runs beside it, which would send statements of its own."""
    still = Subgraph(name="wallet", schema=SUBGRAPH.schema, loaders=SUBGRAPH.loaders)
    async with calling(create_app(still, settings("wallet", database.url)), "wallet") as caller:
        yield caller
