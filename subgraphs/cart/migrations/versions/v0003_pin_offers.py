"""Prices of live pins: the cart's copy of what streams hold up, and for how long."""

from alembic import op

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "alter table cart.variant add column product_id text",
    """
    create table cart.pin_offer (
        pin_id text primary key,
        stream_id text not null,
        product_id text not null,
        variant_id text,
        currency text not null,
        amount bigint not null check (amount > 0),
        opens_at timestamptz not null,
        closes_at timestamptz,
        constraint pin_offer_window check (closes_at >= opens_at)
    )""",
    "create index pin_offer_of_stream on cart.pin_offer (stream_id)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
