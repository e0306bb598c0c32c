"""Carts, their lines, and the cart's copy of what is sold at which price."""

from alembic import op

from subgraphs.shared.idempotency import create_idempotency
from subgraphs.shared.inbox import create_inbox
from subgraphs.shared.outbox import create_outbox

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table cart.cart (
        id text primary key,
        channel text not null,
        currency text not null,
        customer_id text,
        version integer not null default 1 check (version > 0),
        created_at timestamptz not null,
        expires_at timestamptz not null check (expires_at > created_at)
    )""",
    "create index cart_of_customer on cart.cart (customer_id, created_at desc, id desc)"
    " where customer_id is not null",
    """
    create table cart.line (
        id text primary key,
        cart_id text not null references cart.cart,
        position integer not null check (position > 0),
        variant_id text not null,
        quantity integer not null check (quantity between 1 and 999),
        unit_amount bigint not null check (unit_amount between 0 and 9007199254740991),
        source_kind text,
        source_ref text,
        constraint line_position unique (cart_id, position),
        constraint line_source check ((source_kind is null) = (source_ref is null))
    )""",
    # The same thing from the same place is one line, whoever adds it at the same time.
    "create unique index line_of_variant on cart.line"
    " (cart_id, variant_id, coalesce(source_kind, ''), coalesce(source_ref, ''))",
    """
    create table cart.variant (
        id text primary key,
        on_sale boolean not null
    )""",
    """
    create table cart.price (
        variant_id text not null references cart.variant,
        channel text not null,
        currency text not null,
        amount bigint not null check (amount between 0 and 9007199254740991),
        primary key (variant_id, channel)
    )""",
    "create index price_of_channel on cart.price (channel)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    create_outbox("cart")
    create_idempotency("cart")
    create_inbox("cart")
