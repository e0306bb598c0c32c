"""Seats that wallets pay, with everything at work at once: races, kills, and Kafka in between."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from subgraphs.groupbuy.models import GroupBuyState
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.follower import Pace
from subgraphs.shared.kafka import kafka_publisher
from subgraphs.shared.relay import Relay, RelaySettings
from tests.gateway.subscriptions.kafka_log import broker
from tests.support.market import Market, market
from tests.support.postgres import Server

FINAL = {GroupBuyState.FILLED, GroupBuyState.REFUNDED}


@pytest.fixture
async def stall(postgres_server: Server) -> AsyncIterator[Market]:
    async with market(postgres_server) as found:
        yield found


async def final(stall: Market, *groups: str) -> Counter[str]:
    """Wait until the groups are; how many of each."""
    states: Counter[str] = Counter()
    while not states or set(states) - FINAL:  # bounded by the test's time-out
        states = Counter([(await stall.shop.group(id_)).state for id_ in groups])
        await asyncio.sleep(0.01)
    return states


async def opened(stall: Market, group: str) -> None:
    """Wait until the group's leader has paid."""
    while (await stall.shop.group(group)).state is not GroupBuyState.OPEN:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def captured(stall: Market, *groups: str) -> None:
    """Wait until every member of a filled group has paid."""
    for id_ in groups:
        while set((await stall.shop.seats(id_)).values()) & {"HELD", "PAID"}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_20_wallets_race_for_two_seats(stall: Market):
    await stall.shop.offer(size=3)
    wallets = {f"racer{n}": await stall.buyer(f"racer{n}") for n in range(20)}
    group = await stall.shop.open("lea")
    outcomes: Counter[str] = Counter()

    async def buy(name: str, wallet: str) -> None:
        try:
            await stall.shop.join(group.id, name, wallet=wallet)
            outcomes["HELD"] += 1
        except BusinessError as error:
            outcomes[error.code] += 1

    async with asyncio.timeout(60), stall.running(), asyncio.TaskGroup() as buyers:
        for name, wallet in wallets.items():
            buyers.create_task(buy(name, wallet))
    assert outcomes["HELD"] == 2
    await stall.settle()
    assert (await stall.shop.group(group.id)).state is GroupBuyState.FILLED
    await stall.agree()


async def test_a_wallet_for_one_seat_pays_one_of_five_groups(stall: Market):
    await stall.shop.offer(size=2)
    wallet = await stall.buyer("max", 800)
    groups = [(await stall.shop.open(f"lea{n}")).id for n in range(5)]
    async with asyncio.timeout(60), stall.running(), asyncio.TaskGroup() as buyers:
        for id_ in groups:
            buyers.create_task(stall.shop.join(id_, "max", wallet=wallet))
    await stall.settle()
    states = Counter([(await stall.shop.group(id_)).state for id_ in groups])
    assert states == {"FILLED": 1, "OPEN": 4}
    assert (await stall.bank.account("max")).posted == 0
    await stall.agree()


async def test_g3_payments_around_the_deadline_fill_or_are_given_back(stall: Market):
    await stall.shop.offer(size=2, quota=40)
    groups = []
    for n in range(16):
        wallet = await stall.buyer(f"max{n}")
        group = await stall.shop.open(f"lea{n}")
        await stall.shop.join(group.id, f"max{n}", wallet=wallet)
        groups.append(group.id)
    for n, id_ in enumerate(groups):
        await stall.shop.let_time_pass(id_, 3600 - n / 30)
    async with asyncio.timeout(60), stall.running():
        states = await final(stall, *groups)
        await captured(stall, *groups)
    assert set(states) <= FINAL
    assert states[GroupBuyState.REFUNDED] > 0
    await stall.agree()


_WORKER = """
import asyncio, sys
from tests.support.databases import be_patient
from tests.support.market import Market

async def main(url, kind):
    market = Market(url)
    consumer = market.wallet if kind == "wallet" else market.groupbuy
    async with asyncio.TaskGroup() as group:
        group.create_task(consumer.run())
        if kind == "groupbuy":
            group.create_task(market._sweeping())
        print("ready", flush=True)

be_patient()
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("killed", ["wallet", "groupbuy"])
async def test_a_process_killed_between_the_steps_loses_no_seat_and_no_money(
    stall: Market, killed: str
):
    """Its work goes on elsewhere, again and again, until all is settled."""
    await stall.shop.offer(size=3, quota=1000)
    wallets = {f"c{n}": await stall.buyer(f"c{n}", 2_000 + 800 * n) for n in range(6)}
    groups: list[str] = []
    stop = asyncio.Event()

    async def trade() -> None:
        while not stop.is_set():
            group = await stall.shop.open("c0", wallet=wallets["c0"] if len(groups) % 3 else None)
            groups.append(group.id)
            for name in ("c1", "c2", "c3", "c4", "c5")[len(groups) % 3 :]:
                try:
                    await stall.shop.join(group.id, name, wallet=wallets[name])
                except BusinessError as error:
                    assert error.code in {"GROUP_FULL", "GROUP_CLOSED"}  # noqa: PT017
            if len(groups) % 5 == 0:
                await stall.shop.let_time_pass(group.id, 3600)

    other = stall.groupbuy if killed == "wallet" else stall.wallet
    async with asyncio.TaskGroup() as tasks:
        others = tasks.create_task(other.run())
        trading = tasks.create_task(trade())
        for _ in range(4):
            arguments = [sys.executable, "-c", _WORKER, stall.url, killed]
            worker = await asyncio.create_subprocess_exec(
                *arguments, stdout=asyncio.subprocess.PIPE
            )
            assert worker.stdout is not None
            await worker.stdout.readline()
            seen = len(groups)
            while len(groups) < seen + 4:  # noqa: ASYNC110 (rows give no sign)
                await asyncio.sleep(0.005)
            worker.kill()
            await worker.wait()
            await stall.shop.audit()
            await stall.bank.audit()
        stop.set()
        await trading
        others.cancel()
    await stall.settle()
    await stall.shop.hold_too_long()
    for id_ in groups:
        await stall.shop.let_time_pass(id_, 3600)
    await stall.settle()
    await stall.agree()
    states = Counter([(await stall.shop.group(id_)).state for id_ in groups])
    assert not set(states) - FINAL - {GroupBuyState.OPEN}, states


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    # Its topics and groups are the store's: on a shared broker other tests would be heard.
    with broker() as own:
        yield own.address


@pytest.mark.kafka
@pytest.mark.timeout(180)
async def test_seats_are_paid_by_way_of_kafka_too(postgres_server: Server, bootstrap: str):
    async with market(postgres_server, bootstrap) as stall, asyncio.TaskGroup() as tasks:
        await stall.shop.offer(size=2)
        pace = Pace(first_pause=0.01, longest_pause=0.1)
        settings = RelaySettings(
            database_url=stall.url, subgraphs=("groupbuy", "wallet"), pace=pace
        )
        relay = Relay(settings, lambda: kafka_publisher(bootstrap))
        relaying = tasks.create_task(relay.run())
        async with stall.running():
            filled = await stall.shop.open("lea", wallet=await stall.buyer("lea"))
            poor = await stall.shop.open("eve", wallet=await stall.buyer("eve", 5))
            await opened(stall, filled.id)
            await stall.shop.join(filled.id, "max", wallet=await stall.buyer("max"))
            states = await final(stall, filled.id, poor.id)
            await captured(stall, filled.id)
        relaying.cancel()
        assert states == {"FILLED": 1, "REFUNDED": 1}
        await stall.agree()
