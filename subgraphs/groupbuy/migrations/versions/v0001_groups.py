"""Offers, groups and members."""

from alembic import op

from subgraphs.shared.idempotency import create_idempotency
from subgraphs.shared.outbox import create_outbox

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table groupbuy.offer (
        id text primary key,
        product_id text not null,
        variant_id text not null,
        size integer not null check (size between 2 and 100),
        currency text not null,
        group_price bigint not null check (group_price > 0),
        solo_price bigint not null,
        window_seconds integer not null check (window_seconds > 0),
        starts_at timestamptz not null,
        ends_at timestamptz not null check (ends_at > starts_at),
        quota integer not null check (quota > 0),
        active_groups integer not null default 0,
        sold_groups integer not null default 0,
        per_customer_limit integer check (per_customer_limit > 0),
        constraint offer_is_cheaper check (group_price < solo_price),
        constraint offer_within_quota
            check (0 <= sold_groups and sold_groups <= active_groups and active_groups <= quota)
    )""",
    "create index offer_of_product on groupbuy.offer (product_id, id)",
    """
    create table groupbuy.group_buy (
        id text primary key,
        offer_id text not null references groupbuy.offer,
        state text not null check (state in ('OPEN', 'FILLED', 'EXPIRED', 'CANCELLED', 'REFUNDED')),
        leader_id text not null,
        share_code text not null unique,
        size integer not null,
        paid_count integer not null check (paid_count >= 0),
        held_count integer not null default 0 check (held_count >= 0),
        opens_at timestamptz not null,
        expires_at timestamptz not null check (expires_at > opens_at),
        filled_at timestamptz,
        version integer not null default 1,
        constraint group_has_seats check (paid_count + held_count <= size),
        constraint filled_when_paid check ((state = 'FILLED') = (paid_count = size)),
        constraint filled_once check ((state = 'FILLED') = (filled_at is not null))
    )""",
    "create index group_of_offer on groupbuy.group_buy (offer_id, expires_at, id)"
    " where state = 'OPEN'",
    "create index group_by_state on groupbuy.group_buy (state, expires_at, id)",
    """
    create table groupbuy.member (
        id text primary key,
        group_id text not null references groupbuy.group_buy,
        customer_id text not null,
        seat integer not null check (seat > 0),
        quantity integer not null check (quantity > 0),
        state text not null check (state in ('PAID', 'CAPTURED', 'RELEASED', 'REFUNDED')),
        card_token text not null,
        joined_at timestamptz not null
    )""",
    # Who gave up a seat may take one again; the seat is free for others.
    "create unique index member_seat on groupbuy.member (group_id, seat) where state <> 'RELEASED'",
    "create unique index member_once on groupbuy.member (group_id, customer_id)"
    " where state <> 'RELEASED'",
    "create index member_of_customer on groupbuy.member (customer_id, joined_at desc, id desc)",
    # G7: final states stay; G8: versions only grow.
    """
    create function groupbuy.guard_group() returns trigger language plpgsql as $$
    begin
        if old.state in ('FILLED', 'REFUNDED') then
            raise exception 'group % is closed for good', old.id
                using errcode = 'restrict_violation';
        end if;
        if new.version <> old.version + 1 then
            raise exception 'group % skips a version', old.id using errcode = 'restrict_violation';
        end if;
        return new;
    end $$""",
    """
    create trigger group_guarded before update on groupbuy.group_buy
    for each row execute function groupbuy.guard_group()""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    create_outbox("groupbuy")
    create_idempotency("groupbuy")
