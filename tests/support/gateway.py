"""The gateway over the fake shop, without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from gateway.app import create_app
from gateway.config.settings import Settings
from tests.support.patience import patient
from tests.support.shop import SUPERGRAPH, catalog, reviews

PLACES = {
    "catalog": {"app": "tests.support.shop:catalog"},
    "reviews": {"app": "tests.support.shop:reviews"},
}


def shop_settings(**changes: Any) -> Settings:
    """Settings of a gateway over the shop, as a configuration file would give them."""
    return Settings.model_validate(
        patient(
            {
                "supergraph": {"file": SUPERGRAPH},
                "subgraphs": PLACES,
                "introspection": True,
                **changes,
            }
        )
    )


@asynccontextmanager
async def shop_gateway(**changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a running gateway; the subgraphs forget their earlier calls."""
    app = create_app(shop_settings(**changes))
    catalog.calls.clear()
    reviews.calls.clear()
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        yield client
