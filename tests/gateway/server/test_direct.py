from typing import Any

import httpx
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from gateway.server.direct import GatewayApp


class Endpoint:
    """Tells whether a request came through Starlette, which says so in the scope."""

    def __init__(self) -> None:
        self.came_through_layers: list[bool] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.came_through_layers.append("app" in scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})


def make(endpoint: Endpoint, **options: Any) -> GatewayApp:
    routes = [
        Route("/graphql", endpoint),
        WebSocketRoute("/graphql", endpoint),
        Route("/other", endpoint),
    ]
    return GatewayApp("/graphql", routes=routes, **options)


async def ask(app: GatewayApp, path: str) -> httpx.Response:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://shop"
    ) as client:
        return await client.post(path, headers={"origin": "http://head"})


async def test_requests_to_the_endpoint_take_the_direct_way() -> None:
    endpoint = Endpoint()
    app = make(endpoint)
    for path in ("/graphql", "/other"):
        assert (await ask(app, path)).status_code == 204
    assert endpoint.came_through_layers == [False, True]
    assert (await ask(app, "/nothing")).status_code == 404


async def test_sockets_do_too() -> None:
    endpoint = Endpoint()
    scope = {"type": "websocket", "path": "/graphql"}
    await make(endpoint)(scope, None, None)  # type: ignore[arg-type]  # not used
    assert endpoint.came_through_layers == [False]


async def test_middleware_is_not_passed_by() -> None:
    endpoint = Endpoint()
    cors = Middleware(CORSMiddleware, allow_origins=("http://head",))
    response = await ask(make(endpoint, middleware=[cors]), "/graphql")
    assert response.headers["access-control-allow-origin"] == "http://head"
    assert endpoint.came_through_layers == [True]
