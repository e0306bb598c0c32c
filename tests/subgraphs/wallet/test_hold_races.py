"""Holds on a real PostgreSQL: many at once, and processes killed at any time."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import Any

import pytest
from sqlalchemy import text

from subgraphs.shared.errors import BusinessError
from subgraphs.shared.unit_of_work import transact
from subgraphs.wallet.holds import HoldResolved, expire, settle
from subgraphs.wallet.models import HoldRefused
from tests.support.databases import until_quiet
from tests.support.wallets import Bank


async def race(runners: Iterable[Awaitable[Any]]) -> Counter[str]:
    """Run all at once; how often each outcome came."""
    outcomes: Counter[str] = Counter()

    async def run(runner: Awaitable[Any]) -> None:
        try:
            answer = await runner
            outcomes[answer.code if isinstance(answer, HoldRefused) else "OK"] += 1
        except BusinessError as error:
            outcomes[error.code] += 1
        except HoldResolved:
            outcomes["RESOLVED"] += 1

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for runner in runners:
            group.create_task(run(runner))
    return outcomes


async def test_20_holds_of_a_balance_that_serves_7(bank: Bank):
    ann = await bank.open("ann", 79)
    outcomes = await race(bank.hold("ann", ann, 10, f"seat{n}") for n in range(20))
    assert outcomes == {"OK": 7, "INSUFFICIENT_FUNDS": 13}
    await bank.audit()


async def test_one_hold_asked_20_times_at_once_is_placed_once(bank: Bank):
    ann = await bank.open("ann", 100)
    assert await race(bank.hold("ann", ann, 10, "seat") for _ in range(20)) == {"OK": 20}
    assert await bank.told("seat") == ["placed"]
    assert await race(bank.hold("ann", ann, 91, "much") for _ in range(20)) == {
        "INSUFFICIENT_FUNDS": 20
    }
    assert await bank.told("much") == ["refused"]
    await bank.audit()


@pytest.mark.parametrize("round_", range(3))
async def test_capture_release_and_expiry_at_once_resolve_a_hold_once(bank: Bank, round_: int):
    ann = await bank.open("ann", 1_000)
    for n in range(10):
        await bank.hold("ann", ann, 100, f"seat{n}", seconds=0.01 * round_)
    runners: list[Awaitable[Any]] = [bank.capture(f"seat{n}", 40) for n in range(10)]
    runners += [bank.release(f"seat{n}") for n in range(10)]
    runners += [expire(bank.database) for _ in range(4)]
    await race(runners)
    account = await bank.account("ann")
    assert account.held == 0
    assert account.posted == 1_000 - 40 * (account.version - 1)
    await bank.audit()


async def test_holds_and_transfers_compete_for_a_balance(bank: Bank):
    owners = ("ann", "bob", "cat")
    wallets = {owner: await bank.open(owner, 200) for owner in owners}

    async def client(n: int) -> None:
        owner, to = owners[n % 3], owners[(n + 1) % 3]
        for i in range(10):
            ref = f"{n}:{i}"
            placed = await bank.hold(owner, wallets[owner], 30, ref)
            try:
                await bank.pay(owner, wallets[owner], wallets[to], 25)
            except BusinessError as error:
                assert error.code == "INSUFFICIENT_FUNDS"  # noqa: PT017
            if not isinstance(placed, HoldRefused):
                await (bank.capture(ref, 1) if i % 2 else bank.release(ref))

    async def many(refs: list[str]) -> None:
        await transact(bank.database, lambda unit: settle(unit, refs[:2], refs[2:]))

    refs = []
    for owner in owners:
        refs += [f"{owner}{n}" for n in range(2)]
        for n in range(2):
            await bank.hold(owner, wallets[owner], 10, f"{owner}{n}")
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for n in range(9):
            group.create_task(client(n))
        for turn in range(3):
            group.create_task(many(refs[turn * 2 :] + refs[: turn * 2]))
    for owner in owners:
        assert (await bank.account(owner)).held == 0
    await bank.audit()


_WRITER = """
import asyncio, sys
from subgraphs.shared.database import Database
from subgraphs.wallet.holds import expire
from tests.support.databases import be_patient
from tests.support.wallets import Bank

async def main(url, ann, name):
    bank = Bank(Database(url, "wallet", 6))

    async def write(n):
        for i in range(100_000):
            ref = f"{name}:{n}:{i}"
            await bank.hold("ann", ann, 5, ref, seconds=0 if i % 3 == 2 else None)
            if i % 3 == 0:
                await bank.capture(ref, 1 + i % 5)
            elif i % 3 == 1:
                await bank.release(ref)
            print(ref, i % 3, flush=True)

    async def free():
        while True:
            await expire(bank.database)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(free())
        for n in range(4):
            group.create_task(write(n))

be_patient()
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("round_", range(3))
async def test_a_killed_process_leaves_no_hold_half_done(bank: Bank, round_: int):
    ann = await bank.open("ann", 100_000)
    arguments = [sys.executable, "-c", _WRITER, bank.database.url, ann, str(round_)]
    writer = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    told = [(await writer.stdout.readline()).decode().split() for _ in range(10 + 7 * round_)]
    writer.kill()
    await writer.wait()
    await bank.audit()
    await until_quiet(bank.database)
    # What the process was told is kept, and asking again has no effect.
    ends = {"0": "captured", "1": "released"}
    for ref, end in told:
        await bank.hold("ann", ann, 5, ref)
        if end in ends:
            assert await bank.told(ref) == ["placed", ends[end]]
    # Another process finishes what was left.
    while await expire(bank.database):
        pass
    async with bank.database.session() as session:
        query = "select count(*) from wallet.hold where state = 'ACTIVE' and expires_at < now()"
        assert (await session.execute(text(query))).scalar_one() == 0
    await bank.audit()
