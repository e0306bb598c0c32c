"""What the database itself refuses, whoever writes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from subgraphs.shared.database import Database
from tests.support.wallets import Bank


async def run(database: Database, *statements: str) -> None:
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


OPEN = "insert into wallet.transfer (id, reason) values ('t', 'TRANSFER')"


def entry(account: str, amount: int, id_: str | None = None) -> str:
    return f"""insert into wallet.entry (id, transfer_id, account_id, currency, amount)
        values ('{id_ or account}', 't', '{account}', 'INR', {amount})"""


async def test_l1_a_transfer_that_does_not_balance_is_refused_at_commit(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    with pytest.raises(DBAPIError, match="does not balance"):
        await run(bank.database, OPEN, entry(ann, -50), entry(bob, 49))
    with pytest.raises(DBAPIError, match="has no entries"):
        await run(bank.database, OPEN)
    await bank.audit()
    assert (await bank.account("ann")).posted == 100


async def test_a_transfer_that_balances_moves_both_balances(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    await run(bank.database, OPEN, entry(ann, -50), entry(bob, 50))
    assert ((await bank.account("ann")).posted, (await bank.account("bob")).posted) == (50, 50)


async def test_l2_an_account_is_never_overdrawn(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    with pytest.raises(DBAPIError, match="account_not_overdrawn"):
        await run(bank.database, OPEN, entry(bob, 101), entry(ann, -101))
    await bank.audit()


@pytest.mark.parametrize(
    "statement",
    [
        "update wallet.entry set amount = amount * 2",
        "delete from wallet.entry",
        "truncate wallet.entry cascade",
        "update wallet.transfer set reason = 'TOP_UP'",
        "delete from wallet.transfer",
        "delete from wallet.account",
        "update wallet.account set posted = posted + 1",
        "update wallet.account set version = 0",
        "update wallet.account set owner_id = 'eve'",
        "insert into wallet.account (id, owner_id, kind, currency, posted)"
        " values ('x', 'eve', 'CASH', 'INR', 100)",
        "update wallet.account set held = posted + 1 where owner_id is not null",
    ],
)
async def test_l3_what_was_written_cannot_be_changed(bank: Bank, statement: str):
    await bank.open("ann", 100)
    with pytest.raises(DBAPIError, match=r"append-only|by entries only|hands|empty|overdrawn"):
        await run(bank.database, statement)
    await bank.audit()


async def test_an_entry_is_in_the_accounts_currency(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob", currency="EUR")
    with pytest.raises(DBAPIError, match="violates foreign key"):
        await run(bank.database, OPEN, entry(ann, -50), entry(bob, 50))


async def test_the_audit_finds_a_row_that_was_tampered_with(bank: Bank):
    await bank.open("ann", 100)
    await run(
        bank.database,
        "set local session_replication_role = replica",
        "update wallet.entry set amount = 101 where amount = 100",
    )
    with pytest.raises(AssertionError, match="L1"):
        await bank.audit()
