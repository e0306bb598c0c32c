"""The copy of the catalog's prices can be rebuilt."""

from subgraphs.shared.rebuild import create_rebuild

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_rebuild("cart")
