"""A gateway over a Strawberry subgraph that serves subscriptions itself, and a catalog."""

import asyncio
import base64
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import orjson
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount
from strawberry.asgi import GraphQL
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)
from strawberry.types import Info

from gateway.app import create_app
from gateway.composition.compose import Composed, SubgraphSource, compose
from gateway.config.settings import Settings
from tests.gateway.security.forge import AUDIENCE, ISSUER, claims, jwks, sign
from tests.support.listening import listening
from tests.support.patience import patient
from tests.support.ports import free_port
from tests.support.shop import FakeSubgraph

CATALOG = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { products: [Product!]! }
type Product @key(fields: "id") { id: ID! name: String }
"""
catalog = FakeSubgraph(
    "type Query { products: [Product!]! } type Product { id: ID! name: String }",
    {"products": []},
    lambda representation: {"id": representation["id"], "name": f"Product {representation['id']}"},
)


class Asked(msgspec.Struct, frozen=True):
    """How the subgraph was asked; `init` is what `connection_init` said."""

    headers: dict[str, str]
    body: bytes | None
    init: Any

    @property
    def claims(self) -> dict[str, Any]:
        """Those of the token; its signature is tested elsewhere."""
        payload = self.headers["authorization"].removeprefix("Bearer ").split(".")[1]
        found: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
        return found


class Closed(Exception):
    """The subgraph's own fault."""


class Market:
    """What happens in the subgraph; each subscription has a queue, as long as it is open."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.queues: dict[asyncio.Queue[Any], None] = {}

    def happen(self, *numbers: int | str | None) -> None:
        """Sales; None completes all subscriptions, a text is an error in place of a sale."""
        for number in numbers:
            for queue in self.queues:
                queue.put_nowait(number)

    async def until_open(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.queues) != count:  # noqa: ASYNC110  # a generator's end has no event
                await asyncio.sleep(0.01)

    async def sales(self) -> AsyncGenerator[int]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self.queues[queue] = None
        try:
            while (number := await queue.get()) is not None:
                match number:
                    case str():
                        raise Closed(number)
                    case _:
                        yield number
        finally:
            del self.queues[queue]


market = Market()


@strawberry.federation.type(keys=["id"])
class Product:
    id: strawberry.ID
    name: str | None = strawberry.field(description="Left out of the supergraph at first.")


@strawberry.type
class Sale:
    amount: int
    product: Product


@strawberry.type
class Query:
    unused: int = 0


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def sales(self, info: Info, channel: str = "in") -> AsyncIterator[Sale]:
        request = info.context["request"]
        body = await request.body() if isinstance(request, Request) else None
        init = info.context.get("connection_params")
        market.asked.append(Asked(dict(request.headers), body, init))
        if channel == "closed":
            raise Closed("this channel is closed: secret")
        async with aclosing(market.sales()) as numbers:
            async for number in numbers:
                name = f"Product {number} of the market"
                product = Product(id=strawberry.ID(str(number)), name=name)
                yield Sale(amount=number, product=product)


schema = strawberry.federation.Schema(query=Query, subscription=Subscription)
_graphql = GraphQL[Any, Any](
    schema,
    subscription_protocols=[
        GRAPHQL_TRANSPORT_WS_PROTOCOL,
        GRAPHQL_SSE_PROTOCOL,
        MULTIPART_SUBSCRIPTION_PROTOCOL,
    ],
)
app = Starlette(routes=[Mount("/", _graphql)])


_NAME = re.compile(r'  """Left out[^"]*"""\n  name: String\n')


def supergraph() -> str:
    sdl, count = _NAME.subn("", schema.as_str())
    assert count == 1, schema.as_str()
    composed = compose(
        [
            SubgraphSource("market", "http://market", sdl),
            SubgraphSource("catalog", "http://catalog", CATALOG),
        ]
    )
    assert isinstance(composed, Composed), composed
    return composed.supergraph_sdl


class Gateway(msgspec.Struct):
    """A running gateway, and the subgraph behind it."""

    url: str
    app: Starlette
    file: Path
    subgraph: "Restartable"

    async def metric(self, name: str) -> float:
        async with httpx.AsyncClient(timeout=60) as client:
            text = (await client.get(f"{self.url}/metrics")).text
        values = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(name)]
        return float(values[0]) if values else 0.0

    async def until_metric(self, name: str, value: float) -> None:
        async with asyncio.timeout(60):
            while await self.metric(name) != value:
                pass

    async def until_overrun(self) -> None:
        """Wait until more waits for a client than may."""
        feeds = self.app.state.reloader._pipeline._subscribing.upstream_streams._feeds
        async with asyncio.timeout(60):
            while not any(  # noqa: ASYNC110  # nothing tells a test of it
                reader._failure for each in feeds._open.values() for reader in each.feed._readers
            ):
                await asyncio.sleep(0.01)

    async def publish(self, sdl: str) -> None:
        """Serve another supergraph, and move all subscriptions to it."""
        self.file.write_text(sdl)
        await self.app.state.reloader.check(force=True)
        async with asyncio.timeout(60):
            await self.app.state.reloader._renewal


class Restartable:
    """A server that can be stopped and started on its port."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._stack = AsyncExitStack()
        self.port = free_port()

    async def start(self) -> None:
        await self._stack.enter_async_context(listening(self._app, self.port))

    async def stop(self) -> None:
        await self._stack.aclose()
        self._stack = AsyncExitStack()


@asynccontextmanager
async def serving(
    folder: Path, protocol: str, subgraph: Any = app, **subscriptions: Any
) -> AsyncIterator[Gateway]:
    """A gateway that subscribes by a protocol; "… in process": without a socket."""
    catalog.calls.clear()
    market.asked.clear()
    file = folder / "supergraph.graphql"
    file.write_text(supergraph())
    keys = folder / "keys.json"
    keys.write_bytes(orjson.dumps(jwks()))
    place: dict[str, Any] = {"app": f"{__name__}:app"}
    restartable = Restartable(subgraph)
    async with AsyncExitStack() as stack:
        if not protocol.endswith(" in process"):
            stack.push_async_callback(restartable.stop)
            await restartable.start()
            place = {"routing_url": f"http://127.0.0.1:{restartable.port}/"}
        own = {"protocol": protocol.removesuffix(" in process"), **subscriptions.pop("own", {})}
        port = free_port()
        settings = Settings.model_validate(
            patient(
                {
                    "http": {"port": port},
                    "supergraph": {"file": file},
                    "reload": {"spread": "50ms"},
                    "subgraphs": {"catalog": {"app": f"{__name__}:catalog"}, "market": place},
                    "subscriptions": {
                        "subgraphs": {"market": own},
                        "callback": {"public_url": f"http://127.0.0.1:{port}/callback"},
                        **subscriptions,
                    },
                    "jwt": {
                        "jwks_providers": [{"file": keys}],
                        "issuer": ISSUER,
                        "audience": AUDIENCE,
                    },
                }
            )
        )
        gateway = create_app(settings)
        await stack.enter_async_context(listening(gateway, port))
        yield Gateway(f"http://127.0.0.1:{port}", gateway, file, restartable)


def token(subject: str = "usr_1", **changes: Any) -> dict[str, str]:
    """Headers of a client that is signed in."""
    now = int(time.time())
    changes = {"iat": now - 10, "exp": now + 300, **changes}
    return {"authorization": f"Bearer {sign(claims(sub=subject, **changes))}"}
