"""Payments between wallets that other subgraphs ask for by events."""

from alembic import op

revision = "v0004"
down_revision = "v0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # What is paid for is paid once, however often it is asked.
    "create unique index transfer_gift_once on wallet.transfer (ref_id) where reason = 'GIFT'",
    # What was refused stays refused (L5).
    """
    create table wallet.payment_refusal (
        ref_id text primary key,
        code text not null,
        message text not null,
        refused_at timestamptz not null default clock_timestamp()
    )""",
    """
    create trigger payment_refusal_append_only before update or delete or truncate
    on wallet.payment_refusal for each statement execute function wallet.refuse_change()""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
