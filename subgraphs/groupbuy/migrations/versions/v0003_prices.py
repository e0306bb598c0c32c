"""The copy of the catalog's prices that offers are held against."""

from alembic import op

from subgraphs.shared.rebuild import create_rebuild

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table groupbuy.price (
            variant_id text not null,
            channel text not null,
            product_id text not null,
            currency text not null,
            amount bigint not null,
            primary key (variant_id, channel)
        )"""
    )
    create_rebuild("groupbuy")
