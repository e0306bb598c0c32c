"""Many writers at once on a real PostgreSQL."""

import asyncio
import random
import subprocess
import sys

import pytest
from sqlalchemy import text

from subgraphs.shared.errors import BusinessError
from tests.support.databases import until_quiet
from tests.support.wallets import Bank


async def test_opposing_transfers_do_not_wait_for_each_other(bank: Bank):
    ann, bob = await bank.open("ann", 10_000), await bank.open("bob", 10_000)

    async def back_and_forth(forth: bool) -> None:
        for _ in range(10):
            if forth:
                await bank.pay("ann", ann, bob, 7)
            else:
                await bank.pay("bob", bob, ann, 5)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for n in range(16):
            group.create_task(back_and_forth(n % 2 == 0))
    assert (await bank.account("ann")).posted == 10_000 - 80 * 7 + 80 * 5
    await bank.audit()


async def test_l6_a_bank_of_20_accounts_neither_loses_nor_makes_money(bank: Bank):
    owners = [f"c{n}" for n in range(20)]
    wallets = {owner: await bank.open(owner, 100) for owner in owners}
    chance = random.Random(7)
    refused = 0

    async def client(choices: list[tuple[str, str, int]]) -> None:
        nonlocal refused
        for source, target, amount in choices:
            try:
                await bank.pay(source, wallets[source], wallets[target], amount)
            except BusinessError as error:
                if error.code != "INSUFFICIENT_FUNDS":
                    raise
                refused += 1

    async def reader(stop: asyncio.Event) -> None:
        while not stop.is_set():
            async with bank.database.session() as session:
                total = "select sum(posted) from wallet.account where owner_id is not null"
                assert (await session.execute(text(total))).scalar_one() == 2_000

    stop = asyncio.Event()
    async with asyncio.timeout(90), asyncio.TaskGroup() as readers:
        readers.create_task(reader(stop))
        async with asyncio.TaskGroup() as clients:
            for _ in range(8):
                choices = []
                for _ in range(40):
                    source, target = chance.sample(owners, 2)
                    choices.append((source, target, chance.randint(1, 150)))
                clients.create_task(client(choices))
        stop.set()
    assert 0 < refused < 320
    await bank.audit()


async def test_l2_a_balance_is_spent_once(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    outcomes: list[str] = []

    async def spend() -> None:
        try:
            await bank.pay("ann", ann, bob, 100)
            outcomes.append("sent")
        except BusinessError as error:
            outcomes.append(error.code)

    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(spend())
    assert sorted(outcomes) == ["INSUFFICIENT_FUNDS"] * 19 + ["sent"]
    await bank.audit()


async def test_l5_one_key_50_times_at_once_charges_once(bank: Bank):
    wallet = await bank.open("ann")
    results = []

    async def send() -> None:
        results.append(await bank.top_up("ann", wallet, 500, key="k"))

    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(send())
    assert len({result.result.entry.id for result in results}) == 1
    assert sum(not result.replayed for result in results) == 1
    assert (await bank.account("ann")).posted == 500
    await bank.audit()


_WRITER = """
import asyncio, sys
from subgraphs.shared.database import Database
from tests.support.databases import be_patient
from tests.support.wallets import Bank

async def main(url, ann, bob):
    bank = Bank(Database(url, "wallet", 4))

    async def write(n):
        for i in range(100_000):
            key = f"{n}:{i}"
            await bank.pay("ann", ann, bob, 1, key=key)
            await bank.pay("bob", bob, ann, 1, key=key)
            print(key, flush=True)

    async with asyncio.TaskGroup() as group:
        for n in range(4):
            group.create_task(write(sys.argv[4] + str(n)))

be_patient()
asyncio.run(main(*sys.argv[1:4]))
"""


@pytest.mark.parametrize("round_", range(3))
async def test_a_killed_writer_leaves_whole_transfers_only(bank: Bank, round_: int):
    ann, bob = await bank.open("ann", 1_000), await bank.open("bob", 1_000)
    arguments = [sys.executable, "-c", _WRITER, bank.database.url, ann, bob, str(round_)]
    writer = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    told = [(await writer.stdout.readline()).decode() for _ in range(10 + 7 * round_)]
    writer.kill()
    told += (await writer.stdout.read()).decode().splitlines(keepends=True)
    await writer.wait()
    assert all(line.strip() for line in told[:10])
    await bank.audit()
    await until_quiet(bank.database)
    async with bank.database.session() as session:
        kept = set(await session.scalars(text("select key from wallet.idempotency")))
    # What the writer was told is kept, and sending it again has no effect.
    assert {line.strip() for line in told if line.endswith("\n")} <= kept
    key = told[0].strip()
    before = await bank.account("ann")
    assert (await bank.pay("ann", ann, bob, 1, key=key)).replayed
    assert await bank.account("ann") == before
