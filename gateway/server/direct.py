"""The application, with a direct way to the GraphQL endpoint.

What Starlette has between server and endpoint (routing, its handling of exceptions) costs 3 KiB for
each connection that stays open, and a wrapped `send` for each message. The endpoint handles its
own exceptions, so its requests take none of that, unless there is middleware to pass.
"""

from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send


class GatewayApp(Starlette):
    """Starlette, apart from requests to one path."""

    def __init__(self, endpoint: str, **options: Any) -> None:
        """`endpoint` is the path; the options are Starlette's."""
        super().__init__(**options)
        self._endpoint = endpoint
        self._direct: dict[str, ASGIApp] = {}
        if self.user_middleware:
            return
        for route in self.routes:
            match route:
                case Route(path=path, app=app) if path == endpoint:
                    self._direct["http"] = app
                case WebSocketRoute(path=path, app=app) if path == endpoint:
                    self._direct["websocket"] = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        direct = self._direct.get(scope["type"])
        if direct is not None and scope["path"] == self._endpoint:
            await direct(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
