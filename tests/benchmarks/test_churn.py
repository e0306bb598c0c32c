"""Clients that come and go, half of them without a goodbye: nothing of them stays."""

import asyncio

import pytest

from tests.benchmarks.event_log import EventLog
from tests.benchmarks.gateway_process import GatewayProcess
from tests.benchmarks.swarm_process import SwarmProcess

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(400)]

WARM_UP = 2_000
CYCLES = 20_000


async def test_connect_subscribe_drop(
    log: EventLog, gateway: GatewayProcess, swarm: SwarmProcess
) -> None:
    await log.append("r", 1)
    assert await swarm("churn", cycles=WARM_UP, room="r") == {"cycles": WARM_UP, "failed": 0}
    await gateway.until_subscriptions(0)
    before, memory = await _counts(gateway), gateway.memory()
    busy = gateway.processor_seconds()
    done = [await swarm("churn", 150, cycles=CYCLES // 2, room="r")]
    halfway = gateway.memory()
    done.append(await swarm("churn", 150, cycles=CYCLES // 2, room="r"))
    busy = gateway.processor_seconds() - busy
    await gateway.until_subscriptions(0)
    after, later = await _counts(gateway), gateway.memory()
    await _still_serves(log, gateway, swarm)
    print(
        f"\n{CYCLES} times connect, subscribe, drop (event streams and WebSockets, half by RST)"
        f"\n  before: {before}\n  after:  {after}"
        f"\n  PSS {memory.pss} KiB before, {halfway.pss} KiB halfway, {later.pss} KiB after;"
        f" CPU of the gateway {busy / CYCLES * 1e6:.0f} us each"
    )
    assert done == [{"cycles": CYCLES // 2, "failed": 0}] * 2
    assert after == before


async def _counts(gateway: GatewayProcess) -> dict[str, int]:
    """Once the gateway has noticed that all are gone: descriptors, tasks and objects."""
    found: dict[str, int] = {}
    async with asyncio.timeout(60):
        while True:
            again = {"descriptors": gateway.descriptors(), **await gateway.objects()}
            if again == found:
                return found
            found = again
            await asyncio.sleep(1)


async def _still_serves(log: EventLog, gateway: GatewayProcess, swarm: SwarmProcess) -> None:
    await swarm("connect", count=10, transport="sse", room="r")
    await gateway.until_subscriptions(10)
    await swarm("mark")
    await log.append("r", 2)
    assert (await swarm("collect", 10, events=1))["received"] == 10
