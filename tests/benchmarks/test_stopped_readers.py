"""Some clients stop reading: what the others notice of it."""

import asyncio
import os
from statistics import median
from typing import Any

import pytest

from tests.benchmarks.event_log import EventLog
from tests.benchmarks.gateway_process import GatewayProcess
from tests.benchmarks.swarm_process import SwarmProcess

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

CLIENTS = int(os.environ.get("BENCHMARK_CLIENTS", "1000"))
STOPPED = 50
ROUNDS = 5
EVENTS = 40
PER_SECOND = 10
TEXT = "x" * 4_000
"""So much that what a stopped client may be owed is reached while it is measured."""


@pytest.mark.parametrize("transport", ["sse", "websocket"])
async def test_clients_that_stop_reading(
    transport: str, log: EventLog, gateway: GatewayProcess, swarm: SwarmProcess
) -> None:
    healthy = CLIENTS - STOPPED
    await swarm("connect", count=healthy, transport=transport, room="r")
    await swarm("connect", count=STOPPED, transport=transport, room="r", tiny=True)
    await gateway.until_subscriptions(CLIENTS)
    await _send(log, swarm, 1, PER_SECOND)
    before = [await _send(log, swarm, 1_000 * i, EVENTS) for i in range(1, ROUNDS + 1)]
    await swarm("stop_reading", count=STOPPED)
    during = [await _send(log, swarm, 10_000 * i, EVENTS) for i in range(1, ROUNDS + 1)]
    left = await gateway.subscriptions()
    print(
        f"\n{transport}: {STOPPED} of {CLIENTS} clients stop reading; {ROUNDS} rounds of {EVENTS}"
        f" events of {len(TEXT)} bytes, {PER_SECOND} a second, before and meanwhile"
        f"\n  before:    {_told(before)}\n  meanwhile: {_told(during)}"
        f"\n  p99 of the healthy is {_p99(during) / _p99(before):.2f} of what it was before"
        f" (medians of the rounds); {CLIENTS - left} of the {STOPPED} were cut off by then"
    )


def _p99(rounds: list[dict[str, Any]]) -> float:
    """The median, as a round is lost where the machine does something else for a second."""
    return float(median(found["p99"] for found in rounds))


def _told(rounds: list[dict[str, Any]]) -> str:
    return (
        f"p50 {median(found['p50'] for found in rounds)} ms,"
        f" p99 {', '.join(str(found['p99']) for found in rounds)} ms,"
        f" {sum(found['missed'] for found in rounds)} missed"
    )


async def _send(log: EventLog, swarm: SwarmProcess, first: int, count: int) -> dict[str, Any]:
    await swarm("mark")
    collecting = swarm("collect", 60, events=count)
    async with asyncio.TaskGroup() as group:
        found = group.create_task(collecting)
        for number in range(first, first + count):
            await log.append("r", number, TEXT)
            await asyncio.sleep(1 / PER_SECOND)
    return found.result()
