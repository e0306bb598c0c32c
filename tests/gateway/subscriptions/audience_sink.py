"""A subgraph that takes down what gateways report of their viewers."""

import asyncio
import base64
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Sink:
    """The reports, as they came, and who signed them; `failing` refuses them."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, in another event loop."""
        self.reports: list[dict[str, int]] = []
        self.claims: list[dict[str, Any]] = []
        self.failing = False
        self._changed = asyncio.Condition()

    async def take(self, request: Request) -> Response:
        body = orjson.loads(await request.body())
        if "audience" not in body["variables"]:
            return JSONResponse({"data": {"__typename": "Query"}})
        if self.failing:
            return JSONResponse({"errors": [{"message": "no"}]})
        token = request.headers["authorization"].removeprefix("Bearer ").split(".")[1]
        audience = body["variables"]["audience"]
        async with self._changed:
            self.claims.append(orjson.loads(base64.urlsafe_b64decode(token + "==")))
            self.reports.append({each["key"]: each["viewers"] for each in audience})
            self._changed.notify_all()
        return JSONResponse({"data": {"report": True}})

    async def until(self, **viewers: int) -> None:
        """Wait until this is what was reported last."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: self.reports and self.reports[-1] == viewers)


sink = Sink()
app = Starlette(routes=[Route("/{rest:path}", sink.take, methods=["POST"])])
