"""A migrated cart database with a few prices, its application without the consumer."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from subgraphs.cart import repository
from subgraphs.cart.app import SUBGRAPH
from subgraphs.shared.app import Subgraph, create_app
from subgraphs.shared.database import Database
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.support.postgres import Server
from tests.support.subgraphs import Caller, calling, settings

PRICES = {
    "lamp": {"in": Money(19_999, "INR"), "jp": Money(3_500, "JPY")},
    "chair": {"in": Money(1_250_050, "INR"), "gulf": Money(45_125, "KWD")},
    "sock": {"in": Money(1, "INR")},
}


@pytest.fixture
async def database(postgres_server: Server) -> AsyncIterator[Database]:
    async with postgres_server.database("cart", pool_size=20) as database:
        async with UnitOfWork(database) as unit:
            for variant, amounts in PRICES.items():
                await repository.write_prices(
                    unit.session,
                    variant,
                    product_id=f"prod_{variant}",
                    on_sale=True,
                    amounts=amounts,
                )
            gone = {"in": Money(5, "INR")}
            await repository.write_prices(
                unit.session, "gone", product_id="prod_gone", on_sale=False, amounts=gone
            )
        yield database


@pytest.fixture
async def call(database: Database) -> AsyncIterator[Caller]:
    still = Subgraph(name="cart", schema=SUBGRAPH.schema, loaders=SUBGRAPH.loaders)
    app: Starlette = create_app(still, settings("cart", database.url))
    async with calling(app, "cart") as caller:
        yield caller
