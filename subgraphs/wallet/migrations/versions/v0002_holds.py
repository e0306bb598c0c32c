"""Holds: money set aside within an account. The database keeps `held` as it keeps `posted`."""

from alembic import op

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None

_TABLES = (
    """
    create table wallet.hold (
        id text primary key,
        ref_id text not null constraint hold_once unique,
        account_id text not null,
        currency text not null,
        amount bigint not null constraint hold_of_something check (amount > 0),
        captured bigint not null default 0,
        state text not null default 'ACTIVE' check (
            state in ('ACTIVE', 'CAPTURED', 'PARTIALLY_CAPTURED', 'RELEASED', 'EXPIRED')),
        expires_at timestamptz,
        created_at timestamptz not null default clock_timestamp(),
        resolved_at timestamptz,
        foreign key (account_id, currency) references wallet.account (id, currency),
        constraint hold_captures_no_more check (0 <= captured and captured <= amount),
        constraint hold_captured_whole check ((state = 'CAPTURED') = (captured = amount)),
        constraint hold_captured_in_part
            check ((state = 'PARTIALLY_CAPTURED') = (0 < captured and captured < amount)),
        constraint hold_resolved check ((state = 'ACTIVE') = (resolved_at is null))
    )""",
    "create index hold_of_account on wallet.hold (account_id, created_at desc, id desc)",
    "create index hold_due on wallet.hold (expires_at)"
    " where state = 'ACTIVE' and expires_at is not null",
    # What was refused stays refused, however often it is asked (L5).
    """
    create table wallet.hold_refusal (
        ref_id text primary key,
        code text not null,
        message text not null,
        refused_at timestamptz not null default clock_timestamp()
    )""",
    # A hold's money is taken once.
    "create unique index transfer_captures_once on wallet.transfer (ref_id)"
    " where reason = 'HOLD_CAPTURE'",
)

_APPLY = (
    """
    create or replace function wallet.guard_account() returns trigger language plpgsql as $$
    begin
        if (new.posted, new.version, new.held)
           is distinct from (old.posted, old.version, old.held) and pg_trigger_depth() < 2 then
            raise exception 'a balance moves by entries only, what is held by holds only'
                using errcode = 'restrict_violation';
        end if;
        if (new.id, new.owner_id, new.kind, new.currency)
           is distinct from (old.id, old.owner_id, old.kind, old.currency) then
            raise exception 'an account does not change hands' using errcode = 'restrict_violation';
        end if;
        return new;
    end $$""",
    """
    create function wallet.apply_hold() returns trigger language plpgsql as $$
    begin
        if tg_op = 'INSERT' then
            if new.state <> 'ACTIVE' then
                raise exception 'a hold starts active' using errcode = 'restrict_violation';
            end if;
            update wallet.account set held = held + new.amount
            where id = new.account_id and kind <> 'SYSTEM';
            if not found then
                raise exception 'only a customer''s account holds'
                    using errcode = 'restrict_violation';
            end if;
            return new;
        end if;
        if old.state <> 'ACTIVE' or new.state = 'ACTIVE' then
            raise exception 'hold % resolves once', old.id using errcode = 'restrict_violation';
        end if;
        if (new.id, new.ref_id, new.account_id, new.currency, new.amount)
           is distinct from (old.id, old.ref_id, old.account_id, old.currency, old.amount) then
            raise exception 'hold % stays what it is', old.id using errcode = 'restrict_violation';
        end if;
        update wallet.account set held = held - old.amount where id = old.account_id;
        return new;
    end $$""",
    """
    create trigger hold_applied before insert or update on wallet.hold
    for each row execute function wallet.apply_hold()""",
    # L4: at commit, what was captured has left the account.
    """
    create function wallet.check_capture() returns trigger language plpgsql as $$
    begin
        if new.captured > 0 and not exists (
            select from wallet.transfer as t join wallet.entry as e on e.transfer_id = t.id
            where t.reason = 'HOLD_CAPTURE' and t.ref_id = new.ref_id
              and e.account_id = new.account_id and e.amount = -new.captured
        ) then
            raise exception 'hold % captured without a transfer', new.id
                using errcode = 'check_violation';
        end if;
        return null;
    end $$""",
    """
    create constraint trigger hold_captured after update on wallet.hold
    deferrable initially deferred for each row execute function wallet.check_capture()""",
    """
    create trigger hold_not_deleted before delete or truncate on wallet.hold
    for each statement execute function wallet.refuse_change()""",
    """
    create trigger hold_refusal_append_only before update or delete or truncate
    on wallet.hold_refusal for each statement execute function wallet.refuse_change()""",
)


def upgrade() -> None:
    for statement in (*_TABLES, *_APPLY):
        op.execute(statement)
