"""The catalogue of gifts, and gifts that viewers send: the wallet tells which are paid."""

from alembic import op

from subgraphs.shared.inbox import create_inbox

revision = "v0004"
down_revision = "v0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table livestream.gifts (
        id text primary key,
        position integer not null constraint gift_one_per_position unique,
        name text not null,
        amount bigint not null constraint gift_costs_something check (amount > 0),
        currency text not null,
        icon_url text
    )""",
    """
    create table livestream.gift_sendings (
        id text primary key,
        stream_id text not null references livestream.streams,
        gift_id text not null references livestream.gifts,
        count integer not null constraint gift_sending_count check (count > 0),
        customer_id text not null,
        wallet_id text not null,
        amount bigint not null constraint gift_sending_amount check (amount > 0),
        currency text not null,
        state text not null default 'PENDING'
            constraint gift_sending_state check (state in ('PENDING', 'SENT', 'REFUSED')),
        refusal text,
        sequence bigint,
        sent_at timestamptz not null,
        constraint gift_sending_one_per_sequence unique (stream_id, sequence),
        constraint gift_sending_told check ((state = 'SENT') = (sequence is not null)),
        constraint gift_sending_refused check ((state = 'REFUSED') = (refusal is not null))
    )""",
    # A gift is settled once, and stays what it is.
    """
    create function livestream.guard_gift_sending() returns trigger language plpgsql as $$
    begin
        if old.state <> 'PENDING' then
            raise exception 'gift % is settled', old.id using errcode = 'restrict_violation';
        end if;
        return new;
    end $$""",
    """
    create trigger gift_sending_guarded before update on livestream.gift_sendings
    for each row execute function livestream.guard_gift_sending()""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    create_inbox("livestream")
