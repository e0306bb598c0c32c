"""Many buyers at once on a real PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import Any

import pytest

from subgraphs.groupbuy.models import GroupBuyState
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared.errors import BusinessError
from tests.support.groupbuys import Shop


async def race(runners: Iterable[Awaitable[Any]]) -> Counter[str]:
    """Run all at once; how often each outcome came."""
    outcomes: Counter[str] = Counter()

    async def run(runner: Awaitable[Any]) -> None:
        try:
            await runner
            outcomes["OK"] += 1
        except BusinessError as error:
            outcomes[error.code] += 1

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for runner in runners:
            group.create_task(run(runner))
    return outcomes


@pytest.mark.parametrize("round_", range(5))
async def test_the_last_seat_goes_to_one_of_20(shop: Shop, round_: int):
    await shop.offer()
    group = await shop.open("lea")
    await shop.join(group.id, "max")
    outcomes = await race(shop.join(group.id, f"racer{n}") for n in range(20))
    assert outcomes == {"OK": 1, "GROUP_FULL": 19}
    filled = await shop.group(group.id)
    assert (filled.state, filled.paid_count, filled.version) == ("FILLED", 3, 3)
    kinds = [kind for kind, _ in await shop.events(group.id)]
    assert kinds.count("group.filled.v1") == 1
    await shop.audit()


async def test_40_buyers_fill_10_seats(shop: Shop):
    await shop.offer(size=10)
    group = await shop.open("lea")
    outcomes = await race(shop.join(group.id, f"racer{n}") for n in range(40))
    assert outcomes == {"OK": 9, "GROUP_FULL": 31}
    await shop.audit()


async def test_one_buyer_who_clicks_20_times_has_one_seat(shop: Shop):
    await shop.offer(size=10)
    group = await shop.open("lea")
    outcomes = await race(shop.join(group.id, "max") for _ in range(20))
    assert outcomes == {"OK": 1, "ALREADY_MEMBER": 19}
    again = await race(shop.join(group.id, "mia", key="k") for _ in range(20))
    assert again == {"OK": 20}
    assert (await shop.group(group.id)).paid_count == 3
    await shop.audit()


async def test_a_quota_of_3_groups_is_opened_3_times(shop: Shop):
    await shop.offer(quota=3)
    outcomes = await race(shop.open(f"leader{n}") for n in range(20))
    assert outcomes == {"OK": 3, "OFFER_QUOTA_EXHAUSTED": 17}
    await shop.audit()


async def test_a_purchase_limit_holds_across_groups(shop: Shop):
    await shop.offer(per_customer_limit=2)
    groups = [await shop.open(f"leader{n}") for n in range(8)]
    outcomes = await race(shop.join(group.id, "max") for group in groups)
    assert outcomes == {"OK": 2, "PURCHASE_LIMIT": 6}
    await shop.audit()


async def test_leaving_joining_and_filling_at_once_keep_the_count(shop: Shop):
    await shop.offer(size=4)
    group = await shop.open("lea")
    await shop.join(group.id, "max")
    runners = [shop.leave(group.id, "max") for _ in range(5)]
    runners += [shop.join(group.id, f"racer{n}") for n in range(10)]
    outcomes = await race(runners)
    assert outcomes["OK"] in {2, 8}  # filled before the leaving, or after it
    await shop.audit()


async def test_payment_at_the_deadline_is_either_in_time_or_refused(shop: Shop):
    """Buyers and several sweeps race over groups whose time is just up or just not."""
    await shop.offer(size=2, quota=40)
    groups = [await shop.open(f"leader{n}") for n in range(20)]
    for n, group in enumerate(groups):
        await shop.let_time_pass(group.id, 3600 - n / 20)
    runners: list[Awaitable[Any]] = [shop.join(group.id, "max") for group in groups]
    runners += [sweep(shop.database) for _ in range(6)]
    await race(runners)
    for n, group in enumerate(groups):
        await shop.let_time_pass(group.id, n / 20 + 1)
    await sweep(shop.database)
    states = Counter([(await shop.group(group.id)).state for group in groups])
    assert set(states) <= {GroupBuyState.FILLED, GroupBuyState.REFUNDED}
    assert states[GroupBuyState.REFUNDED] > 0
    await shop.audit()
