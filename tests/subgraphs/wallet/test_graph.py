"""The wallet's graph, called as the gateway calls it."""

import pytest

from subgraphs.shared.database import Database
from subgraphs.shared.unit_of_work import UnitOfWork
from subgraphs.wallet.models import WalletKind
from subgraphs.wallet.service import open_wallet
from tests.support.subgraphs import Caller
from tests.support.wallets import Bank

TOP_UP = """mutation ($input: WalletTopUpInput!) { walletTopUp(input: $input) {
    wallet { id posted { amount formatted } version }
    entry { id amount { amount } balanceAfter { amount } reason }
    userErrors { code message field } idempotentReplay } }"""
TRANSFER = """mutation ($input: WalletTransferInput!) { walletTransfer(input: $input) {
    from { available { amount } } transferId entry { memo amount { amount } }
    userErrors { code field ... on InsufficientFundsError { available { amount } } }
    idempotentReplay } }"""
BALANCE = """{ trialBalance(currency: "INR") { debits credits difference } }"""


def money(amount: int) -> dict[str, object]:
    return {"amount": amount, "currency": "INR"}


async def test_a_customer_sees_wallets_limits_and_entries(bank: Bank, call: Caller):
    wallet = await bank.open("ann", 500)
    await bank.top_up("ann", wallet, 250)
    [ann] = await call.entities(
        """... on Customer { wallets {
            id kind currency posted { amount } held { amount } available { amount } version
            owner { id } limits { maxBalance { amount } monthlyOutRemaining { amount } tier }
            entries(first: 1) { nodes { reason amount { amount } balanceAfter { amount } }
                pageInfo { hasNextPage endCursor } } } }""",
        [{"__typename": "Customer", "id": "ann"}],
        viewer="ann",
    )
    [seen] = ann["wallets"]
    cursor = seen["entries"]["pageInfo"].pop("endCursor")
    assert seen == {
        "id": wallet,
        "kind": "CASH",
        "currency": "INR",
        "posted": {"amount": 750},
        "held": {"amount": 0},
        "available": {"amount": 750},
        "version": 2,
        "owner": {"id": "ann"},
        "limits": {
            "maxBalance": {"amount": 100_000_000},
            "monthlyOutRemaining": {"amount": 50_000_000},
            "tier": "STANDARD",
        },
        "entries": {
            "nodes": [
                {"reason": "TOP_UP", "amount": {"amount": 250}, "balanceAfter": {"amount": 750}}
            ],
            "pageInfo": {"hasNextPage": True},
        },
    }
    rest = await call.data(
        """query ($id: ID!, $after: String) { wallet(id: $id) { entries(after: $after) {
            edges { cursor node { amount { amount } } }
            pageInfo { hasNextPage hasPreviousPage } } } }""",
        {"id": wallet, "after": cursor},
        viewer="ann",
    )
    entries = rest["wallet"]["entries"]
    assert [edge["node"]["amount"]["amount"] for edge in entries["edges"]] == [500]
    assert entries["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True}


async def test_nobody_else_sees_a_wallet_or_its_entries(bank: Bank, call: Caller):
    wallet = await bank.open("ann")
    entry = (await bank.top_up("ann", wallet, 500)).result.entry.id
    references = [
        {"__typename": "Wallet", "id": wallet},
        {"__typename": "WalletEntry", "id": entry},
        {"__typename": "Wallet", "id": "wal_system_cards_INR"},
    ]
    selection = "... on Wallet { id } ... on WalletEntry { id }"
    owner = await call.entities(selection, references, viewer="ann")
    assert [found and found["id"] for found in owner] == [wallet, entry, None]
    for viewer in ("bob", None):
        assert await call.entities(selection, references, viewer=viewer) == [None, None, None]
    one = "query ($id: ID!) { wallet(id: $id) { id } }"
    assert await call.data(one, {"id": wallet}, viewer="bob") == {"wallet": None}
    anonymous = await call(one, {"id": wallet})
    assert anonymous["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    customers = await call.entities(
        "... on Customer { wallets { id } }",
        [{"__typename": "Customer", "id": "ann"}],
        viewer="bob",
    )
    assert customers[0]["wallets"] == []


async def test_a_top_up_answers_the_same_when_sent_again(bank: Bank, call: Caller):
    wallet = await bank.open("ann")
    asked = {
        "walletId": wallet,
        "amount": money(500),
        "cardToken": "tok_visa",
        "idempotencyKey": "k",
    }
    first = (await call.data(TOP_UP, {"input": asked}, viewer="ann"))["walletTopUp"]
    again = (await call.data(TOP_UP, {"input": asked}, viewer="ann"))["walletTopUp"]
    assert first["userErrors"] == []
    assert first["wallet"]["posted"] == {"amount": 500, "formatted": "₹5.00"}
    assert (first.pop("idempotentReplay"), again.pop("idempotentReplay")) == (False, True)
    assert first == again


async def test_a_refused_transfer_says_how_much_there_is(bank: Bank, call: Caller):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    asked = {
        "fromWalletId": ann,
        "toWalletId": bob,
        "amount": money(500),
        "idempotencyKey": "k",
    }
    for replay in (False, True):
        data = await call.data(TRANSFER, {"input": asked}, viewer="ann", scopes=["wallet:write"])
        assert data["walletTransfer"] == {
            "from": None,
            "transferId": None,
            "entry": None,
            "userErrors": [
                {"code": "INSUFFICIENT_FUNDS", "field": ["amount"], "available": {"amount": 100}}
            ],
            "idempotentReplay": replay,
        }


async def test_a_transfer_needs_the_scope(bank: Bank, call: Caller):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    asked = {
        "fromWalletId": ann,
        "toWalletId": bob,
        "amount": money(50),
        "memo": "lunch",
        "idempotencyKey": "k",
    }
    answer = await call(TRANSFER, {"input": asked}, viewer="ann")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    data = await call.data(TRANSFER, {"input": asked}, viewer="ann", scopes=["wallet:write"])
    assert data["walletTransfer"]["entry"] == {"memo": "lunch", "amount": {"amount": -50}}


async def test_the_trial_balance_is_for_auditors_and_zero(bank: Bank, call: Caller):
    await bank.open("ann", 100)
    answer = await call(BALANCE, viewer="ann")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    data = await call.data(BALANCE, viewer="ann", scopes=["ledger:audit"])
    assert data["trialBalance"] == {"debits": 100, "credits": 100, "difference": 0}


@pytest.mark.parametrize("count", [1, 25])
async def test_a_list_costs_one_statement_each_whatever_its_length(
    bank: Bank, call: Caller, count: int, postgres_statements
):
    wallets = [await bank.open("ann", 10 + n, currency) for n, currency in _currencies(count)]
    selection = """... on Wallet { posted { amount } limits { monthlyOutRemaining { amount } }
        entries(first: 3) { nodes { id amount { amount } } } }"""
    references = [{"__typename": "Wallet", "id": wallet} for wallet in wallets]
    with postgres_statements() as sent:
        found = await call.entities(selection, references, viewer="ann")
    assert [wallet["posted"]["amount"] for wallet in found] == [10 + n for n in range(count)]
    assert all(len(wallet["entries"]["nodes"]) == 1 for wallet in found)
    assert len(sent) == 3, sent  # wallets, what was sent this month, entries


def _currencies(count: int) -> list[tuple[int, str]]:
    # One wallet of a kind for each currency.
    codes = (
        "INR USD EUR CNY JPY KWD GBP CHF SEK NOK DKK PLN CZK"
        " HUF RON BGN TRY AUD NZD CAD SGD HKD THB MYR IDR"
    )
    return list(enumerate(codes.split()[:count]))


async def test_each_mutation_of_an_operation_answers_with_the_wallet_as_it_left_it(
    bank: Bank, call: Caller
):
    wallet = await bank.open("ann", 500)
    both = """mutation ($one: WalletTopUpInput!, $two: WalletTopUpInput!) {
        one: walletTopUp(input: $one) { wallet { ...Seen owner { wallets { ...Seen } } } }
        two: walletTopUp(input: $two) { wallet { ...Seen owner { wallets { ...Seen } } } } }
        fragment Seen on Wallet {
            posted { amount } entries(first: 1) { nodes { amount { amount } } } }"""
    asked = {
        key: {
            "walletId": wallet,
            "amount": money(amount),
            "cardToken": "tok_visa",
            "idempotencyKey": key,
        }
        for key, amount in (("one", 1), ("two", 2))
    }
    answer = await call.data(both, asked, viewer="ann")
    for name, posted, last in (("one", 501, 1), ("two", 503, 2)):
        entries = {"nodes": [{"amount": {"amount": last}}]}
        seen = {"posted": {"amount": posted}, "entries": entries}
        assert answer[name]["wallet"] == seen | {"owner": {"wallets": [seen]}}


async def test_points_are_neither_bought_nor_paid_out(bank: Bank, call: Caller, database: Database):
    async with UnitOfWork(database) as unit:
        wallet = await open_wallet(unit, "ann", WalletKind.POINTS, "PTS")
    withdraw = """mutation ($input: WalletWithdrawInput!) { walletWithdraw(input: $input) {
        entry { id } userErrors { code field } } }"""
    asked = {
        "walletId": wallet,
        "amount": {"amount": 5, "currency": "PTS"},
        "idempotencyKey": "k",
    }
    bought = await call.data(TOP_UP, {"input": asked | {"cardToken": "tok_visa"}}, viewer="ann")
    [error] = bought["walletTopUp"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["walletId"])
    paid = await call.data(
        withdraw,
        {"input": asked | {"bankToken": "bank_test", "idempotencyKey": "l"}},
        viewer="ann",
        scopes=["wallet:write"],
    )
    assert paid["walletWithdraw"] == {
        "entry": None,
        "userErrors": [{"code": "INVALID", "field": ["walletId"]}],
    }
