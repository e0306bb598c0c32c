"""Gifts with everything at work at once: double clicks, races, kills, and Kafka in between."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from subgraphs.shared.follower import Pace
from subgraphs.shared.kafka import kafka_publisher
from subgraphs.shared.relay import Relay, RelaySettings
from tests.gateway.subscriptions.kafka_log import broker
from tests.support.postgres import Server
from tests.support.stage import HOST, Stage, stage


@pytest.fixture
async def show(postgres_server: Server) -> AsyncIterator[Stage]:
    async with stage(postgres_server) as found:
        yield found


async def settled(show: Stage, viewer: str, *sendings: str) -> Counter[str]:
    """Wait until the gifts are; how many of each state."""
    states: Counter[str] = Counter()
    while not states or states["PENDING"]:  # bounded by the test's time-out
        states = Counter([(await show.sending(viewer, id_)).state for id_ in sendings])
        await asyncio.sleep(0.01)
    return states


async def test_20_clicks_with_one_key_are_one_gift_and_one_debit(show: Stage):
    wallet = await show.bank.open("ann", 50_000)
    async with show.running(), asyncio.TaskGroup() as clicks:
        outcomes = [clicks.create_task(show.give("ann", wallet, key="k")) for _ in range(20)]
    assert len({outcome.result().result for outcome in outcomes}) == 1
    assert [outcome.result().replayed for outcome in outcomes].count(False) == 1
    await show.settle()
    assert (await show.bank.account("ann")).posted == 49_000
    assert await show.shown() == [("ann", 1)]
    await show.agree()


async def test_30_gifts_race_for_money_for_ten(show: Stage):
    wallet = await show.bank.open("ann", 10_000)
    async with asyncio.timeout(60), show.running():
        async with asyncio.TaskGroup() as senders:
            sent = [senders.create_task(show.give("ann", wallet)) for _ in range(30)]
        states = await settled(show, "ann", *(each.result().result for each in sent))
    assert states == {"SENT": 10, "REFUSED": 20}
    assert (await show.bank.account("ann")).posted == 0
    assert (await show.bank.account(HOST)).posted == 10_000
    assert await show.shown() == [("ann", 1)] * 10
    await show.agree()


async def test_ten_first_gifts_open_one_wallet_for_the_host(show: Stage):
    """The host has none: whoever pays first opens it, whatever the others do meanwhile."""
    wallets = {f"v{n}": await show.bank.open(f"v{n}", 1_000) for n in range(10)}
    for viewer, wallet in wallets.items():
        await show.give(viewer, wallet)
    rows = await show.told("livestream")
    async with asyncio.TaskGroup() as handlers:
        for row in (*rows, *rows):
            handlers.create_task(show.wallet.handle(row))
    await show.settle()
    assert (await show.bank.account(HOST)).posted == 10_000
    assert sorted(await show.shown()) == sorted((viewer, 1) for viewer in wallets)
    await show.agree()


_WORKER = """
import asyncio, sys
from tests.support.databases import be_patient
from tests.support.stage import Stage

async def main(url, stream, kind):
    stage = Stage(url, stream)
    consumer = stage.wallet if kind == "wallet" else stage.livestream
    print("ready", flush=True)
    await consumer.run()

be_patient()
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("killed", ["wallet", "livestream"])
async def test_a_process_killed_between_the_steps_loses_no_gift_and_takes_no_money_twice(
    show: Stage, killed: str
):
    wallet = await show.bank.open("ann", 100_000)
    given: list[str] = []
    other = show.livestream if killed == "wallet" else show.wallet
    stop = asyncio.Event()

    async def give() -> None:
        while not stop.is_set():
            given.append((await show.give("ann", wallet)).result)

    async with asyncio.TaskGroup() as tasks:
        others = tasks.create_task(other.run())
        giving = tasks.create_task(give())
        for _ in range(3):
            arguments = [sys.executable, "-c", _WORKER, show.url, show.stream, killed]
            worker = await asyncio.create_subprocess_exec(
                *arguments, stdout=asyncio.subprocess.PIPE
            )
            assert worker.stdout is not None
            await worker.stdout.readline()
            seen = len(given)
            while len(given) < seen + 20:  # noqa: ASYNC110 (rows give no sign)
                await asyncio.sleep(0.005)
            worker.kill()
            await worker.wait()
            await show.audit()
        stop.set()
        await giving
        others.cancel()
    await show.settle()
    paid = min(len(given), 100)
    assert (await show.bank.account("ann")).posted == 100_000 - 1_000 * paid
    assert len(await show.shown()) == paid
    await show.agree()


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    # Its topics and groups are the store's: on a shared broker other tests would be heard.
    with broker() as own:
        yield own.address


@pytest.mark.kafka
@pytest.mark.timeout(180)
async def test_gifts_are_paid_by_way_of_kafka_too(postgres_server: Server, bootstrap: str):
    async with stage(postgres_server, bootstrap) as show, asyncio.TaskGroup() as tasks:
        pace = Pace(first_pause=0.01, longest_pause=0.1)
        settings = RelaySettings(
            database_url=show.url, subgraphs=("livestream", "wallet"), pace=pace
        )
        relay = Relay(settings, lambda: kafka_publisher(bootstrap))
        relaying = tasks.create_task(relay.run())
        wallet = await show.bank.open("ann", 2_500)
        async with show.running():
            gifts = [(await show.give("ann", wallet)).result for _ in range(3)]
            states = await settled(show, "ann", *gifts)
        relaying.cancel()
        assert states == {"SENT": 2, "REFUSED": 1}
        assert await show.shown() == [("ann", 1), ("ann", 1)]
        await show.agree()
