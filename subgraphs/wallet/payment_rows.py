"""Reads payments from the ledger, and keeps what was refused."""

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.money import Money
from subgraphs.wallet.models import EntryReason, PaymentMade, PaymentRefused
from subgraphs.wallet.tables import payment_refusals


async def by_ref(session: AsyncSession, ref_id: str) -> PaymentMade | None:
    """The payment that was made for that."""
    query = text("""
        select t.id, t.ref_id, paid.account_id as wallet_id, got.account_id as recipient_wallet_id,
               got.amount, got.currency
        from wallet.transfer as t
        join wallet.entry as paid on paid.transfer_id = t.id and paid.amount < 0
        join wallet.entry as got on got.transfer_id = t.id and got.amount > 0
        where t.ref_id = :ref and t.reason = :reason""")
    values = {"ref": ref_id, "reason": EntryReason.GIFT}
    row = (await session.execute(query, values)).one_or_none()
    if row is None:
        return None
    return PaymentMade(
        ref_id=row.ref_id,
        transfer_id=row.id,
        wallet_id=row.wallet_id,
        recipient_wallet_id=row.recipient_wallet_id,
        amount=Money(row.amount, row.currency),
    )


async def refusal(session: AsyncSession, ref_id: str) -> PaymentRefused | None:
    """What was answered when a payment for that was refused."""
    query = select(payment_refusals).where(payment_refusals.c.ref_id == ref_id)
    row = (await session.execute(query)).one_or_none()
    return PaymentRefused(row.ref_id, row.code, row.message) if row else None


async def remember_refusal(session: AsyncSession, refused: PaymentRefused) -> bool:
    """Keep a refusal; whether it is the first for that."""
    statement = (
        upsert(payment_refusals)
        .values(ref_id=refused.ref_id, code=refused.code, message=refused.message)
        .on_conflict_do_nothing()
        .returning(payment_refusals.c.ref_id)
    )
    return (await session.execute(statement)).first() is not None
