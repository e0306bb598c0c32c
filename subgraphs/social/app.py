"""The social subgraph as an ASGI application."""

from starlette.applications import Starlette

from subgraphs.shared.app import Subgraph, create_app as create_subgraph_app
from subgraphs.shared.settings import Settings
from subgraphs.social.events import TOPICS
from subgraphs.social.loaders import Loaders
from subgraphs.social.schema import schema

SUBGRAPH = Subgraph(name="social", schema=schema, loaders=Loaders, topics=TOPICS)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; without settings it reads the environment when it starts."""
    return create_subgraph_app(SUBGRAPH, settings)


app = create_app()
