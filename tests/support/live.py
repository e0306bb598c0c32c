"""Subscribers to a running gateway, one over each transport."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.support.patience import connect

Payloads = AsyncIterator[dict[str, Any]]


@asynccontextmanager
async def over_sse(
    url: str, query: str, variables: dict[str, Any], headers: dict[str, str] | None = None
) -> AsyncIterator[Payloads]:
    """Subscribe over server-sent events; once the block begins, the subscription stands."""
    accept = {"accept": "text/event-stream", **(headers or {})}
    body = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(timeout=httpx.Timeout(60)) as http,
        http.stream("POST", f"{url}/graphql", json=body, headers=accept) as response,
    ):
        assert response.status_code == 200, await response.aread()
        lines = response.aiter_lines()
        # A gateway that takes its time opens the stream before the subscription stands.
        async for line in lines:
            if line.startswith(("id: ", ": subscribed", "event: ")):
                yield _events(line, lines)
                return
        raise AssertionError("the stream ended before the subscription stood")


async def _events(first: str, lines: AsyncIterator[str]) -> Payloads:
    event = first.removeprefix("event: ")
    async for line in lines:
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


@asynccontextmanager
async def over_legacy_websocket(
    url: str, query: str, variables: dict[str, Any], headers: dict[str, str] | None = None
) -> AsyncIterator[Payloads]:
    """Subscribe over the legacy protocol, as its clients do: without waiting for anything."""
    address = url.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=["graphql-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": headers or {}}))
        payload = {"query": query, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "start", "payload": payload}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"

        async def payloads() -> Payloads:
            async for text in socket:
                message = json.loads(text)
                match message["type"]:
                    case "data":
                        yield message["payload"]
                    case "error":
                        yield {"errors": message["payload"].get("errors", [message["payload"]])}
                    case "complete":
                        return
                    case "ka":
                        pass
                    case other:
                        raise AssertionError(f"unexpected message {other!r}")

        yield payloads()


@asynccontextmanager
async def over_multipart(
    url: str, query: str, variables: dict[str, Any], headers: dict[str, str] | None = None
) -> AsyncIterator[Payloads]:
    """Subscribe over multipart/mixed, which does not tell when the subscription stands."""
    accept = {"accept": 'multipart/mixed;subscriptionSpec="1.0", application/json'}
    body = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(timeout=httpx.Timeout(60)) as http,
        http.stream(
            "POST", f"{url}/graphql", json=body, headers=accept | (headers or {})
        ) as response,
    ):
        assert response.status_code == 200, await response.aread()
        yield _parts(response)


async def _parts(response: httpx.Response) -> Payloads:
    if not response.headers["content-type"].startswith("multipart/mixed"):
        yield json.loads(await response.aread())
        return
    found = re.search(r'boundary="(\w+)"', response.headers["content-type"])
    assert found is not None
    boundary, buffer = f"\r\n--{found[1]}", ""
    async for text in response.aiter_text():
        buffer += text
        *parts, buffer = buffer.split(boundary)
        for part in filter(None, parts):
            content = json.loads(part.partition("\r\n\r\n")[2])
            if content.get("payload") is not None:
                yield content["payload"]
            elif content:
                yield content
    assert buffer == "--\r\n"


@asynccontextmanager
async def over_shared_sse(
    url: str, query: str, variables: dict[str, Any], headers: dict[str, str] | None = None
) -> AsyncIterator[Payloads]:
    """Subscribe over an event stream that is reserved; once the block begins, it stands."""
    address, identity = f"{url}/graphql", headers or {}
    async with httpx.AsyncClient(timeout=httpx.Timeout(60)) as http:
        reserved = await http.put(address, headers=identity)
        assert reserved.status_code == 201, reserved.text
        token = identity | {"x-graphql-event-stream-token": reserved.text}
        stream = http.stream("GET", address, headers=token | {"accept": "text/event-stream"})
        async with stream as response:
            assert response.status_code == 200, await response.aread()
            extensions = {"operationId": "1"}
            body = {"query": query, "variables": variables, "extensions": extensions}
            accepted = await http.post(address, json=body, headers=token)
            if accepted.status_code == 202:
                yield _events_of("1", response)
            else:
                yield _one(accepted.json())


async def _events_of(operation: str, response: httpx.Response) -> Payloads:
    event = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data = json.loads(line.removeprefix("data: "))
            assert data["id"] == operation
            if event == "complete":
                return
            yield data["payload"]


async def _one(answer: dict[str, Any]) -> Payloads:
    yield answer
