"""The application of group-buying; beside it run a sweep, and the consumer of what wallets tell."""

import asyncio

from starlette.applications import Starlette

from subgraphs.groupbuy.events import TOPICS
from subgraphs.groupbuy.loaders import Loaders
from subgraphs.groupbuy.prices import PRICES
from subgraphs.groupbuy.schema import schema
from subgraphs.groupbuy.settling import HOLDS
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared.app import Subgraph, create_app as create_subgraph_app
from subgraphs.shared.database import Database
from subgraphs.shared.settings import Settings

_SWEEP_SECONDS = 1.0


async def sweep_for_ever(database: Database, _: Settings) -> None:
    """Close groups and free unpaid seats within about a second of their time."""
    while True:
        await sweep(database)
        await asyncio.sleep(_SWEEP_SECONDS)


SUBGRAPH = Subgraph(
    name="groupbuy",
    schema=schema,
    loaders=Loaders,
    topics=TOPICS,
    consumers=(HOLDS, PRICES),
    background=(sweep_for_ever,),
)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; without settings it reads the environment when it starts."""
    return create_subgraph_app(SUBGRAPH, settings)


app = create_app()
