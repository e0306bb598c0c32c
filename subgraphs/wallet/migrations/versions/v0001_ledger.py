"""The ledger. The database itself keeps the books straight: see the triggers."""

from alembic import op

from subgraphs.shared.idempotency import create_idempotency
from subgraphs.shared.outbox import create_outbox

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    create table wallet.account (
        id text primary key,
        owner_id text,
        kind text not null check (kind in ('CASH', 'POINTS', 'MERCHANT', 'SYSTEM')),
        currency text not null,
        posted bigint not null default 0,
        held bigint not null default 0 constraint account_held_not_negative check (held >= 0),
        version bigint not null default 0,
        created_at timestamptz not null default now(),
        constraint account_of_somebody check ((kind = 'SYSTEM') = (owner_id is null)),
        constraint account_not_overdrawn check (kind = 'SYSTEM' or posted - held >= 0),
        constraint account_in_range check (abs(posted) < 9007199254740992),
        constraint account_one_of_a_kind unique (owner_id, kind, currency),
        unique (id, currency)
    )""",
    """
    create table wallet.transfer (
        id text primary key,
        reason text not null,
        ref_id text,
        memo text constraint transfer_memo_short check (length(memo) <= 140),
        posted_at timestamptz not null default clock_timestamp()
    )""",
    """
    create table wallet.entry (
        id text primary key,
        transfer_id text not null references wallet.transfer,
        account_id text not null,
        currency text not null,
        amount bigint not null check (amount <> 0),
        balance_after bigint,
        sequence bigint,
        posted_at timestamptz not null default clock_timestamp(),
        foreign key (account_id, currency) references wallet.account (id, currency),
        constraint entry_one_of_a_sequence unique (account_id, sequence)
    )""",
    "create index entry_of_transfer on wallet.entry (transfer_id)",
    "create index entry_by_currency on wallet.entry (currency) include (amount)",
    "create index entry_sent on wallet.entry (account_id, posted_at) include (amount)"
    " where amount < 0",
)

# The balance of an account is moved by its entries and by nothing else.
_APPLY = (
    """
    create function wallet.apply_entry() returns trigger language plpgsql as $$
    begin
        update wallet.account
        set posted = posted + new.amount, version = version + 1
        where id = new.account_id and kind <> 'SYSTEM'
        returning posted, version into new.balance_after, new.sequence;
        return new;
    end $$""",
    """
    create trigger entry_applied before insert on wallet.entry
    for each row execute function wallet.apply_entry()""",
    """
    create function wallet.guard_account() returns trigger language plpgsql as $$
    begin
        if (new.posted, new.version) is distinct from (old.posted, old.version)
           and pg_trigger_depth() < 2 then
            raise exception 'a balance moves by entries only' using errcode = 'restrict_violation';
        end if;
        if (new.id, new.owner_id, new.kind, new.currency)
           is distinct from (old.id, old.owner_id, old.kind, old.currency) then
            raise exception 'an account does not change hands' using errcode = 'restrict_violation';
        end if;
        return new;
    end $$""",
    """
    create trigger account_guarded before update on wallet.account
    for each row execute function wallet.guard_account()""",
    """
    create function wallet.guard_new_account() returns trigger language plpgsql as $$
    begin
        if new.posted <> 0 or new.held <> 0 or new.version <> 0 then
            raise exception 'an account starts empty' using errcode = 'restrict_violation';
        end if;
        return new;
    end $$""",
    """
    create trigger account_starts_empty before insert on wallet.account
    for each row execute function wallet.guard_new_account()""",
)

# L1: at commit, the entries of a transfer add up to zero in each currency, and there are some.
_BALANCE = (
    """
    create function wallet.check_transfer() returns trigger language plpgsql as $$
    declare
        transfer text := case tg_table_name when 'entry' then to_jsonb(new) ->> 'transfer_id'
                                            else to_jsonb(new) ->> 'id' end;
    begin
        if not exists (select from wallet.entry where transfer_id = transfer) then
            raise exception 'transfer % has no entries', transfer using errcode = 'check_violation';
        end if;
        if exists (
            select from wallet.entry where transfer_id = transfer
            group by currency having sum(amount) <> 0
        ) then
            raise exception 'transfer % does not balance', transfer
                using errcode = 'check_violation';
        end if;
        return null;
    end $$""",
    """
    create constraint trigger entry_balances after insert on wallet.entry
    deferrable initially deferred for each row execute function wallet.check_transfer()""",
    """
    create constraint trigger transfer_has_entries after insert on wallet.transfer
    deferrable initially deferred for each row execute function wallet.check_transfer()""",
)

# L3: what was written stays.
_APPEND_ONLY = (
    """
    create function wallet.refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
    end $$""",
    *(
        f"""
        create trigger {table}_append_only before update or delete or truncate on wallet.{table}
        for each statement execute function wallet.refuse_change()"""
        for table in ("entry", "transfer")
    ),
    """
    create trigger account_not_deleted before delete or truncate on wallet.account
    for each statement execute function wallet.refuse_change()""",
)


def upgrade() -> None:
    for statement in (*_TABLES, *_APPLY, *_BALANCE, *_APPEND_ONLY):
        op.execute(statement)
    create_outbox("wallet")
    create_idempotency("wallet")
