"""The tables of schema `social`, with the constraints that hold its invariants.

The feed's order is a generated column, so the score shown and the score ranked by cannot differ.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

metadata = sa.MetaData(schema="social")

_instant = sa.DateTime(timezone=True)
_count = sa.text("0")

posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("author_id", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("topics", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", _instant, nullable=False),
    sa.Column("like_count", sa.Integer, nullable=False, server_default=_count),
    sa.Column("save_count", sa.Integer, nullable=False, server_default=_count),
    sa.Column("share_count", sa.Integer, nullable=False, server_default=_count),
    sa.Column("comment_count", sa.Integer, nullable=False, server_default=_count),
    sa.Column("follow_count", sa.Integer, nullable=False, server_default=_count),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column(
        "engagement_score",
        sa.Integer,
        sa.Computed(
            "like_count + save_count + 4 * comment_count + 4 * share_count + 8 * follow_count",
            persisted=True,
        ),
        nullable=False,
    ),
    sa.CheckConstraint(
        "state in ('PENDING_REVIEW', 'PUBLISHED', 'LIMITED', 'REMOVED')", name="posts_state_known"
    ),
    sa.CheckConstraint(
        "least(like_count, save_count, share_count, comment_count, follow_count) >= 0",
        name="posts_counts_not_negative",
    ),
    sa.Index(
        "posts_by_score",
        "engagement_score",
        "id",
        postgresql_where=sa.text("state = 'PUBLISHED'"),
    ),
    sa.Index("posts_by_author", "author_id", "created_at", "id"),
)

post_media = sa.Table(
    "post_media",
    metadata,
    sa.Column("post_id", sa.ForeignKey(posts.c.id), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
)

tags = sa.Table(
    "tags",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("post_id", sa.ForeignKey(posts.c.id), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("product_id", sa.Text, nullable=False),
    sa.Column("variant_id", sa.Text),
    sa.Column("x", sa.Float, nullable=False),
    sa.Column("y", sa.Float, nullable=False),
    sa.Column("media_index", sa.Integer, nullable=False),
    sa.CheckConstraint("x between 0 and 1 and y between 0 and 1", name="tags_inside_picture"),
    sa.UniqueConstraint("post_id", "position", name="tags_one_per_position"),
    sa.Index("tags_by_product", "product_id", "post_id"),
)

reactions = sa.Table(
    "reactions",
    metadata,
    sa.Column("post_id", sa.ForeignKey(posts.c.id), primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("at", _instant, nullable=False, server_default=sa.func.now()),
    sa.CheckConstraint("kind in ('LIKE', 'SAVE', 'SHARE')", name="reactions_kind_known"),
)

comments = sa.Table(
    "comments",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("post_id", sa.ForeignKey(posts.c.id), nullable=False),
    sa.Column("author_id", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", _instant, nullable=False),
    sa.Column("parent_id", sa.Text),
    sa.UniqueConstraint("post_id", "id", name="comments_id_in_post"),
    # An answer stays below the post of what it answers.
    sa.ForeignKeyConstraint(
        ["post_id", "parent_id"],
        ["social.comments.post_id", "social.comments.id"],
        name="comments_parent_in_post",
    ),
    sa.Index("comments_by_post", "post_id", "at", "id"),
)

follows = sa.Table(
    "follows",
    metadata,
    sa.Column("follower_id", sa.Text, primary_key=True),
    sa.Column("followee_id", sa.Text, primary_key=True),
    sa.Column("at", _instant, nullable=False, server_default=sa.func.now()),
    # The post that won the follower, if it was one.
    sa.Column("post_id", sa.ForeignKey(posts.c.id)),
    sa.CheckConstraint("follower_id <> followee_id", name="follows_not_oneself"),
    sa.Index("follows_by_followee", "followee_id"),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("post_id", sa.ForeignKey(posts.c.id), primary_key=True),
    sa.Column("reporter_id", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", _instant, nullable=False, server_default=sa.func.now()),
)
