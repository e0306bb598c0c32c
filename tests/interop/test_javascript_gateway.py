"""Our supergraphs are read by a public JavaScript gateway, `@graphql-tools/federation`."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from graphql import build_schema
from starlette.applications import Starlette
from starlette.routing import Mount

from gateway.composition.compose import Composed, SubgraphSource, compose
from tests.support.shop import catalog, reviews

FOLDER = Path(__file__).parent
SCHEMA = FOLDER.parents[1] / "schema"
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@key"])\n'
CATALOG = """
type Query { products(first: Int = 2): [Product!]! product(id: ID!): Product }
type Product @key(fields: "id") { id: ID! name: String cost: Int }
"""
REVIEWS = 'type Product @key(fields: "id") { id: ID! rating: Int }'


async def javascript_gateway(
    node: str, supergraph: str, queries: Sequence[str] = ()
) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        node, "supergraph.mjs", cwd=FOLDER,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    asked = json.dumps({"supergraph": supergraph, "queries": queries}).encode()
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate(asked)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    told: dict[str, Any] = json.loads(out)
    return told


@asynccontextmanager
async def serving_subgraphs() -> AsyncIterator[str]:
    """The address below which both subgraphs answer."""
    app = Starlette(routes=[Mount("/catalog", catalog), Mount("/reviews", reviews)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server._serve())
        while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        await serving


async def test_a_query_over_two_subgraphs_is_answered(node: str) -> None:
    async with serving_subgraphs() as address:
        composed = compose(
            [
                SubgraphSource("catalog", f"{address}/catalog", LINK + CATALOG),
                SubgraphSource("reviews", f"{address}/reviews", LINK + REVIEWS),
            ]
        )
        assert isinstance(composed, Composed)
        query = "{ products(first: 2) { name rating } product(id: 5) { rating cost } }"
        told = await javascript_gateway(node, composed.supergraph_sdl, [query])
    assert told["answers"] == [
        {
            "data": {
                "products": [
                    {"name": "Product 1", "rating": 1},
                    {"name": "Product 2", "rating": 2},
                ],
                "product": {"rating": 5, "cost": 100},
            }
        }
    ]


async def test_the_store_has_the_same_fields_there(node: str) -> None:
    told = await javascript_gateway(node, (SCHEMA / "supergraph.graphql").read_text())
    ours = build_schema((SCHEMA / "api.graphql").read_text())
    roots = (ours.query_type, ours.mutation_type, ours.subscription_type)
    assert told["roots"] == {root.name: sorted(root.fields) for root in roots if root}
