"""Operations that do what the test asks of them, in place of the pipeline."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from gateway.errors import RequestError, RequestErrors
from gateway.server.live import LiveRequest
from gateway.subscriptions.errors import HubClosed
from gateway.subscriptions.stream import STANDING, Message


class ScriptedOperations:
    """The query's text says what happens."""

    def __init__(self) -> None:
        self.headers: list[Mapping[str, str]] = []
        self.requests: list[LiveRequest] = []
        self.events: asyncio.Queue[Message | Exception | None] = asyncio.Queue()
        self.open = 0
        self.all_ended = asyncio.Event()
        self.authentication = asyncio.Event()
        self.authentication.set()

    async def authenticate(self, headers: Mapping[str, str]) -> Any:
        self.headers.append(headers)
        await self.authentication.wait()
        match headers.get("authorization"):
            case "Bearer wrong":
                raise RequestError("The token is wrong.", code="UNAUTHENTICATED")
            case "Bearer broken":
                raise ZeroDivisionError
            case token:
                return token

    async def messages(self, request: LiveRequest) -> AsyncGenerator[Message]:
        self.requests.append(request)
        self.open += 1
        try:
            match request.payload.get("query"):
                case "one":
                    yield Message(b'{"data":{"a":1}}')
                case "invalid":
                    raise RequestErrors([RequestError("no"), RequestError("never")])
                case "broken":
                    raise ZeroDivisionError("a secret")
                case "closed":
                    raise HubClosed("The gateway is shutting down.")
                case "late":
                    await asyncio.Event().wait()
                case _:
                    yield STANDING
                    while (event := await self.events.get()) is not None:
                        if isinstance(event, Exception):
                            raise event
                        yield event
        finally:
            self.open -= 1
            if not self.open:
                self.all_ended.set()
