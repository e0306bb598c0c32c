"""Many subscribers of one room: what each costs in memory, and how late one event reaches all."""

import asyncio
import os

import pytest

from tests.benchmarks.event_log import EventLog
from tests.benchmarks.gateway_process import GatewayProcess
from tests.benchmarks.swarm_process import SwarmProcess

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

SUBSCRIBERS = int(os.environ.get("BENCHMARK_SUBSCRIBERS", "10000"))
WARM_UP = 100
EVENTS = 20


@pytest.mark.parametrize("transport", ["sse", "websocket"])
async def test_one_event_to_all(
    transport: str, log: EventLog, gateway: GatewayProcess, swarm: SwarmProcess
) -> None:
    await _connect(swarm, gateway, transport, WARM_UP)
    await _send(log, swarm, 1, 1)
    before, busy = gateway.memory(), gateway.processor_seconds()
    await _connect(swarm, gateway, transport, SUBSCRIBERS)
    after = gateway.memory()
    connecting, busy = gateway.processor_seconds() - busy, gateway.processor_seconds()
    found = await _send(log, swarm, 2, EVENTS)
    sending = gateway.processor_seconds() - busy
    lasting = gateway.memory()
    print(
        f"\n{transport}: {SUBSCRIBERS} subscribers"
        f"\n  KiB each: {(after.rss - before.rss) / SUBSCRIBERS:.1f} RSS,"
        f" {(after.pss - before.pss) / SUBSCRIBERS:.1f} PSS;"
        f" after {EVENTS} events {(lasting.pss - before.pss) / SUBSCRIBERS:.1f} PSS"
        f"\n  one event to all, {EVENTS} times: p50 {found['p50']} ms, p99 {found['p99']} ms,"
        f" max {found['max']} ms; {found['missed']} missed, {found['repeated']} repeated"
        f"\n  CPU of the gateway: {connecting / SUBSCRIBERS * 1e6:.0f} us a connection,"
        f" {sending / found['received'] * 1e6:.1f} us a message"
    )


async def _connect(swarm: SwarmProcess, gateway: GatewayProcess, kind: str, count: int) -> None:
    open_before = await gateway.subscriptions()
    await swarm("connect", 120, count=count, transport=kind, room="r")
    await gateway.until_subscriptions(open_before + count)


async def _send(log: EventLog, swarm: SwarmProcess, first: int, count: int) -> dict[str, float]:
    """One event after the other, each once all have had the one before."""
    await swarm("mark")
    found: dict[str, float] = {}
    for sent in range(count):
        await asyncio.sleep(0.5)
        await log.append("r", first + sent)
        found = await swarm("collect", 10, events=sent + 1)
    return found
