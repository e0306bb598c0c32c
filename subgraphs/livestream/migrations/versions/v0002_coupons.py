"""Coupon drops and who claimed them."""

from alembic import op

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table livestream.coupon_drops (
        id text primary key,
        stream_id text not null references livestream.streams,
        sequence bigint not null,
        title text not null,
        percent integer not null,
        quantity integer not null,
        claimed integer not null default 0,
        ends_at timestamptz not null,
        constraint coupon_drop_one_per_sequence unique (stream_id, sequence),
        constraint coupon_drop_percent check (percent between 1 and 100),
        constraint coupon_drop_claims check (0 <= claimed and claimed <= quantity)
    )""",
    """
    create table livestream.coupon_claims (
        code text primary key,
        drop_id text not null references livestream.coupon_drops,
        customer_id text not null,
        claimed_at timestamptz not null,
        constraint coupon_claim_one_each unique (drop_id, customer_id)
    )""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
