"""Viewers who come back after every interruption, at the cursor of what they saw last."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.benchmarks.rooms import SUBSCRIPTION

Seen = AsyncIterator[tuple[int, str]]
"""Numbers of events, each with the cursor to go on after it."""
_PAUSE = 0.2


class Viewer:
    """One viewer of a room, who wants the events up to a number."""

    def __init__(self, url: str, room: str, watch: Callable[[str, str, str | None], Seen]) -> None:
        self.numbers: list[int] = []
        self.connections = 0
        self._url = url
        self._room = room
        self._watch = watch
        self._cursor: str | None = None

    async def view(self, last: int, stands: Callable[[], None]) -> None:
        """Watch until the last event has been seen; `stands` is called with each connection."""
        while True:
            with suppress(httpx.HTTPError, OSError, WebSocketException, _Again):
                self.connections += 1
                async for number, cursor in self._watch(self._url, self._room, self._cursor):
                    if not number:
                        stands()
                        continue
                    self.numbers.append(number)
                    self._cursor = cursor
                    if number >= last:
                        return
            await asyncio.sleep(_PAUSE)


class _Again(Exception):
    """The gateway said that one should come again."""


async def over_event_stream(url: str, room: str, cursor: str | None) -> Seen:
    """As a browser's `EventSource`: resumes by `Last-Event-ID`. Begins with number 0."""
    headers = {"accept": "text/event-stream"}
    if cursor is not None:
        headers["last-event-id"] = cursor
    body = {"query": SUBSCRIPTION, "variables": {"id": room}}
    async with (
        httpx.AsyncClient(timeout=httpx.Timeout(5, read=30)) as client,
        client.stream("POST", f"{url}/graphql", json=body, headers=headers) as response,
    ):
        if response.status_code != 200:
            raise _Again
        yield 0, ""
        found = ""
        async for line in response.aiter_lines():
            if line.startswith("id: "):
                found = line.removeprefix("id: ")
            elif line.startswith("data: "):
                yield _number(json.loads(line.removeprefix("data: "))), found


async def over_websocket(url: str, room: str, cursor: str | None) -> Seen:
    """Resumes by the argument `after`, with what `extensions.cursor` said last."""
    address = url.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send('{"type":"connection_init"}')
        await socket.recv()
        payload = {"query": SUBSCRIPTION, "variables": {"id": room, "after": cursor}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield 0, ""
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await socket.send('{"type":"pong"}')
            elif message["type"] == "next":
                yield _number(message["payload"]), message["payload"]["extensions"]["cursor"]
            else:
                raise _Again


def _number(payload: dict[str, object]) -> int:
    """The event's number; an error means to come again."""
    match payload:
        case {"data": {"room": {"number": int(number)}}}:
            return number
        case _:
            raise _Again
