"""The gateway is killed and started, and stopped and started, while a host pins products."""

import asyncio
import signal
import time

import pytest

from tests.benchmarks.event_log import EventLog
from tests.benchmarks.gateway_process import GatewayProcess
from tests.benchmarks.viewers import Viewer, over_event_stream, over_websocket

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

PINS = 1_000
VIEWERS = 100
PER_SECOND = 50
RESTARTS = {300: signal.SIGKILL, 650: signal.SIGTERM}
"""After how many pins the gateway is ended, and how; it is started again at once."""


async def test_pins_across_restarts_of_the_gateway(log: EventLog, gateway: GatewayProcess) -> None:
    transports = (over_event_stream, over_websocket)
    viewers = [Viewer(gateway.url, "r", transports[i % 2]) for i in range(VIEWERS)]
    standing = asyncio.Semaphore(0)
    began = time.monotonic()
    async with asyncio.timeout(240), asyncio.TaskGroup() as group:
        for viewer in viewers:
            group.create_task(viewer.view(PINS, standing.release))
        for _ in viewers:
            await standing.acquire()
        await gateway.until_subscriptions(VIEWERS)
        for number in range(1, PINS + 1):
            await log.append("r", number)
            if number in RESTARTS:
                group.create_task(_restart(gateway, RESTARTS[number]))
            await asyncio.sleep(1 / PER_SECOND)
    lost = sum(len(set(range(1, PINS + 1)) - set(viewer.numbers)) for viewer in viewers)
    repeated = sum(len(viewer.numbers) - len(set(viewer.numbers)) for viewer in viewers)
    disordered = sum(viewer.numbers != sorted(viewer.numbers) for viewer in viewers)
    print(
        f"\n{PINS} pins, {VIEWERS} viewers, kill -9 and a clean restart of the gateway:"
        f" {lost} lost, {repeated} repeated, {disordered} viewers out of order;"
        f"\n  {sum(viewer.connections for viewer in viewers)} connections,"
        f" {time.monotonic() - began:.0f} s"
    )
    assert (lost, repeated, disordered) == (0, 0, 0)


async def _restart(gateway: GatewayProcess, how: signal.Signals) -> None:
    await gateway.end(how)
    await gateway.start()
