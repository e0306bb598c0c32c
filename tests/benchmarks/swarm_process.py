"""Starts a swarm of subscribers, and speaks with it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]


class SwarmProcess:
    """The swarm's commands, see `swarm.py`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def __call__(self, do: str, seconds: float = 60.0, **values: Any) -> dict[str, Any]:
        """Have it do something that takes so long at most; gives its answer."""
        if do in ("connect", "collect", "churn"):
            values["seconds"] = seconds
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **values}).encode() + b"\n")
        async with asyncio.timeout(seconds + 10):
            line = await self._process.stdout.readline()
        assert line, "the swarm has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@asynccontextmanager
async def swarm_of(port: int) -> AsyncIterator[SwarmProcess]:
    """A swarm that connects to this port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.swarm", str(port),
        cwd=_ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield SwarmProcess(process)
    finally:
        process.kill()
        await process.wait()
