"""Who watches and likes a stream, and how fast anybody may act in it."""

from alembic import op

revision = "v0005"
down_revision = "v0004"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    create table livestream.presence (
        stream_id text primary key references livestream.streams,
        viewers integer not null default 0,
        peak_viewers integer not null default 0,
        likes bigint not null default 0,
        told_likes bigint not null default 0,
        told_at timestamptz not null default '-infinity',
        constraint presence_peak check (0 <= viewers and viewers <= peak_viewers),
        constraint presence_likes check (0 <= told_likes and told_likes <= likes)
    )""",
    "create index presence_to_tell on livestream.presence (stream_id)"
    " where viewers > 0 or told_likes < likes or told_at = '-infinity'",
    # The newest report of each gateway process; one that is old counts no more.
    """
    create table livestream.audience_reports (
        stream_id text not null references livestream.streams,
        reporter text not null,
        viewers integer not null constraint audience_report_viewers check (viewers > 0),
        reported_at timestamptz not null,
        primary key (stream_id, reporter)
    )""",
    "create index audience_report_by_reporter on livestream.audience_reports (reporter)",
    # Until when a customer's allowance for an act is used up: see `paces`.
    """
    create table livestream.paces (
        stream_id text not null references livestream.streams,
        customer_id text not null,
        act text not null,
        busy_until timestamptz not null,
        primary key (stream_id, customer_id, act)
    )""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
