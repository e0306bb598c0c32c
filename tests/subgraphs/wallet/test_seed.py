from sqlalchemy import text

from subgraphs.shared.demo import CUSTOMERS, PERSONAS, customer_id
from subgraphs.wallet.repository import accounts_of, trial_balance
from subgraphs.wallet.seed import seed, wallet_id
from tests.support.wallets import Bank


async def _rows(bank: Bank) -> list[tuple[str, int, int]]:
    query = text("select id, posted, version from wallet.account order by id")
    async with bank.database.session() as session:
        return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def test_the_demo_wallets_are_there_and_the_books_balance(bank: Bank):
    await seed(bank.database)
    await bank.audit()
    async with bank.database.session() as session:
        for customer in range(1, CUSTOMERS + 1):
            mine = await accounts_of(session, customer_id(customer))
            assert mine[0].id == wallet_id(customer)
            assert mine[0].posted > 0
            assert any(account.currency == "PTS" for account in mine)
        shopper = await accounts_of(session, PERSONAS["shopper"].sub)
        assert {account.currency for account in shopper} >= {"INR", "USD", "JPY", "KWD"}
        assert (await trial_balance(session, "INR")).difference == 0


async def test_seeding_again_changes_nothing(bank: Bank):
    await seed(bank.database)
    before = await _rows(bank)
    await seed(bank.database)
    assert await _rows(bank) == before
