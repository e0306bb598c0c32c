"""Subscribers to a running gateway, one over each transport."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import connect

Payloads = AsyncIterator[dict[str, Any]]


@asynccontextmanager
async def over_sse(
    url: str, query: str, variables: dict[str, Any], headers: dict[str, str] | None = None
) -> AsyncIterator[Payloads]:
    """Subscribe over server-sent events; once the block begins, the subscription stands."""
    accept = {"accept": "text/event-stream", **(headers or {})}
    body = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(timeout=httpx.Timeout(10, read=60)) as http,
        http.stream("POST", f"{url}/graphql", json=body, headers=accept) as response,
    ):
        assert response.status_code == 200, await response.aread()
        yield _events(response)


async def _events(response: httpx.Response) -> Payloads:
    event = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: ") and event == "next":
            yield json.loads(line.removeprefix("data: "))
        elif line.startswith("data:") and event == "complete":
            return


@asynccontextmanager
async def over_websocket(
    url: str, query: str, variables: dict[str, Any], headers: dict[str, str] | None = None
) -> AsyncIterator[Payloads]:
    """Subscribe over graphql-transport-ws."""
    address = url.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": headers or {}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))

        async def payloads() -> Payloads:
            async for text in socket:
                message = json.loads(text)
                match message["type"]:
                    case "next":
                        yield message["payload"]
                    case "error":
                        yield {"errors": message["payload"]}
                    case "complete":
                        return
                    case "ping":
                        await socket.send(json.dumps({"type": "pong"}))
                    case other:
                        raise AssertionError(f"unexpected message {other!r}")

        yield payloads()
