"""Some clients stop reading: what the others notice of it."""

import asyncio
from typing import Any

import pytest

from tests.benchmarks.event_log import EventLog
from tests.benchmarks.gateway_process import GatewayProcess
from tests.benchmarks.swarm_process import SwarmProcess

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

CLIENTS = 1_000
STOPPED = 50
EVENTS = 150
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
    before = await _send(log, swarm, 1 + PER_SECOND, EVENTS)
    await swarm("stop_reading", count=STOPPED)
    during = await _send(log, swarm, 1 + PER_SECOND + EVENTS, EVENTS)
    left = await gateway.subscriptions()
    print(
        f"\n{transport}: {STOPPED} of {CLIENTS} clients stop reading, {EVENTS} events of"
        f" {len(TEXT)} bytes, {PER_SECOND} a second"
        f"\n  baseline: {_told(before)}"
        f"\n  healthy clients meanwhile: {_told(during)};"
        f" p99 {during['p99'] / before['p99']:.2f} of the baseline"
        f"\n  {CLIENTS - left} of the {STOPPED} were cut off by then"
    )


def _told(found: dict[str, Any]) -> str:
    return (
        f"p50 {found['p50']} ms, p99 {found['p99']} ms, max {found['max']} ms,"
        f" {found['missed']} missed"
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
