"""Opens and fills wallets for tests, and audits the books."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from subgraphs.shared.database import Database
from subgraphs.shared.idempotency import Outcome
from subgraphs.shared.identity import Viewer
from subgraphs.shared.instants import now
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork, transact
from subgraphs.wallet.holds import HoldRequest, capture, place, release
from subgraphs.wallet.models import Account, Hold, HoldRefused, Transfer, WalletKind
from subgraphs.wallet.repository import accounts_of
from subgraphs.wallet.service import Payment, TopUp, Wallets, open_wallet


class Bank:
    """Shortcuts over the wallet's use cases, in INR."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def wallets(self, owner: str) -> Wallets:
        return Wallets(self.database, Viewer(owner))

    async def open(self, owner: str, amount: int = 0, currency: str = "INR") -> str:
        """A cash wallet with that much in it; gives its id."""
        async with UnitOfWork(self.database) as unit:
            wallet = await open_wallet(unit, owner, WalletKind.CASH, currency)
        if amount:
            await self.top_up(owner, wallet, amount, currency)
        return wallet

    async def top_up(
        self, owner: str, wallet: str, amount: int, currency: str = "INR", key: str | None = None
    ) -> Outcome[Transfer]:
        asked = TopUp(wallet_id=wallet, amount=Money(amount, currency), card_token="tok_visa")
        return await self.wallets(owner).top_up(asked, key or uuid4().hex)

    async def pay(
        self, owner: str, source: str, target: str, amount: int, key: str | None = None
    ) -> Outcome[Transfer]:
        money = Money(amount, "INR")
        asked = Payment(from_wallet_id=source, to_wallet_id=target, amount=money, memo=None)
        return await self.wallets(owner).transfer(asked, key or uuid4().hex)

    async def hold(
        self, owner: str, wallet: str, amount: int, ref: str, seconds: float | None = None
    ) -> Hold | HoldRefused:
        """Set money aside for `ref`."""
        expires_at = None if seconds is None else now() + timedelta(seconds=seconds)
        asked = HoldRequest(
            ref_id=ref,
            wallet_id=wallet,
            owner_id=owner,
            amount=Money(amount, "INR"),
            expires_at=expires_at,
        )
        return await transact(self.database, lambda unit: place(unit, asked))

    async def capture(self, ref: str, amount: int | None = None) -> Hold:
        return await transact(self.database, lambda unit: capture(unit, ref, amount))

    async def release(self, ref: str) -> Hold:
        return await transact(self.database, lambda unit: release(unit, ref))

    async def told(self, ref: str) -> list[str]:
        """The types (their last word but one) of the events about a hold, in order."""
        query = text("""
            select split_part(type, '.', 4) from wallet.outbox
            where topic = 'fc.wallet.hold.v1' and key = :ref order by sequence""")
        async with self.database.session() as session:
            return list(await session.scalars(query, {"ref": ref}))

    async def account(self, owner: str) -> Account:
        """The owner's first account."""
        async with self.database.session() as session:
            return (await accounts_of(session, owner))[0]

    async def audit(self) -> None:
        """Assert all that must always hold of the books."""
        for fault, query in _FAULTS.items():
            async with self.database.session() as session:
                found = (await session.execute(text(query))).all()
            assert not found, (fault, found)


_FAULTS = {
    "L1: a transfer does not balance": """
        select transfer_id, currency, sum(amount) from wallet.entry
        group by transfer_id, currency having sum(amount) <> 0""",
    "L2: an account is overdrawn": """
        select id from wallet.account where kind <> 'SYSTEM' and posted - held < 0""",
    "L3: a balance is not the fold of its entries": """
        select a.id, a.posted, a.version from wallet.account as a
        left join wallet.entry as e on e.account_id = a.id where a.kind <> 'SYSTEM'
        group by a.id having a.posted <> coalesce(sum(e.amount), 0) or a.version <> count(e.id)
            or a.version <> coalesce(max(e.sequence), 0)""",
    "L3: an entry's balance is not that of those before it": """
        select id from (
            select id, balance_after,
                   sum(amount) over (partition by account_id order by sequence) as folded
            from wallet.entry where sequence is not null) as e
        where balance_after <> folded""",
    "L6: the trial balance is not zero": """
        select currency, sum(amount) from wallet.entry group by currency having sum(amount) <> 0""",
    "an entry has no event, or an event no entry": """
        select e.id, o.event from (select * from wallet.entry where sequence is not null) as e
        full join (select * from wallet.outbox where topic = 'fc.wallet.entry.v1') as o
            on o.event->'data'->'entry'->>'id' = e.id and o.key = e.account_id
            and o.sequence = e.sequence
        where e.id is null or o.id is null""",
    "L2: what is held is not the sum of the active holds": """
        select a.id, a.held from wallet.account as a
        left join wallet.hold as h on h.account_id = a.id and h.state = 'ACTIVE'
        group by a.id having a.held <> coalesce(sum(h.amount), 0)""",
    "L4: a capture without its hold, or a hold without its capture": """
        select h.id, t.id from (select * from wallet.hold where captured > 0) as h
        full join (
            select t.id, t.ref_id, e.account_id, e.amount from wallet.transfer as t
            join wallet.entry as e on e.transfer_id = t.id and e.sequence is not null
            where t.reason = 'HOLD_CAPTURE'
        ) as t on t.ref_id = h.ref_id and t.account_id = h.account_id and t.amount = -h.captured
        where h.id is null or t.id is null""",
    "L4: a hold's events do not tell its life": """
        select h.id, h.state, array_agg(split_part(o.type, '.', 4) order by o.sequence)
        from wallet.hold as h
        left join wallet.outbox as o on o.key = h.ref_id and o.topic = 'fc.wallet.hold.v1'
        group by h.id having array_agg(split_part(o.type, '.', 4) order by o.sequence)
            <> case h.state when 'ACTIVE' then array['placed']
               when 'PARTIALLY_CAPTURED' then array['placed', 'captured']
               else array['placed', lower(h.state)] end""",
}
