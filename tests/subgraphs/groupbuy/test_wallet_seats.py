"""Seats that wallets pay, step by step: what each event brings about, and G1 to G8."""

from collections.abc import AsyncIterator

import pytest

from subgraphs.groupbuy.models import GroupBuyState
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.event_log import Row
from tests.support.market import GROUP_TOPIC, HOLD_TOPIC, Market, market
from tests.support.postgres import Server


@pytest.fixture
async def stall(postgres_server: Server) -> AsyncIterator[Market]:
    async with market(postgres_server) as found:
        await found.shop.offer(size=3)
        yield found


async def test_g5_a_filled_group_captures_each_members_money_once(stall: Market):
    """Nothing is taken before the group is full; each seat costs 800 paise."""
    shop, bank = stall.shop, stall.bank
    wallets = {name: await stall.buyer(name) for name in ("lea", "max")}
    group = await shop.open("lea", wallet=wallets["lea"])
    assert (group.state, group.held_count, group.opens_at) == ("PENDING_LEADER", 1, None)
    await stall.settle()
    opened = await shop.group(group.id)
    assert (opened.state, opened.paid_count, opened.held_count) == ("OPEN", 1, 0)
    assert opened.opens_at is not None
    await shop.join(group.id, "max", wallet=wallets["max"])
    await stall.settle()
    assert await shop.seats(group.id) == {"lea": "PAID", "max": "PAID"}
    for name in wallets:
        account = await bank.account(name)
        assert (account.posted, account.held) == (1000, 800)
    await stall.agree()
    # The last seat is paid by card: it fills the group at once.
    assert (await shop.join(group.id, "mia")).result.state is GroupBuyState.FILLED
    assert await shop.seats(group.id) == {"lea": "PAID", "max": "PAID", "mia": "CAPTURED"}
    await stall.settle()
    assert set((await shop.seats(group.id)).values()) == {"CAPTURED"}
    for name in wallets:
        account = await bank.account(name)
        assert (account.posted, account.held) == (200, 0)
    kinds = [kind for kind, _ in await shop.events(group.id)]
    assert kinds == [
        "seat.held.v1",
        "group.opened.v1",
        "seat.held.v1",
        "seat.paid.v1",
        "group.filled.v1",
    ]
    await stall.agree()


async def test_g2_the_last_wallet_to_pay_fills_the_group(stall: Market):
    group = await stall.shop.open("lea")
    await stall.shop.join(group.id, "max")
    await stall.shop.join(group.id, "mia", wallet=await stall.buyer("mia"))
    assert (await stall.shop.group(group.id)).state is GroupBuyState.OPEN
    await stall.settle()
    filled = await stall.shop.group(group.id)
    assert (filled.state, filled.paid_count, filled.held_count) == ("FILLED", 3, 0)
    assert (await stall.shop.offer_now()).sold_groups == 1
    await stall.agree()


async def test_g1_a_held_seat_is_taken(stall: Market):
    group = await stall.shop.open("lea")
    for name in ("max", "mia"):
        await stall.shop.join(group.id, name, wallet=await stall.buyer(name))
    with pytest.raises(BusinessError) as refusal:
        await stall.shop.join(group.id, "eve")
    assert refusal.value.code == "GROUP_FULL"
    with pytest.raises(BusinessError) as refusal:
        await stall.shop.join(group.id, "max")
    assert refusal.value.code == "ALREADY_MEMBER"
    await stall.settle()
    assert (await stall.shop.group(group.id)).state is GroupBuyState.FILLED
    await stall.agree()


@pytest.mark.parametrize(
    ("wallet_of", "amount", "quantity", "code"),
    [
        ("max", 799, 1, "INSUFFICIENT_FUNDS"),
        ("max", 1000, 2, "INSUFFICIENT_FUNDS"),
        ("eve", 1000, 1, "NOT_FOUND"),
    ],
)
async def test_a_wallet_that_does_not_pay_frees_the_seat_and_says_why(
    stall: Market, wallet_of: str, amount: int, quantity: int, code: str
):
    wallet = await stall.buyer(wallet_of, amount)
    group = await stall.shop.open("lea")
    await stall.shop.join(group.id, "max", wallet=wallet, quantity=quantity)
    await stall.settle()
    assert (await stall.shop.group(group.id)).seats_left == 2
    last = (await stall.shop.events(group.id))[-1]
    assert (last[0], last[1]["member"]["refusal"]) == ("seat.released.v1", code)
    assert (await stall.bank.account(wallet_of)).held == 0
    await stall.shop.join(group.id, "max")  # by card
    await stall.agree()


async def test_a_wallet_in_another_currency_does_not_pay(stall: Market):
    euro = await stall.bank.open("max", 5000, "EUR")
    group = await stall.shop.open("lea")
    await stall.shop.join(group.id, "max", wallet=euro)
    await stall.settle()
    last = (await stall.shop.events(group.id))[-1][1]
    assert last["member"]["refusal"] == "CURRENCY_MISMATCH"
    await stall.agree()


async def test_a_leader_who_cannot_pay_opens_no_group(stall: Market):
    await stall.shop.offer(id="scarce", quota=1)
    group = await stall.shop.open("lea", offer="scarce", wallet=await stall.buyer("lea", 5))
    with pytest.raises(BusinessError) as refusal:
        await stall.shop.join(group.id, "max")
    assert refusal.value.code == "GROUP_CLOSED"
    await stall.settle()
    assert (await stall.shop.group(group.id)).state is GroupBuyState.REFUNDED
    kinds = [kind for kind, _ in await stall.shop.events(group.id)]
    assert kinds == ["seat.held.v1", "group.cancelled.v1", "group.refunded.v1"]
    await stall.shop.open("max", offer="scarce")  # the quota is free again
    await stall.agree()


async def test_g4_an_expired_group_releases_every_hold_once(stall: Market):
    group = await stall.shop.open("lea", wallet=await stall.buyer("lea"))
    await stall.settle()
    for name in ("max",):
        await stall.shop.join(group.id, name, wallet=await stall.buyer(name))
    await stall.settle()
    await stall.shop.let_time_pass(group.id, 3600)
    await sweep(stall.shop.database)
    assert (await stall.shop.group(group.id)).state is GroupBuyState.REFUNDING
    assert (await stall.bank.account("lea")).held == 800
    await stall.settle()
    assert (await stall.shop.group(group.id)).state is GroupBuyState.REFUNDED
    assert await stall.shop.seats(group.id) == {"lea": "REFUNDED", "max": "REFUNDED"}
    for name in ("lea", "max"):
        account = await stall.bank.account(name)
        assert (account.posted, account.held) == (1000, 0)
    kinds = [kind for kind, _ in await stall.shop.events(group.id)][-4:]
    assert kinds == [
        "group.expired.v1",
        "group.refunding.v1",
        "seat.refunded.v1",
        "group.refunded.v1",
    ]
    await stall.agree()


async def test_g4_the_leaders_going_gives_everybodys_money_back(stall: Market):
    group = await stall.shop.open("lea", wallet=await stall.buyer("lea"))
    await stall.settle()
    await stall.shop.join(group.id, "max", wallet=await stall.buyer("max"))
    await stall.shop.join(group.id, "mia")
    await stall.to_wallet()  # max's money is held, but group-buying has not heard of it
    assert (await stall.shop.leave(group.id, "lea")).result.state is GroupBuyState.CANCELLED
    await stall.settle()
    assert (await stall.shop.group(group.id)).state is GroupBuyState.REFUNDED
    seats = await stall.shop.seats(group.id)
    assert seats == {"lea": "RELEASED", "max": "RELEASED", "mia": "REFUNDED"}
    await stall.agree()


async def test_who_leaves_has_the_money_back_paid_or_not(stall: Market):
    group = await stall.shop.open("lea")
    for name, heard in (("max", True), ("mia", False)):
        await stall.shop.join(group.id, name, wallet=await stall.buyer(name))
        await stall.to_wallet()
        if heard:
            await stall.to_groupbuy()
        await stall.shop.leave(group.id, name)
        await stall.settle()
        assert (await stall.bank.account(name)).held == 0
    assert (await stall.shop.group(group.id)).seats_left == 2
    await stall.agree()


@pytest.mark.parametrize("late_by", ["deadline of the seat", "deadline of the group", "leaving"])
async def test_g6_a_payment_that_comes_late_is_given_back(stall: Market, late_by: str):
    group = await stall.shop.open("lea")
    await stall.shop.join(group.id, "max", wallet=await stall.buyer("max"))
    await stall.to_wallet()
    assert (await stall.bank.account("max")).held == 800
    match late_by:
        case "deadline of the seat":
            await stall.shop.hold_too_long()
        case "deadline of the group":
            await stall.shop.let_time_pass(group.id, 3600)
        case _:
            await stall.shop.leave(group.id, "max")
    await sweep(stall.shop.database)
    await stall.settle()
    assert (await stall.bank.account("max")).held == 0
    assert (await stall.shop.seats(group.id))["max"] == "RELEASED"
    await stall.agree()


async def test_g6_the_wallet_may_even_hear_of_all_of_it_at_once(stall: Market):
    group = await stall.shop.open("lea")
    await stall.shop.join(group.id, "max", wallet=await stall.buyer("max"))
    await stall.shop.let_time_pass(group.id, 3600)
    await sweep(stall.shop.database)
    assert (await stall.shop.group(group.id)).state is GroupBuyState.REFUNDING
    await stall.settle()
    assert (await stall.shop.group(group.id)).state is GroupBuyState.REFUNDED
    assert (await stall.bank.account("max")).held == 0
    await stall.agree()


async def test_g3_paid_after_the_deadline_but_before_the_sweep_is_late(stall: Market):
    group = await stall.shop.open("lea")
    for name in ("max", "mia"):
        await stall.shop.join(group.id, name, wallet=await stall.buyer(name))
    await stall.to_wallet()
    await stall.shop.let_time_pass(group.id, 3600)
    await stall.to_groupbuy()
    assert (await stall.shop.group(group.id)).state is GroupBuyState.OPEN
    await sweep(stall.shop.database)
    await stall.settle()
    assert (await stall.shop.group(group.id)).state is GroupBuyState.REFUNDED
    await stall.agree()


async def test_a_seat_held_too_long_is_free_again_by_the_databases_clock(stall: Market):
    group = await stall.shop.open("lea")
    await stall.shop.join(group.id, "max", wallet=await stall.buyer("max"))
    await sweep(stall.shop.database)
    assert (await stall.shop.group(group.id)).held_count == 1
    await stall.shop.hold_too_long()
    await sweep(stall.shop.database)
    assert (await stall.shop.group(group.id)).held_count == 0
    assert (await stall.shop.events(group.id))[-1][1]["member"]["refusal"] == "PAYMENT_TIMEOUT"
    await stall.settle()
    await stall.agree()


async def test_g7_repeated_and_late_events_change_nothing(stall: Market):
    """Every event is handed on again after the end, in order and even without the inbox."""
    group = await stall.shop.open("lea", wallet=await stall.buyer("lea"))
    for name in ("max", "mia"):
        await stall.settle()
        await stall.shop.join(group.id, name, wallet=await stall.buyer(name))
    gone = await stall.shop.open("eve", wallet=await stall.buyer("eve"))
    await stall.settle()
    await stall.shop.leave(gone.id, "eve")
    await stall.settle()
    ends = [await stall.shop.group(id_) for id_ in (group.id, gone.id)]
    assert [end.state for end in ends] == ["FILLED", "REFUNDED"]
    told = await stall.everything("groupbuy", GROUP_TOPIC)
    heard = await stall.everything("wallet", HOLD_TOPIC)
    for row in (*told, *told):
        await stall.wallet.handle(row)
    for row in (*heard, *heard):
        await stall.groupbuy.handle(row)
    for shift in (10_000, 20_000):  # as new events, which the inbox lets through
        for row in told:
            await stall.wallet.handle(_later(row, shift))
        for row in heard:
            await stall.groupbuy.handle(_later(row, shift))
    assert await stall.everything("groupbuy", GROUP_TOPIC) == told
    assert await stall.everything("wallet", HOLD_TOPIC) == heard
    assert [await stall.shop.group(id_) for id_ in (group.id, gone.id)] == ends
    await stall.agree()


async def test_money_that_a_filled_group_has_lost_is_parked_for_somebody_to_look_into(
    stall: Market,
):
    group = await stall.shop.open("lea")
    await stall.shop.join(group.id, "max", wallet=await stall.buyer("max"))
    await stall.settle()
    await stall.shop.join(group.id, "mia")
    [ref] = (await stall.shop.events(group.id))[-1][1]["settlement"]["capture"]
    await stall.bank.release(ref)  # by mistake
    await stall.to_wallet()
    await stall.to_groupbuy()
    with pytest.raises(AssertionError, match="HoldLost"):
        await stall.audit()


def _later(row: Row, shift: int) -> Row:
    return Row(
        topic=row.topic,
        key=row.key,
        sequence=row.sequence + shift,
        type=row.type,
        event=row.event,
    )
