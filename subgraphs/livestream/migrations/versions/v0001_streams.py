"""Streams, shelves, pins and chat."""

from alembic import op

from subgraphs.shared.idempotency import create_idempotency
from subgraphs.shared.outbox import create_outbox

revision = "v0001"
down_revision = None


def upgrade() -> None:
    create_outbox("livestream")
    create_idempotency("livestream")
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("mutes", "chat_messages", "pins", "shelf_items", "streams"):
        op.drop_table(table, schema="livestream")
    for table in ("idempotency", "outbox_sequence", "outbox"):
        op.drop_table(table, schema="livestream")


STATEMENTS = (
    """
    create table livestream.streams (
        id text primary key,
        title text not null,
        host_id text not null,
        state text not null,
        scheduled_at timestamptz not null,
        started_at timestamptz,
        ended_at timestamptz,
        constraint stream_state_known
            check (state in ('SCHEDULED', 'LIVE', 'ENDED', 'CANCELLED')),
        constraint stream_times_match_state
            check ((started_at is not null) = (state in ('LIVE', 'ENDED'))
                   and (ended_at is not null) = (state in ('ENDED', 'CANCELLED')))
    )""",
    "create index stream_by_time on livestream.streams (scheduled_at, id)",
    "create index stream_by_state on livestream.streams (state, scheduled_at, id)",
    "create index stream_by_host on livestream.streams (host_id, scheduled_at, id)",
    """
    create table livestream.shelf_items (
        stream_id text not null references livestream.streams,
        product_id text not null,
        position integer not null,
        offer_amount bigint,
        offer_currency text,
        primary key (stream_id, product_id),
        constraint shelf_item_one_per_position unique (stream_id, position),
        constraint shelf_item_offer_whole
            check ((offer_amount is null) = (offer_currency is null) and offer_amount > 0)
    )""",
    "create index shelf_item_by_product on livestream.shelf_items (product_id)",
    """
    create table livestream.pins (
        id text primary key,
        stream_id text not null references livestream.streams,
        sequence bigint not null,
        product_id text not null,
        variant_id text,
        offer_amount bigint,
        offer_currency text,
        pinned_at timestamptz not null,
        ends_at timestamptz,
        cleared_sequence bigint,
        constraint pin_one_per_sequence unique (stream_id, sequence),
        constraint pin_offer_whole
            check ((offer_amount is null) = (offer_currency is null) and offer_amount > 0),
        constraint pin_window_open check (ends_at > pinned_at),
        constraint pin_cleared_later check (cleared_sequence > sequence)
    )""",
    """
    create unique index pin_current on livestream.pins (stream_id)
        where cleared_sequence is null""",
    "create index pin_by_product on livestream.pins (stream_id, product_id)",
    """
    create table livestream.chat_messages (
        id text primary key,
        stream_id text not null references livestream.streams,
        sequence bigint not null,
        author_id text not null,
        body text not null,
        at timestamptz not null,
        removed_sequence bigint,
        constraint chat_message_one_per_sequence unique (stream_id, sequence)
    )""",
    """
    create table livestream.mutes (
        stream_id text not null references livestream.streams,
        customer_id text not null,
        until timestamptz not null,
        primary key (stream_id, customer_id)
    )""",
)
