"""The whole store as a user starts it: `python -m fusion up`, in a folder of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from fusion.home import Home
from fusion.personas import sign, token
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
START_TIMEOUT = 240.0


class Store:
    """A store's process; `start` and `kill` may be repeated on the same folder."""

    def __init__(self, folder: Path, *, pins: float = 0, kafka: str | None = None) -> None:
        self.home = Home(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder.with_suffix(".log")
        self._pins = pins
        self._kafka = kafka
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What is run."""
        options = [
            "--home",
            str(self.home.root),
            "--port",
            str(self.port),
            "--pins",
            str(self._pins),
        ]
        return [sys.executable, "-m", "fusion", "up", *options]

    def start(self) -> None:
        """Start it and wait until it takes requests."""
        unset = {"DATABASE_URL", "KAFKA_BOOTSTRAP"}
        environment = {name: text for name, text in os.environ.items() if name not in unset}
        if self._kafka is not None:
            environment["KAFKA_BOOTSTRAP"] = self._kafka
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command(), cwd=ROOT, stdout=output, stderr=output, env=environment
            )
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/readiness", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        self.stop()
        raise AssertionError(f"The store did not start:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """`kill -9`: nothing is told, nothing is tidied up; the database goes on alone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def kill_database(self) -> None:
        """`kill -9` for the database server's main process."""
        self._database().kill()

    def kill_a_backend(self) -> None:
        """`kill -9` for a process that serves a connection: all other connections end, too."""
        serving = [each for each in self._database().children() if " [local] " in _title(each)]
        serving[0].kill()

    def kill_all(self) -> None:
        """As a loss of power: store, database and its processes at once."""
        assert self._process is not None
        database = self._database()
        processes = (psutil.Process(self._process.pid), database, *database.children())
        for each in processes:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self._process.wait()

    def _database(self) -> psutil.Process:
        lock = (self.home.database / "postmaster.pid").read_text().splitlines()
        return psutil.Process(int(lock[0]))

    def interrupt(self) -> int:
        """Ctrl-C; gives the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=60)

    def stop(self) -> None:
        """End the process and its database, however they are."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        lock = self.home.database / "postmaster.pid"
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            server = psutil.Process(int(lock.read_text().splitlines()[0]))
            server.send_signal(signal.SIGINT)
            server.wait(30)

    def headers(self, who: str | None) -> dict[str, str]:
        """What a client sends: of a persona, of a customer by id, or of nobody."""
        headers = {"accept": "application/json"}
        if who is not None:
            signed = sign(self.home, who) if who.startswith("cust_") else token(self.home, who)
            headers["authorization"] = f"Bearer {signed}"
        return headers

    @asynccontextmanager
    async def client(self, who: str | None = None) -> AsyncIterator["Client"]:
        """A client of a persona or customer; None is nobody."""
        async with httpx.AsyncClient(
            base_url=self.url, headers=self.headers(who), timeout=60
        ) as http:
            yield Client(http)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


class Client:
    """Sends operations."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        body = {"query": query, "variables": variables}
        response = await self.http.post("/graphql", json=body)
        answer: dict[str, Any] = response.json()
        return answer

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data
