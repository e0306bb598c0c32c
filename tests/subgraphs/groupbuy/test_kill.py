"""Processes that open, join, leave and refund groups, killed at any time."""

import asyncio
import sys

import pytest

from subgraphs.groupbuy.sweeping import sweep
from tests.support.databases import until_quiet
from tests.support.groupbuys import Shop

_WRITER = """
import asyncio, sys
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared.database import Database
from tests.support.databases import be_patient
from tests.support.groupbuys import Shop

async def main(url, name):
    shop = Shop(Database(url, "groupbuy", 6))

    async def write(n):
        for i in range(100_000):
            key = f"{name}:{n}:{i}"
            group = await shop.open(f"lea{key}", key=key)
            for k in range(1 + i % 2):
                await shop.join(group.id, f"max{key}{k}", key=f"{key}:{k}")
            if i % 3 == 0 and i % 2 == 0:
                await shop.leave(group.id, f"lea{key}")
            print(group.id, key, flush=True)

    async def refund():
        while True:
            await sweep(shop.database)

    async with asyncio.TaskGroup() as group:
        group.create_task(refund())
        for n in range(4):
            group.create_task(write(n))

be_patient()
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("round_", range(3))
async def test_a_killed_process_leaves_no_group_half_done(shop: Shop, round_: int):
    await shop.offer(quota=100_000)
    arguments = [sys.executable, "-c", _WRITER, shop.database.url, str(round_)]
    writer = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    assert writer.stdout is not None
    told = [(await writer.stdout.readline()).decode() for _ in range(12 + 5 * round_)]
    writer.kill()
    await writer.wait()
    await shop.audit()
    await until_quiet(shop.database)
    id_, key = told[0].split()
    # What the process was told is kept, and sending it again has no effect.
    before = await shop.group(id_)
    assert (await shop.open(f"lea{key}", key=key)).id == id_
    assert (await shop.join(id_, f"max{key}0", key=f"{key}:0")).replayed
    assert await shop.group(id_) == before
    # Another process finishes what was left.
    await sweep(shop.database)
    await shop.audit()
