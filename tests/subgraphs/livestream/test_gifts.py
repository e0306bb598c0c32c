"""Gifts step by step: what each event brings about, and who is refused why."""

from collections.abc import AsyncIterator

import pytest

from subgraphs.shared.errors import BusinessError
from subgraphs.shared.event_log import Row
from tests.support.postgres import Server
from tests.support.stage import HOST, Stage, stage


@pytest.fixture
async def show(postgres_server: Server) -> AsyncIterator[Stage]:
    async with stage(postgres_server) as found:
        yield found


async def test_a_gift_is_shown_once_the_wallet_has_paid_the_host(show: Stage):
    wallet = await show.bank.open("ann", 5_000)
    gift = (await show.give("ann", wallet, 3)).result
    assert (await show.sending("ann", gift)).state == "PENDING"
    assert await show.shown() == []
    await show.to_wallet()
    assert (await show.bank.account("ann")).posted == 2_000
    assert (await show.bank.account(HOST)).posted == 3_000
    assert await show.shown() == []
    await show.to_livestream()
    assert (await show.sending("ann", gift)).state == "SENT"
    assert await show.shown() == [("ann", 3)]
    await show.agree()


async def test_a_host_who_has_a_wallet_is_paid_into_it(show: Stage):
    mine = await show.bank.open(HOST, 700)
    await show.give("ann", await show.bank.open("ann", 1_000))
    await show.settle()
    account = await show.bank.account(HOST)
    assert (account.id, account.posted) == (mine, 1_700)


@pytest.mark.parametrize(
    ("wallet_of", "amount", "currency", "code"),
    [
        ("ann", 999, "INR", "INSUFFICIENT_FUNDS"),
        ("ann", 0, "INR", "INSUFFICIENT_FUNDS"),
        ("eve", 5_000, "INR", "NOT_FOUND"),
        ("ann", 5_000, "EUR", "CURRENCY_MISMATCH"),
    ],
)
async def test_a_wallet_that_does_not_pay_says_why_and_nothing_is_shown(
    show: Stage, wallet_of: str, amount: int, currency: str, code: str
):
    wallet = await show.bank.open(wallet_of, amount, currency)
    gift = (await show.give("ann", wallet)).result
    await show.settle()
    settled = await show.sending("ann", gift)
    assert (settled.state, settled.refusal) == ("REFUSED", code)
    assert (await show.bank.account(wallet_of)).posted == amount
    assert await show.shown() == []
    await show.agree()


async def test_a_refusal_stands_even_if_the_money_comes_later(show: Stage):
    wallet = await show.bank.open("ann", 10)
    gift = (await show.give("ann", wallet)).result
    await show.settle()
    await show.bank.top_up("ann", wallet, 5_000)
    for row in await show.told("livestream"):
        await show.wallet.handle(later(row, 1_000))
    await show.settle()
    assert (await show.sending("ann", gift)).state == "REFUSED"
    assert (await show.bank.account("ann")).posted == 5_010
    await show.agree()


async def test_gifts_count_against_the_months_limit(show: Stage):
    """500,000 rupees a month may leave a wallet; a rose costs ten."""
    wallet = await show.bank.open("ann", 60_000_000)
    for _ in range(5):
        await show.bank.pay("ann", wallet, await show.bank.open("bob"), 9_990_000)
    gifts = [(await show.give("ann", wallet, count)).result for count in (51, 50)]
    await show.settle()
    settled = [await show.sending("ann", gift) for gift in gifts]
    assert [(each.state, each.refusal) for each in settled] == [
        ("REFUSED", "LIMIT_EXCEEDED"),
        ("SENT", None),
    ]


async def test_repeated_and_late_events_debit_nothing_more(show: Stage):
    """Every event is handed on again after the end, in order and even without the inbox."""
    rich, poor = await show.bank.open("ann", 5_000), await show.bank.open("bob", 10)
    await show.give("ann", rich, 2)
    await show.give("bob", poor)
    await show.settle()
    asked, answered = await show.told("livestream"), await show.told("wallet")
    for shift in (0, 0, 1_000, 2_000):  # from 1,000 on as new events, which the inbox lets through
        for row in asked:
            await show.wallet.handle(later(row, shift))
        for row in answered:
            await show.livestream.handle(later(row, shift))
    assert await show.told("livestream") == asked
    assert await show.told("wallet") == answered
    assert (await show.bank.account("ann")).posted == 3_000
    assert await show.shown() == [("ann", 2)]
    await show.agree()


async def test_a_gift_that_is_paid_after_the_end_is_shown_all_the_same(show: Stage):
    gift = (await show.give("ann", await show.bank.open("ann", 1_000))).result
    await show.end()
    await show.settle()
    assert (await show.sending("ann", gift)).state == "SENT"
    assert await show.shown() == [("ann", 1)]
    with pytest.raises(BusinessError) as refusal:
        await show.give("ann", "wal_any")
    assert refusal.value.code == "STREAM_NOT_LIVE"
    await show.agree()


def later(row: Row, shift: int) -> Row:
    return Row(
        topic=row.topic,
        key=row.key,
        sequence=row.sequence + shift,
        type=row.type,
        event=row.event,
    )
