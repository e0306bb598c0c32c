"""The ASGI application of the cart; beside it run the consumers of prices and of live pins."""

from starlette.applications import Starlette

from subgraphs.cart.events import TOPICS
from subgraphs.cart.loaders import Loaders
from subgraphs.cart.pin_offers import PIN_OFFERS
from subgraphs.cart.prices import PRICES
from subgraphs.cart.schema import schema
from subgraphs.shared.app import Subgraph, create_app as create_subgraph_app
from subgraphs.shared.settings import Settings

SUBGRAPH = Subgraph(
    name="cart", schema=schema, loaders=Loaders, topics=TOPICS, consumers=(PRICES, PIN_OFFERS)
)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; without settings it reads the environment when it starts."""
    return create_subgraph_app(SUBGRAPH, settings)


app = create_app()
