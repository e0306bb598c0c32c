"""The wallet reads other subgraphs' events: see `settlements`."""

from subgraphs.shared.inbox import create_inbox

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_inbox("wallet")
