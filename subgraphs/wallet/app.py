"""The wallet's ASGI application; beside it run the expiry of holds and the consumer of payments."""

import asyncio

from starlette.applications import Starlette

from subgraphs.shared.app import Subgraph, create_app as create_subgraph_app
from subgraphs.shared.database import Database
from subgraphs.shared.settings import Settings
from subgraphs.wallet.events import TOPICS
from subgraphs.wallet.holds import expire
from subgraphs.wallet.loaders import Loaders
from subgraphs.wallet.schema import schema
from subgraphs.wallet.settlements import SETTLEMENTS

_EXPIRY_SECONDS = 1.0


async def expire_for_ever(database: Database, _: Settings) -> None:
    """Free held money within about a second of its time."""
    while True:
        while await expire(database):
            pass
        await asyncio.sleep(_EXPIRY_SECONDS)


SUBGRAPH = Subgraph(
    name="wallet",
    schema=schema,
    loaders=Loaders,
    topics=TOPICS,
    consumers=(SETTLEMENTS,),
    background=(expire_for_ever,),
)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; without settings it reads the environment when it starts."""
    return create_subgraph_app(SUBGRAPH, settings)


app = create_app()
