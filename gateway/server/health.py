"""What load balancers and orchestrators ask: does the process run, and does it take requests."""

import asyncio
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.reload.status import Status


class Readiness:
    """Ready from the end of start-up until the gateway is told to stop."""

    def __init__(self, supergraph: Status) -> None:
        self.supergraph = supergraph
        self.started = asyncio.Event()
        self.stopping = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        return self.started.is_set() and not self.stopping.is_set()


class HealthRoutes:
    """The two endpoints; answers are small and never cached."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    async def health(self, _request: Request) -> Response:
        """200 while the process can answer at all."""
        return _answer(200, "ok")

    async def readiness(self, _request: Request) -> Response:
        """503 while starting and stopping, so that no new requests are sent here.

        A supergraph that is refused is told, but the gateway stays ready: it serves the older one.
        """
        if self._readiness.is_ready:
            return _answer(200, "ready", self._readiness.supergraph.told())
        return _answer(503, "stopping" if self._readiness.stopping.is_set() else "starting")


def _answer(status: int, word: str, supergraph: dict[str, Any] | None = None) -> Response:
    content: dict[str, Any] = {"status": word}
    if supergraph is not None:
        content["supergraph"] = supergraph
    return Response(
        orjson.dumps(content),
        status,
        {"cache-control": "no-store"},
        media_type="application/json",
    )
