"""Demo wallets, made through the use cases: doing it again changes nothing.

Every customer has cash in the currency of one channel and points; personas have cash in more.
"""

import random

from subgraphs.shared import cards
from subgraphs.shared.database import Database
from subgraphs.shared.demo import CHANNELS, CUSTOMERS, PERSONAS, customer_id, demo_id
from subgraphs.shared.idempotency import Once, once, was_used
from subgraphs.shared.identity import Viewer
from subgraphs.shared.money import POINTS, Money
from subgraphs.shared.unit_of_work import UnitOfWork
from subgraphs.wallet import repository
from subgraphs.wallet.ledger import Movement, after, post
from subgraphs.wallet.models import EntryReason, Outside, Transfer, WalletKind
from subgraphs.wallet.service import Payment, TopUp, Wallets, open_wallet

# Whole units to start with.
_START = {"INR": 25_000, "USD": 300, "EUR": 280, "CNY": 2_000, "JPY": 45_000, "KWD": 90}
_POINTS = 1_200
_TRANSFERS = 120
_MEMOS = ("Lunch", "Thanks!", "Your half of the group-buy", "Happy birthday", "For the tickets")
_LAST = f"seed:transfer:{_TRANSFERS - 1}"


def wallet_id(customer: int) -> str:
    """The first cash wallet of customer n."""
    return demo_id("wal", customer)


def points_wallet_id(customer: int) -> str:
    """The points wallet of customer n."""
    return demo_id("wal", 1_000 + customer)


def currency_of(customer: int) -> str:
    """The currency of the first cash wallet; personas shop in India."""
    if customer <= len(PERSONAS):
        return CHANNELS[0].currency
    return CHANNELS[customer % len(CHANNELS)].currency


async def seed(database: Database) -> None:
    """Open and fill the wallets, and send some money around."""
    if await was_used(database, _LAST):
        return
    for customer in range(1, CUSTOMERS + 1):
        await _cash(database, customer, currency_of(customer), wallet_id(customer))
        await _points(database, customer)
    for persona in PERSONAS.values():
        for place, channel in enumerate(CHANNELS[1:], start=1):
            id_ = demo_id("wal", 2_000 + persona.customer * 10 + place)
            await _cash(database, persona.customer, channel.currency, id_)
    chance = random.Random(20261122)  # noqa: S311 (the same each time)
    for n in range(_TRANSFERS):
        await _transfer(database, n, chance)


async def _cash(database: Database, customer: int, currency: str, id_: str) -> None:
    owner = customer_id(customer)
    async with UnitOfWork(database) as unit:
        await open_wallet(unit, owner, WalletKind.CASH, currency, id_)
    unit_size = 10 ** Money.zero(currency).exponent
    amount = Money((_START[currency] + customer * 7) * unit_size, currency)
    asked = TopUp(wallet_id=id_, amount=amount, card_token=cards.GOOD)
    await Wallets(database, Viewer(owner)).top_up(asked, f"seed:top-up:{id_}")


async def _points(database: Database, customer: int) -> None:
    owner, id_ = customer_id(customer), points_wallet_id(customer)
    amount = Money(_POINTS + customer * 13, POINTS)
    request = Once(actor=owner, key="seed:points", operation="seed", input=amount)
    async with UnitOfWork(database) as unit:
        await open_wallet(unit, owner, WalletKind.POINTS, POINTS, id_)

        async def work() -> Transfer:
            account = (await repository.lock_accounts(unit.session, [id_]))[id_]
            movement = Movement(
                source=Outside.REWARDS,
                target=account,
                amount=amount,
                reason=EntryReason.POINTS_EARN,
                memo="Welcome",
            )
            posted = await post(unit, movement)
            entry = posted.entries[id_]
            return Transfer(id=posted.transfer_id, account=after(account, entry), entry=entry)

        await once(unit, request, work, Transfer)


async def _transfer(database: Database, n: int, chance: random.Random) -> None:
    sender = chance.randint(1, CUSTOMERS)
    currency = currency_of(sender)
    others = [c for c in range(1, CUSTOMERS + 1) if c != sender and currency_of(c) == currency]
    percent = chance.randint(1, 4)
    unit_size = 10 ** Money.zero(currency).exponent
    payment = Payment(
        from_wallet_id=wallet_id(sender),
        to_wallet_id=wallet_id(chance.choice(others)),
        amount=Money(_START[currency] * unit_size * percent // 100, currency),
        memo=chance.choice(_MEMOS),
    )
    viewer = Viewer(customer_id(sender))
    await Wallets(database, viewer).transfer(payment, f"seed:transfer:{n}")
