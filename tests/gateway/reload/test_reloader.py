import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import ConfigurationError
from gateway.executor.transport.base import Transport
from gateway.pipeline import transports
from gateway.pipeline.engine import Engine
from tests.gateway.reload.reloading import FIRST, SECOND, Shop, shop
from tests.support.gateway import PLACES

FIELDS = '{ products { name rating } __type(name: "Product") { fields { name } } }'


async def fields(gateway: Shop) -> list[str]:
    answer = await gateway.ask(FIELDS)
    return [field["name"] for field in answer["data"]["__type"]["fields"]]


async def test_no_request_fails_while_supergraphs_are_exchanged(tmp_path: Path) -> None:
    """Each answer is of one supergraph, whole: its schema and its data."""
    stop, seen = asyncio.Event(), set()

    async def ask(gateway: Shop) -> int:
        count = 0
        while not stop.is_set():
            answer = await gateway.ask(FIELDS)
            assert answer["data"]["products"] == [
                {"name": "Product 1", "rating": 1},
                {"name": "Product 2", "rating": 2},
            ]
            assert "errors" not in answer
            seen.add(len(answer["data"]["__type"]["fields"]))
            count += 1
        return count

    async with shop(tmp_path) as gateway, asyncio.TaskGroup() as group:
        clients = [group.create_task(ask(gateway)) for _ in range(8)]
        for number in range(20):
            await gateway.publish(FIRST if number % 2 else SECOND)
            await fields(gateway)
        stop.set()
    assert min(client.result() for client in clients) > 20
    assert seen == {4, 5}


async def test_a_newer_supergraph_answers_the_next_request(tmp_path: Path) -> None:
    async with shop(tmp_path) as gateway:
        assert "stars" not in await fields(gateway)
        await gateway.publish(SECOND)
        assert "stars" in await fields(gateway)
        assert await gateway.metric('gateway_supergraph_reloads_total{result="swapped"}') == 1


async def test_the_same_supergraph_written_again_is_no_newer_one(tmp_path: Path) -> None:
    async with shop(tmp_path) as gateway:
        await gateway.publish(FIRST)
        assert await gateway.metric('gateway_supergraph_reloads_total{result="swapped"}') == 0


async def test_a_change_is_noticed_without_being_told(tmp_path: Path) -> None:
    async with shop(tmp_path, supergraph={"poll_interval": "10ms"}) as gateway:
        gateway.file.write_text(SECOND)
        async with asyncio.timeout(10):
            while "stars" not in await fields(gateway):
                await asyncio.sleep(0.01)
