"""The wallet's ASGI application."""

from starlette.applications import Starlette

from subgraphs.shared.app import Subgraph, create_app as create_subgraph_app
from subgraphs.shared.settings import Settings
from subgraphs.wallet.loaders import Loaders
from subgraphs.wallet.schema import schema

WALLET = Subgraph(name="wallet", schema=schema, loaders=Loaders)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; without settings it reads the environment when it starts."""
    return create_subgraph_app(WALLET, settings)


app = create_app()
