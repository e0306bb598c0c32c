"""A subgraph that serves subscriptions as a test tells it to, over each of the four protocols.

It is an ASGI app, so it is reached over sockets and in this process alike. A test takes each
subscription that begins from `begun` and says what happens to it.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import aiohttp
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

END = "end"
CUT = "cut"


class Cut(Exception):
    """The subgraph dies in the middle of an answer."""


class Served:
    """One subscription, as the subgraph sees it."""

    def __init__(self, request: dict[str, Any], headers: dict[str, str], body: bytes) -> None:
        self.request = request
        self.headers = headers
        self.body = body
        self.init: dict[str, Any] = {}
        self.gone = asyncio.Event()
        self.heard: list[str] = []
        self._commands: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    def event(self, answer: Any) -> None:
        self._commands.put_nowait(("event", answer))

    def number(self, number: int) -> None:
        self.event({"data": {"ticks": number}})

    def errors(self, *messages: str) -> None:
        """End the subscription with errors."""
        self._commands.put_nowait(("errors", [{"message": each} for each in messages]))

    def complete(self) -> None:
        self._commands.put_nowait(("complete", None))

    def heartbeat(self) -> None:
        self._commands.put_nowait(("heartbeat", None))

    def malformed(self) -> None:
        """Send something that is no message of the protocol."""
        self._commands.put_nowait(("malformed", None))

    def cut(self) -> None:
        """Break the connection off."""
        self._commands.put_nowait((CUT, None))

    async def next(self) -> tuple[str, Any]:
        return await self._commands.get()


class ScriptedSubgraph:
    """Speaks the protocol that a request asks for."""

    def __init__(self) -> None:
        self.begun: asyncio.Queue[Served] = asyncio.Queue()
        self.refusal: dict[str, Any] | None = None
        self.status = 200
        self.close_code: int | None = None
        self.is_mute = False
        self.is_deaf = False
        self.checks = True
        self.redirect: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http" | "websocket" if self.redirect is not None:
                redirect = Response(status_code=307, headers={"location": self.redirect})
                await redirect(scope, receive, send)
            case "lifespan":
                while (await receive())["type"] != "lifespan.shutdown":
                    await send({"type": "lifespan.startup.complete"})
                await send({"type": "lifespan.shutdown.complete"})
            case "websocket":
                await _WebSocket(self, scope, receive, send).serve()
            case _:
                await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        served = Served(json.loads(body), dict(request.headers), body)
        if self.is_mute:
            self.begun.put_nowait(served)
            await _left(receive, served)
            return
        if self.refusal is not None or self.status != 200:
            content = json.dumps(self.refusal or "refused")
            response = Response(content, self.status, media_type="application/json")
            await response(scope, receive, send)
            return
        accept = request.headers["accept"]
        if "callbackSpec=1.0" in accept:
            await self._callback(served, scope, receive, send)
        elif "subscriptionSpec" in accept:
            await self._stream(_MULTIPART, _part, served, receive, send)
        else:
            await self._stream(b"text/event-stream", _server_event, served, receive, send)

    async def _stream(
        self,
        content_type: bytes,
        frame: Callable[[str, Any], bytes],
        served: Served,
        receive: Receive,
        send: Send,
    ) -> None:
        start = {"type": "http.response.start", "status": 200}
        await send({**start, "headers": [(b"content-type", content_type)]})
        await send({"type": "http.response.body", "body": frame(*FIRST), "more_body": True})
        self.begun.put_nowait(served)

        async def write() -> None:
            while True:
                kind, value = await served.next()
                if kind == CUT:
                    raise Cut
                await send(
                    {"type": "http.response.body", "body": frame(kind, value), "more_body": True}
                )
                if kind in ("complete", "errors"):
                    await send({"type": "http.response.body", "body": b""})
                    return

        try:
            await _first_of(write, partial(_left, receive, served))
        finally:
            served.gone.set()

    async def _callback(self, served: Served, scope: Scope, receive: Receive, send: Send) -> None:
        caller = _Caller(served)
        if self.checks and await caller.call("check") != 204:
            await Response(status_code=400)(scope, receive, send)
            return
        answer = Response('{"data": null}', media_type="application/json")
        await answer(scope, receive, send)
        self.begun.put_nowait(served)
        await caller.run()


FIRST = ("first", None)
_MULTIPART = b'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'


def _server_event(kind: str, value: Any) -> bytes:
    match kind:
        case "first" | "heartbeat":
            return b":\n\n"
        case "event":
            return b"event: next\ndata: " + json.dumps(value).encode() + b"\n\n"
        case "errors":
            return _server_event("event", {"errors": value}) + _server_event("complete", None)
        case "malformed":
            return b"event: next\ndata: no JSON\n\n"
        case _:
            return b"event: complete\ndata:\n\n"


def _part(kind: str, value: Any) -> bytes:
    head = b"\r\ncontent-type: application/json\r\n\r\n"
    match kind:
        case "first":
            return b"\r\n--graphql"
        case "heartbeat":
            return head + b"{}\r\n--graphql"
        case "event":
            return head + json.dumps({"payload": value}).encode() + b"\r\n--graphql"
        case "errors":
            fatal = json.dumps({"payload": None, "errors": value}).encode()
            return head + fatal + b"\r\n--graphql--\r\n"
        case "malformed":
            return head + b"no JSON\r\n--graphql"
        case _:
            return b"--\r\n"


class _WebSocket:
    def __init__(
        self, subgraph: ScriptedSubgraph, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._subgraph = subgraph
        self._headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self._receive = receive
        self._send = send

    async def serve(self) -> None:
        await self._receive()
        if self._subgraph.status != 200:
            await self._send({"type": "websocket.close"})
            return
        await self._send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
        init = await self._message()
        if self._subgraph.is_mute:
            self._subgraph.begun.put_nowait(Served({}, self._headers, b""))
            await self._message()
            return
        if self._subgraph.close_code is not None:
            await self._send({"type": "websocket.close", "code": self._subgraph.close_code})
            return
        await self._tell({"type": "connection_ack"})
        text = await self._text()
        start = json.loads(text)
        payload = text[text.index('"payload":') + len('"payload":') : -1].encode()
        served = Served(start["payload"], self._headers, payload)
        served.init = init.get("payload", {})
        if self._subgraph.refusal is not None:
            errors = self._subgraph.refusal["errors"]
            await self._tell({"id": start["id"], "type": "error", "payload": errors})
            await self._message()
            return
        self._subgraph.begun.put_nowait(served)
        try:
            await _first_of(
                partial(self._write, served, start["id"]), partial(self._listen, served)
            )
        finally:
            served.gone.set()

    async def _write(self, served: Served, operation: str) -> None:
        while True:
            kind, value = await served.next()
            match kind:
                case "event":
                    await self._tell({"id": operation, "type": "next", "payload": value})
                case "errors":
                    await self._tell({"id": operation, "type": "error", "payload": value})
                case "complete":
                    await self._tell({"id": operation, "type": "complete"})
                case "heartbeat":
                    await self._tell({"type": "ping"})
                case "malformed":
                    await self._send({"type": "websocket.send", "text": "no JSON"})
                case _:
                    await self._send({"type": "websocket.close", "code": 1011})
                    return

    async def _listen(self, served: Served) -> None:
        while True:
            try:
                message = await self._message()
            except Cut:
                return
            served.heard.append(message["type"])
            if message["type"] == "ping" and not self._subgraph.is_deaf:
                await self._tell({"type": "pong"})

    async def _text(self) -> str:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Cut
        return str(message["text"])

    async def _message(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self._text())
        return message

    async def _tell(self, message: Message) -> None:
        text = json.dumps(message)
        await self._send({"type": "websocket.send", "text": text})


class _Caller:
    """Calls the gateway back."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._subscription = served.request["extensions"]["subscription"]

    async def call(self, action: str, **more: Any) -> int:
        identity, verifier = self._subscription["subscriptionId"], self._subscription["verifier"]
        content = {"kind": "subscription", "action": action, "id": identity, "verifier": verifier}
        return await post(self._subscription["callbackUrl"], json.dumps({**content, **more}))

    async def run(self) -> None:
        try:
            await _first_of(self._write, self._check)
        finally:
            self._served.gone.set()

    async def _write(self) -> None:
        while True:
            kind, value = await self._served.next()
            match kind:
                case "event":
                    status = await self.call("next", payload=value)
                case "errors":
                    status = await self.call("complete", errors=value)
                case "complete":
                    status = await self.call("complete")
                case "heartbeat":
                    status = await self.call("check")
                case "malformed":
                    status = await self.call("unknown")
                case _:
                    return
            if status == 404:
                return

    async def _check(self) -> None:
        """Finds out whether the subscription is still wanted, without being a sign of life."""
        url, body = self._subscription["callbackUrl"], '{"kind": "subscription"}'
        pause = 0.02
        while await post(url, body) != 404:
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.2)


async def post(url: str, body: str) -> int:
    headers = {"content-type": "application/json"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=body, headers=headers) as response,
    ):
        return response.status


async def _left(receive: Receive, served: Served) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    served.gone.set()


async def _first_of(*works: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Whichever ends first ends the others."""
    tasks: list[asyncio.Task[None]] = []

    async def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await work()
        for task in tasks:
            task.cancel()

    async with asyncio.TaskGroup() as group:
        tasks += [group.create_task(run(work)) for work in works]
