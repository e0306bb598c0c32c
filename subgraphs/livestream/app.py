"""The livestream subgraph as an ASGI application."""

from starlette.applications import Starlette

from subgraphs.livestream.director import direct
from subgraphs.livestream.events import TOPICS
from subgraphs.livestream.gifts import PAYMENTS
from subgraphs.livestream.loaders import Loaders
from subgraphs.livestream.presence import tell_for_ever
from subgraphs.livestream.schema import schema
from subgraphs.shared.app import Subgraph, create_app as create_subgraph_app
from subgraphs.shared.settings import Settings

SUBGRAPH = Subgraph(
    name="livestream",
    schema=schema,
    loaders=Loaders,
    topics=TOPICS,
    consumers=(PAYMENTS,),
    background=(
        direct,
        tell_for_ever,
    ),
)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; without settings it reads the environment when it starts."""
    return create_subgraph_app(SUBGRAPH, settings)


app = create_app()
