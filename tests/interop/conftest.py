"""JavaScript clients against the live transports on a real server."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from gateway.errors import RequestError
from gateway.plan.nodes import EventStream
from gateway.selections.model import Field
from gateway.server.live import LiveRequest
from gateway.server.live_response import LiveResponse, StreamSettings
from gateway.server.sse import EventStreamForm
from gateway.server.websocket import WebSocketSettings, serve_websocket
from gateway.subscriptions.cursor import CursorCodec
from gateway.subscriptions.hub import Hub
from gateway.subscriptions.live_query import LiveQuery
from gateway.subscriptions.stream import EventStreams, Message
from gateway.subscriptions.subscription import LiveSubscription, Subscriber
from tests.gateway.subscriptions.events import TOPIC, ScriptedSource, event

FOLDER = Path(__file__).parent


class Echo:
    """Answers an event with its payload."""

    async def execute_event(
        self,
        payload: dict[str, Any],
        variables: Mapping[str, Any],
        context: Any,
        extensions: Mapping[str, Any] | None,
    ) -> Message:
        return Message(json.dumps({"data": payload, "extensions": extensions}).encode())


class Operations:
    """Serves one stream of events."""

    def __init__(self, source: ScriptedSource) -> None:
        self.hub = Hub(source)
        self._streams = EventStreams(self.hub, CursorCodec(b"0123456789abcdef"))
        stream = EventStream(
            response_key="events",
            field="events",
            topic=TOPIC,
            key_argument="streamId",
            event_class="LOG",
            arguments=(("streamId", '"strm_1"'), ("after", "$after")),
            selections=(),
        )
        self._query = LiveQuery(stream, (Field("events"),), Echo())

    async def authenticate(self, headers: Mapping[str, str]) -> None:
        if headers.get("authorization") == "Bearer wrong":
            raise RequestError("The token is wrong.", code="UNAUTHENTICATED")

    async def messages(self, request: LiveRequest) -> AsyncGenerator[Message]:
        query = str(request.payload.get("query"))
        if "unknown" in query:
            raise RequestError("There is no field unknown.", code="GRAPHQL_VALIDATION_FAILED")
        if "subscription" not in query:
            yield Message(b'{"data":{"__typename":"Query"}}')
            return
        variables = request.payload.get("variables") or {}
        subscription = LiveSubscription(self._query, variables, Subscriber(context=None))
        messages = self._streams.messages(subscription, request.last_event_id)
        async for message in messages:
            yield message


class Gateway:
    """A server on a fixed port that can be restarted; its event log survives."""

    def __init__(self) -> None:
        self.source = ScriptedSource()
        self.operations = Operations(self.source)
        self._port = 0
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/graphql"

    def happen(self, *sequences: int) -> None:
        self.source.happen(*(event(sequence) for sequence in sequences))

    async def until_subscribed(self, subscribers: int = 1) -> None:
        async with asyncio.timeout(20):
            subscribed = self.operations.hub.followed_topics
            while subscribed.get(TOPIC, 0) != subscribers:
                await asyncio.sleep(0.01)  # for a client in another process
                subscribed = self.operations.hub.followed_topics

    async def start(self) -> None:
        self.source.followed.clear()
        self.operations = Operations(self.source)
        await self._stack.enter_async_context(self._serving())

    async def stop(self) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        app = Starlette(
            routes=[
                Route("/graphql", _http(self.operations), methods=["GET", "POST"]),
                WebSocketRoute("/graphql", _websocket(self.operations)),
            ]
        )
        config = uvicorn.Config(
            app, port=self._port, log_config=None, ws="websockets-sansio", lifespan="off",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        async with asyncio.TaskGroup() as group:
            async with self.operations.hub.running():
                serving = group.create_task(server._serve())
                while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
                    await asyncio.sleep(0.01)
                self._port = server.servers[0].sockets[0].getsockname()[1]
                yield
                server.should_exit = True
            await serving


def _http(operations: Operations) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Any:
        if request.method == "POST":
            payload = await request.json()
        else:
            payload = dict(request.query_params)
            payload["variables"] = json.loads(payload.get("variables", "{}"))
        live = LiveRequest(payload, None, request.headers.get("last-event-id"))
        response = LiveResponse(EventStreamForm(), operations.messages(live), StreamSettings())

        async def stream(_scope: Scope, receive: Receive, send: Send) -> None:
            await response.serve(receive, send)

        return stream

    return endpoint


def _websocket(operations: Operations) -> Callable[[WebSocket], Awaitable[None]]:
    async def endpoint(socket: WebSocket) -> None:
        await serve_websocket(socket, operations, WebSocketSettings())

    return endpoint


class JavaScriptClient:
    """A client in a Node process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def subscribe(
        self, query: str, variables: dict[str, Any] | None = None, operation: str = "1"
    ) -> None:
        self._say({"id": operation, "subscribe": {"query": query, "variables": variables or {}}})

    def dispose(self, operation: str = "1") -> None:
        self._say({"id": operation, "dispose": True})

    async def told(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            line = await self._process.stdout.readline()
        found: dict[str, Any] = json.loads(line)
        return found

    async def next_number(self, operation: str = "1") -> int:
        """The number of the next event; what else the client tells is passed over."""
        while "next" not in (told := await self.told()) or told["id"] != operation:
            pass
        number: int = told["next"]["data"]["events"]["number"]
        return number

    def _say(self, message: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with the packages installed as locked."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        pytest.skip("needs Node.js 20 and npm")
    lock, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci"], cwd=FOLDER, check=True, capture_output=True, timeout=300)
    return found


@asynccontextmanager
async def javascript_client(
    node: str, kind: str, url: str, **environment: str
) -> AsyncIterator[JavaScriptClient]:
    process = await asyncio.create_subprocess_exec(
        node, "client.mjs", kind, url, cwd=FOLDER, env=environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield JavaScriptClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
