"""Reads and writes the ledger's rows. Each read of many is one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.connections import PageRequest
from subgraphs.wallet.models import Account, AccountKind, Entry, EntryReason, TrialBalance
from subgraphs.wallet.tables import accounts, entries, transfers

# What counts against the limit of a month.
_SENT = (EntryReason.TRANSFER, EntryReason.GIFT, EntryReason.WITHDRAWAL)
_ACCOUNT = (
    accounts.c.id,
    accounts.c.owner_id,
    accounts.c.kind,
    accounts.c.currency,
    accounts.c.posted,
    accounts.c.held,
    accounts.c.version,
)


async def accounts_of(
    session: AsyncSession, owner: str, ids: Sequence[str] | None = None
) -> list[Account]:
    """The owner's accounts, or those of the ids that are the owner's, as they were opened."""
    query = select(*_ACCOUNT).where(accounts.c.owner_id == owner)
    if ids is not None:
        query = query.where(accounts.c.id.in_(ids))
    rows = await session.execute(query.order_by(accounts.c.created_at, accounts.c.id))
    return [_account(row) for row in rows]


async def lock_accounts(session: AsyncSession, ids: Sequence[str]) -> dict[str, Account]:
    """Customers' accounts, locked until the commit.

    Always in the order of their ids: transfers in opposite directions cannot wait for each other.
    """
    query = (
        select(*_ACCOUNT)
        .where(accounts.c.id.in_(ids), accounts.c.kind != AccountKind.SYSTEM)
        .order_by(accounts.c.id)
        .with_for_update(key_share=True)
    )
    return {row.id: _account(row) for row in await session.execute(query)}


async def open_account(
    session: AsyncSession, id_: str, owner: str | None, kind: AccountKind, currency: str
) -> None:
    """Open an account unless there is one of that kind and currency."""
    statement = upsert(accounts).values(
        id=id_, owner_id=owner, kind=kind, currency=currency, created_at=func.clock_timestamp()
    )
    await session.execute(statement.on_conflict_do_nothing())


async def sent_since(session: AsyncSession, ids: Sequence[str], since: datetime) -> dict[str, int]:
    """Minor units that left each account since then, sent or withdrawn; zero is left out."""
    query = (
        select(entries.c.account_id, -func.sum(entries.c.amount))
        .join(transfers, transfers.c.id == entries.c.transfer_id)
        .where(
            entries.c.account_id.in_(ids),
            entries.c.posted_at >= since,
            entries.c.amount < 0,
            transfers.c.reason.in_(_SENT),
        )
        .group_by(entries.c.account_id)
    )
    return {row[0]: int(row[1]) for row in await session.execute(query)}


async def insert_transfer(
    session: AsyncSession, id_: str, reason: EntryReason, ref_id: str | None, memo: str | None
) -> None:
    """Write a transfer; its entries must follow before the commit."""
    statement = insert(transfers).values(
        id=id_, reason=reason, ref_id=ref_id, memo=memo, posted_at=func.clock_timestamp()
    )
    await session.execute(statement)


async def insert_entries(
    session: AsyncSession, transfer_id: str, legs: Sequence[tuple[str, str, str, int]]
) -> None:
    """Write entries (id, account, currency, amount); the database moves the balances."""
    statement = insert(entries).values(
        [
            {
                "id": id_,
                "transfer_id": transfer_id,
                "account_id": account,
                "currency": currency,
                "amount": amount,
                "posted_at": func.clock_timestamp(),
            }
            for id_, account, currency, amount in legs
        ]
    )
    await session.execute(statement)


async def entries_of_transfer(session: AsyncSession, transfer_id: str) -> list[Entry]:
    """A transfer's entries on customers' accounts."""
    return await _entries(session, "e.transfer_id = :id", {"id": transfer_id})


async def entries_by_ids(session: AsyncSession, owner: str, ids: Sequence[str]) -> list[Entry]:
    """Those of the entries that are on the owner's accounts."""
    where = """e.id = any(:ids) and e.account_id in (
        select id from wallet.account where owner_id = :owner)"""
    return await _entries(session, where, {"ids": list(ids), "owner": owner})


async def entry_pages(
    session: AsyncSession, account_ids: Sequence[str], request: PageRequest
) -> dict[str, list[Entry]]:
    """One page of entries of each account, newest first, up to `request.limit`."""
    after = request.after(tuple[int])
    query = text(f"""
        select {_ENTRY}
        from unnest(cast(:ids as text[])) as asked (id)
        cross join lateral (
            select * from wallet.entry
            where account_id = asked.id and sequence < :before
            order by sequence desc limit :limit
        ) as e
        join wallet.transfer as t on t.id = e.transfer_id
        order by e.account_id, e.sequence desc""")  # noqa: S608 (columns are ours)
    before = after[0] if after else 2**62
    values = {"ids": list(account_ids), "before": before, "limit": request.limit}
    found: dict[str, list[Entry]] = {id_: [] for id_ in account_ids}
    for row in await session.execute(query, values):
        found[row.account_id].append(_entry(row))
    return found


async def trial_balance(session: AsyncSession, currency: str) -> TrialBalance:
    """All entries of the currency, summed up as of one instant."""
    query = text("""
        select coalesce(sum(amount) filter (where amount > 0), 0) as credits,
               coalesce(-sum(amount) filter (where amount < 0), 0) as debits,
               now() as as_of
        from wallet.entry where currency = :currency""")
    row = (await session.execute(query, {"currency": currency})).one()
    return TrialBalance(
        currency=currency, debits=int(row.debits), credits=int(row.credits), as_of=row.as_of
    )


_ENTRY = """e.id, e.account_id, e.transfer_id, e.currency, e.amount, e.balance_after, e.sequence,
    t.reason, t.ref_id, t.memo, e.posted_at"""


async def _entries(session: AsyncSession, where: str, values: dict[str, Any]) -> list[Entry]:
    query = text(f"""
        select {_ENTRY} from wallet.entry as e join wallet.transfer as t on t.id = e.transfer_id
        where e.sequence is not null and {where} order by e.account_id, e.sequence""")  # noqa: S608
    return [_entry(row) for row in await session.execute(query, values)]


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        owner_id=row.owner_id,
        kind=AccountKind(row.kind),
        currency=row.currency,
        posted=row.posted,
        held=row.held,
        version=row.version,
    )


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        account_id=row.account_id,
        transfer_id=row.transfer_id,
        currency=row.currency,
        amount=row.amount,
        balance_after=row.balance_after,
        sequence=row.sequence,
        reason=EntryReason(row.reason),
        ref_id=row.ref_id,
        memo=row.memo,
        posted_at=row.posted_at,
    )
