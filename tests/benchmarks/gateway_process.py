"""A gateway in a process of its own, and what the operating system knows of it."""

import asyncio
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
import yaml

from tests.benchmarks.rooms import WATCHED, supergraph
from tests.support.ports import free_port

_ROOT = Path(__file__).parents[2]
_START_TIMEOUT = 30.0
_DESCRIPTORS = 60_000


class Memory(msgspec.Struct, frozen=True):
    """In KiB: what is resident, and that with shared pages divided among who shares them."""

    rss: int
    pss: int


class GatewayProcess:
    """`gateway serve` over `tests.benchmarks.rooms`."""

    def __init__(self, folder: Path, topic: str, provider: dict[str, Any]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "gateway.log"
        self._config = folder / "gateway.yaml"
        (folder / "supergraph.graphql").write_text(supergraph(topic))
        many = 50_000
        subgraphs = ("rooms", "products")
        settings = {
            "http": {"port": self.port, "max_connections": many},
            "supergraph": {"file": "supergraph.graphql"},
            "subgraphs": {name: {"app": f"tests.benchmarks.rooms:{name}"} for name in subgraphs},
            "events": {"providers": [provider]},
            "subscriptions": {
                "cursor_secret": "a secret of benchmarks",
                "limits": {"connections": many, "per_user": many},
            },
            "logging": {"level": "warning"},
        }
        self._config.write_text(yaml.safe_dump(settings))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it takes requests."""
        raise_descriptors()
        command = [sys.executable, "-m", "gateway", "serve", "--config", str(self._config)]
        with self._log.open("ab") as output:
            self._process = await asyncio.to_thread(
                subprocess.Popen, command, cwd=_ROOT, stdout=output, stderr=output
            )
        async with asyncio.timeout(_START_TIMEOUT), httpx.AsyncClient() as client:
            while self._process.poll() is None:
                try:
                    if (await client.get(f"{self.url}/readiness")).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
        raise AssertionError(f"The gateway did not start:\n{self._log.read_text()[-4000:]}")

    async def end(self, how: signal.Signals) -> None:
        """Send it a signal that it ends by."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            await asyncio.to_thread(self._process.wait, 30)

    def told(self) -> str:
        """What it wrote to its log."""
        return self._log.read_text()

    def memory(self) -> Memory:
        found = {}
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, value = line.split()[:2]
            found[name] = int(value)
        return Memory(found["Rss:"], found["Pss:"])

    def processor_seconds(self) -> float:
        """What it has computed so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    async def objects(self, types: Sequence[str] = WATCHED) -> dict[str, int]:
        """How many objects of these types it has, and how many asyncio tasks (`tasks`)."""
        query = "query($types: [String!]!) { process(types: $types) { tasks objects } }"
        async with httpx.AsyncClient(timeout=30) as client:
            body = {"query": query, "variables": {"types": list(types)}}
            answer = (await client.post(f"{self.url}/graphql", json=body)).json()
        found = answer["data"]["process"]
        return {"tasks": found["tasks"], **dict(zip(types, found["objects"], strict=True))}

    async def subscriptions(self) -> int:
        """How many live queries are open, by its metrics."""
        async with httpx.AsyncClient(timeout=30) as client:
            text = (await client.get(f"{self.url}/metrics")).text
        (line,) = (each for each in text.splitlines() if each.startswith("gateway_subscriptions "))
        return int(float(line.rpartition(" ")[2]))

    async def until_subscriptions(self, count: int, seconds: float = 30) -> None:
        """Wait until so many live queries are open."""
        async with asyncio.timeout(seconds):
            while await self.subscriptions() != count:  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.1)


def raise_descriptors() -> None:
    """Let this process and those it starts open as many sockets as the measurements need."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, max(hard, _DESCRIPTORS)))
    except (OSError, ValueError):  # only root may go beyond the hard limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
