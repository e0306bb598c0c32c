"""JavaScript clients against a running gateway whose events come from a real outbox."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.config.identity import Jwt
from gateway.config.settings import Settings
from gateway.pipeline import live
from gateway.subscriptions.hub import Hub
from tests.gateway.security.forge import AUDIENCE, ISSUER, jwks
from tests.gateway.subscriptions import live_shop
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.support.ports import free_port

FOLDER = Path(__file__).parent
ROOM = "strm_1"


class Gateway:
    """A gateway on a fixed port that can be restarted; its event log survives."""

    def __init__(self, log: OutboxLog, folder: Path) -> None:
        self.log = log
        self.topic = log.topic("event")
        self.hubs: list[Hub] = []
        self._settings = _settings(log, folder)
        self._port = free_port()  # which no connection gets while the gateway is away
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/graphql"

    async def happen(self, *bodies: str) -> None:
        for body in bodies:
            await self.log.append(self.topic, ROOM, live_shop.chat(body))

    async def until_subscribed(self, subscribers: int = 1) -> None:
        """Until so many subscriptions stand: nothing that happens from then on passes them by."""
        async with asyncio.timeout(60):
            while self._subscribers() != subscribers:  # noqa: ASYNC110 (of another process)
                await asyncio.sleep(0.01)

    def _subscribers(self) -> int:
        return self.hubs[-1].followed_topics.get(self.topic, 0)

    async def start(self) -> None:
        http = self._settings.http.model_copy(update={"port": self._port})
        settings = self._settings.model_copy(update={"http": http})
        await self._stack.enter_async_context(live_shop.serving(settings))

    async def stop(self) -> None:
        await self._stack.aclose()


def _settings(log: OutboxLog, folder: Path) -> Settings:
    keys = folder / "jwks.json"
    keys.write_text(json.dumps(jwks()))
    jwt = {"jwks_providers": [{"file": str(keys)}], "issuer": ISSUER, "audience": AUDIENCE}
    protocols = ["graphql-transport-ws", "graphql-ws", "sse", "multipart"]
    settings = live_shop.settings(log, folder, protocols=protocols)
    return settings.model_copy(update={"jwt": Jwt.model_validate(jwt)})


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
        async with asyncio.timeout(60):
            line = await self._process.stdout.readline()
        found: dict[str, Any] = json.loads(line)
        return found

    async def next(self, operation: str = "1") -> dict[str, Any]:
        """The next answer; what else the client tells is passed over."""
        while "next" not in (told := await self.told()) or told["id"] != operation:
            pass
        answer: dict[str, Any] = told["next"]
        return answer

    async def next_body(self, operation: str = "1") -> str:
        """What the next event says."""
        body: str = (await self.next(operation))["data"]["streamEvents"]["body"]
        return body

    def _say(self, message: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")


@pytest.fixture
async def gateway(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Gateway]:
    log = OutboxLog(database_url)
    await log.create("livestream")
    gateway = Gateway(log, tmp_path)

    class WatchedHub(Hub):
        """The gateway's own, so that a test sees who has subscribed."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            gateway.hubs.append(self)

    monkeypatch.setattr(live, "Hub", WatchedHub)
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
