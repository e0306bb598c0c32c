"""A gateway over the fake shop whose supergraph the test exchanges."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from gateway.app import create_app
from gateway.reload.reloader import Reloader
from tests.support.gateway import PLACES, shop_settings
from tests.support.shop import SUPERGRAPH, catalog

FIRST = SUPERGRAPH.read_text()
SECOND = FIRST.replace("  rating: Int", "  stars: Int @join__field(graph: REVIEWS)\n  rating: Int")
"""The shop with a further field; what could be asked before can be asked still."""


async def slow_catalog(scope: Scope, receive: Receive, send: Send) -> None:
    """The catalog, letting everything else go on while it is asked."""
    for _ in range(20):
        await asyncio.sleep(0)
    await catalog(scope, receive, send)


class Shop:
    """A running gateway, and the file that its supergraph is in."""

    def __init__(self, app: Starlette, client: httpx.AsyncClient, file: Path) -> None:
        self.client = client
        self.file = file
        self.reloader: Reloader = app.state.reloader

    async def publish(self, sdl: str) -> None:
        """A supergraph is written, and the gateway looks."""
        self.file.write_text(sdl)
        await self.reloader.check(force=True)

    async def ask(self, query: str) -> Any:
        response = await self.client.post("/graphql", json={"query": query})
        assert response.status_code == 200, response.text
        return response.json()

    async def readiness(self) -> Any:
        response = await self.client.get("/readiness")
        assert response.status_code == 200
        return response.json()

    async def metric(self, name: str) -> float:
        text = (await self.client.get("/metrics")).text
        values = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(name)]
        return float(values[0]) if values else 0.0


@asynccontextmanager
async def shop(folder: Path, sdl: str = FIRST, **changes: Any) -> AsyncIterator[Shop]:
    """A gateway over a file, unless `supergraph` says where else its supergraph is."""
    file = folder / "supergraph.graphql"
    file.write_text(sdl)
    source = changes.pop("supergraph", {})
    source = source if "s3" in source else {"file": file, **source}
    places = {**PLACES, "catalog": {"app": f"{__name__}:slow_catalog"}}
    app = create_app(shop_settings(**{"subgraphs": places, **changes, "supergraph": source}))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        yield Shop(app, client, file)
