"""Who sends a stream's video, and where viewers find it."""

from alembic import op

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table livestream.broadcasts (
            stream_id text primary key references livestream.streams,
            session_id text not null,
            address text not null,
            on_air boolean not null default false,
            alive_until timestamptz not null
        )"""
    )
