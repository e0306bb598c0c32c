"""Seats that are held until a wallet has paid them, and groups that wait for their leader."""

from alembic import op

from subgraphs.shared.inbox import create_inbox

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    alter table groupbuy.group_buy
        alter column opens_at drop not null,
        drop constraint group_buy_state_check,
        add constraint group_state check (state in ('PENDING_LEADER', 'OPEN', 'FILLED', 'EXPIRED',
            'CANCELLED', 'REFUNDING', 'REFUNDED')),
        add constraint group_opened check (
            opens_at is not null or state not in ('OPEN', 'FILLED', 'EXPIRED'))""",
    """
    alter table groupbuy.member
        alter column card_token drop not null,
        add column wallet_id text,
        add column held_until timestamptz,
        add column refusal text,
        drop constraint member_state_check,
        add constraint member_state
            check (state in ('HELD', 'PAID', 'CAPTURED', 'RELEASED', 'REFUNDED')),
        add constraint member_pays_one_way check ((card_token is null) <> (wallet_id is null)),
        add constraint member_held_for_a_time
            check (state <> 'HELD' or (wallet_id is not null and held_until is not null))""",
    "create index member_held on groupbuy.member (held_until) where state = 'HELD'",
    # G7: the ways a group may go, and a seat; G8: versions only grow.
    """
    create or replace function groupbuy.guard_group() returns trigger language plpgsql as $$
    begin
        if old.state in ('FILLED', 'REFUNDED') then
            raise exception 'group % is closed for good', old.id
                using errcode = 'restrict_violation';
        end if;
        if new.version <> old.version + 1 then
            raise exception 'group % skips a version', old.id using errcode = 'restrict_violation';
        end if;
        if new.state <> old.state and old.state || ' ' || new.state not in (
            'PENDING_LEADER OPEN', 'PENDING_LEADER CANCELLED',
            'OPEN FILLED', 'OPEN EXPIRED', 'OPEN CANCELLED',
            'EXPIRED REFUNDING', 'EXPIRED REFUNDED', 'CANCELLED REFUNDING', 'CANCELLED REFUNDED',
            'REFUNDING REFUNDED'
        ) then
            raise exception 'group % does not go from % to %', old.id, old.state, new.state
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$""",
    """
    create function groupbuy.guard_member() returns trigger language plpgsql as $$
    begin
        if old.state || ' ' || new.state not in (
            'HELD PAID', 'HELD RELEASED', 'PAID CAPTURED', 'PAID RELEASED', 'PAID REFUNDED'
        ) then
            raise exception 'seat % does not go from % to %', old.id, old.state, new.state
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$""",
    """
    create trigger member_guarded before update on groupbuy.member
    for each row execute function groupbuy.guard_member()""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    create_inbox("groupbuy")
