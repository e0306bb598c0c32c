"""Holds one by one, and what the database refuses of them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from subgraphs.shared.errors import BusinessError
from subgraphs.wallet.app import create_app
from subgraphs.wallet.holds import HoldDiffers, HoldResolved, HoldUnknown, expire
from subgraphs.wallet.models import Hold, HoldRefused, HoldState
from tests.support.subgraphs import Caller, calling, settings
from tests.support.wallets import Bank


async def test_held_money_cannot_be_spent_until_it_is_released(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    hold = await bank.hold("ann", ann, 70, "seat")
    assert isinstance(hold, Hold)
    account = await bank.account("ann")
    assert (account.posted, account.held, account.available.amount) == (100, 70, 30)
    with pytest.raises(BusinessError) as refusal:
        await bank.pay("ann", ann, bob, 31)
    assert refusal.value.details == {"amount": 30, "currency": "INR"}
    assert (await bank.release("seat")).state is HoldState.RELEASED
    await bank.pay("ann", ann, bob, 100)
    assert await bank.told("seat") == ["placed", "released"]
    await bank.audit()


async def test_a_capture_takes_the_money_and_says_what_for(bank: Bank):
    ann = await bank.open("ann", 100)
    await bank.hold("ann", ann, 100, "seat")
    assert (await bank.capture("seat")).state is HoldState.CAPTURED
    account = await bank.account("ann")
    assert (account.posted, account.held, account.version) == (0, 0, 2)
    async with bank.database.session() as session:
        query = text("select reason from wallet.transfer where ref_id = 'seat'")
        assert list(await session.scalars(query)) == ["HOLD_CAPTURE"]
    assert await bank.told("seat") == ["placed", "captured"]
    await bank.audit()


async def test_a_capture_in_part_frees_the_rest(bank: Bank):
    ann = await bank.open("ann", 100)
    await bank.hold("ann", ann, 80, "seat")
    hold = await bank.capture("seat", 50)
    assert (hold.state, hold.captured) == (HoldState.PARTIALLY_CAPTURED, 50)
    account = await bank.account("ann")
    assert (account.posted, account.held) == (50, 0)
    await bank.audit()


@pytest.mark.parametrize("amount", [-1, 0, 81])
async def test_l4_a_capture_is_no_more_than_the_hold(bank: Bank, amount: int):
    await bank.hold("ann", await bank.open("ann", 100), 80, "seat")
    with pytest.raises(BusinessError):
        await bank.capture("seat", amount)
    assert (await bank.account("ann")).held == 80
    await bank.audit()


async def test_l4_a_hold_resolves_once(bank: Bank):
    ann = await bank.open("ann", 300)
    for ref, end in (("a", bank.capture), ("b", bank.release)):
        await bank.hold("ann", ann, 100, ref)
        await end(ref)
        for again in (bank.capture, bank.release):
            with pytest.raises(HoldResolved):
                await again(ref)
    with pytest.raises(HoldUnknown):
        await bank.release("never asked")
    assert (await bank.account("ann")).posted == 200
    await bank.audit()


async def test_l5_asking_again_changes_nothing_and_a_refusal_is_remembered(bank: Bank):
    ann = await bank.open("ann", 100)
    first = await bank.hold("ann", ann, 60, "seat")
    assert await bank.hold("ann", ann, 60, "seat") == first
    with pytest.raises(HoldDiffers):
        await bank.hold("ann", ann, 61, "seat")
    refused = await bank.hold("ann", ann, 60, "other")
    assert isinstance(refused, HoldRefused)
    assert refused.code == "INSUFFICIENT_FUNDS"
    await bank.top_up("ann", ann, 1000)
    assert await bank.hold("ann", ann, 60, "other") == refused
    assert await bank.told("seat") == ["placed"]
    assert await bank.told("other") == ["refused"]
    await bank.audit()


async def test_only_the_owners_wallet_of_the_currency_holds(bank: Bank):
    ann, euro = await bank.open("ann", 100), await bank.open("ann", 100, "EUR")
    codes = []
    asked = [("eve", ann, 5), ("ann", "wal_nowhere", 5), ("ann", "wal_system_cards_INR", 5)]
    for n, (owner, wallet, amount) in enumerate([*asked, ("ann", euro, 5), ("ann", ann, 0)]):
        refused = await bank.hold(owner, wallet, amount, str(n))
        assert isinstance(refused, HoldRefused)
        codes.append(refused.code)
    assert codes == ["NOT_FOUND"] * 3 + ["CURRENCY_MISMATCH", "INVALID"]
    await bank.audit()


async def test_a_hold_expires_by_the_databases_clock(bank: Bank):
    ann = await bank.open("ann", 100)
    await bank.hold("ann", ann, 30, "past", seconds=-0.1)
    await bank.hold("ann", ann, 30, "future", seconds=3600)
    await bank.hold("ann", ann, 30, "open end")
    assert await expire(bank.database) == 1
    assert await expire(bank.database) == 0
    assert (await bank.account("ann")).held == 60
    assert await bank.told("past") == ["placed", "expired"]
    with pytest.raises(HoldResolved):
        await bank.capture("past")
    await bank.audit()


@pytest.mark.parametrize(
    "statement",
    [
        "update wallet.hold set state = 'CAPTURED', captured = amount, resolved_at = now()",
        "update wallet.hold set state = 'PARTIALLY_CAPTURED', captured = 101, resolved_at = now()",
        "update wallet.hold set state = 'RELEASED'",
        "update wallet.hold set amount = 1",
        "update wallet.hold set amount = 1, state = 'RELEASED', resolved_at = now()",
        "update wallet.account set held = 0",
        "delete from wallet.hold",
        "insert into wallet.hold (id, ref_id, account_id, currency, amount)"
        " select 'h', 'seat', id, 'INR', 1 from wallet.account where owner_id is not null",
        "insert into wallet.hold (id, ref_id, account_id, currency, amount)"
        " select 'h', 'x', id, 'INR', 1000 from wallet.account where owner_id is not null",
        "insert into wallet.hold (id, ref_id, account_id, currency, amount)"
        " values ('h', 'x', 'wal_system_cards_INR', 'INR', 1)",
    ],
)
async def test_the_database_itself_keeps_what_is_held(bank: Bank, statement: str):
    await bank.hold("ann", await bank.open("ann", 100), 60, "seat")
    with pytest.raises(DBAPIError, match=r"violates|without a transfer|once|stays|holds|append"):
        async with bank.database.engine.begin() as connection:
            await connection.execute(text(statement))
    await bank.audit()
    assert (await bank.account("ann")).held == 60


async def test_the_owner_sees_what_is_held_and_what_for(bank: Bank, call: Caller):
    ann = await bank.open("ann", 100)
    for ref in ("a", "b", "c"):
        await bank.hold("ann", ann, 20, ref)
    await bank.capture("a", 5)
    query = """query ($id: ID!) { wallet(id: $id) {
        posted { amount } held { amount } available { amount }
        holds { refId state amount { amount } expiresAt }
        all: holds(state: null) { refId }
        taken: holds(state: PARTIALLY_CAPTURED) { captured { amount } } } }"""
    wallet = (await call.data(query, {"id": ann}, viewer="ann"))["wallet"]
    active = {"state": "ACTIVE", "amount": {"amount": 20}, "expiresAt": None}
    assert wallet == {
        "posted": {"amount": 95},
        "held": {"amount": 40},
        "available": {"amount": 55},
        "holds": [{"refId": "c", **active}, {"refId": "b", **active}],
        "all": [{"refId": "c"}, {"refId": "b"}, {"refId": "a"}],
        "taken": [{"captured": {"amount": 5}}],
    }
    assert await call.data(query, {"id": ann}, viewer="eve") == {"wallet": None}


@pytest.mark.parametrize("count", [1, 3])
async def test_holds_of_many_wallets_are_one_statement(
    bank: Bank, call: Caller, count: int, postgres_statements
):
    wallets = [await bank.open("ann", 10, currency) for currency in ("INR", "EUR", "USD")[:count]]
    references = [{"__typename": "Wallet", "id": wallet} for wallet in wallets]
    with postgres_statements() as sent:
        await call.entities("... on Wallet { holds { id } }", references, viewer="ann")
    assert len(sent) == 2, sent


async def test_the_application_expires_holds_by_itself(bank: Bank):
    await bank.hold("ann", await bank.open("ann", 100), 60, "seat", seconds=-1)
    async with calling(create_app(settings("wallet", bank.database.url)), "wallet"):
        while (await bank.account("ann")).held:
            pass  # bounded by the test's time-out
    assert await bank.told("seat") == ["placed", "expired"]
