"""A social subgraph over a fresh database, and hands to act with."""

from collections.abc import AsyncIterator

import pytest

from subgraphs.shared.database import Database
from subgraphs.social.app import create_app
from tests.support.postgres import Server
from tests.support.subgraphs import Caller, calling, settings


@pytest.fixture
async def database(postgres_server: Server) -> AsyncIterator[Database]:
    async with postgres_server.database("social", pool_size=30) as database:
        yield database


@pytest.fixture
async def call(database: Database) -> AsyncIterator[Caller]:
    async with calling(create_app(settings("social", database.url)), "social") as caller:
        yield caller
