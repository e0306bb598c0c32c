"""Posts, reactions, comments, follows and reports."""

from alembic import op

from subgraphs.shared.idempotency import create_idempotency
from subgraphs.shared.outbox import create_outbox

revision = "v0001"
down_revision = None


def upgrade() -> None:
    create_outbox("social")
    create_idempotency("social")
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("reports", "follows", "comments", "reactions", "tags", "post_media", "posts"):
        op.drop_table(table, schema="social")
    for table in ("idempotency", "outbox_sequence", "outbox"):
        op.drop_table(table, schema="social")


STATEMENTS = (
    """
    create table social.posts (
        id text primary key,
        author_id text not null,
        body text not null,
        topics text[] not null,
        state text not null,
        created_at timestamptz not null,
        like_count integer not null default 0,
        save_count integer not null default 0,
        share_count integer not null default 0,
        comment_count integer not null default 0,
        follow_count integer not null default 0,
        version bigint not null,
        engagement_score integer not null generated always as (
            like_count + save_count + 4 * comment_count + 4 * share_count + 8 * follow_count
        ) stored,
        constraint posts_state_known
            check (state in ('PENDING_REVIEW', 'PUBLISHED', 'LIMITED', 'REMOVED')),
        constraint posts_counts_not_negative
            check (least(like_count, save_count, share_count, comment_count, follow_count) >= 0)
    )""",
    """
    create index posts_by_score on social.posts (engagement_score, id)
        where state = 'PUBLISHED'""",
    "create index posts_by_author on social.posts (author_id, created_at, id)",
    """
    create table social.post_media (
        post_id text not null references social.posts,
        position integer not null,
        file text not null,
        kind text not null,
        width integer not null,
        height integer not null,
        primary key (post_id, position)
    )""",
    """
    create table social.tags (
        id text primary key,
        post_id text not null references social.posts,
        position integer not null,
        product_id text not null,
        variant_id text,
        x double precision not null,
        y double precision not null,
        media_index integer not null,
        constraint tags_inside_picture check (x between 0 and 1 and y between 0 and 1),
        constraint tags_one_per_position unique (post_id, position)
    )""",
    "create index tags_by_product on social.tags (product_id, post_id)",
    """
    create table social.reactions (
        post_id text not null references social.posts,
        customer_id text not null,
        kind text not null,
        at timestamptz not null default now(),
        primary key (post_id, customer_id, kind),
        constraint reactions_kind_known check (kind in ('LIKE', 'SAVE', 'SHARE'))
    )""",
    """
    create table social.comments (
        id text primary key,
        post_id text not null references social.posts,
        author_id text not null,
        body text not null,
        at timestamptz not null,
        parent_id text,
        constraint comments_id_in_post unique (post_id, id),
        constraint comments_parent_in_post
            foreign key (post_id, parent_id) references social.comments (post_id, id)
    )""",
    "create index comments_by_post on social.comments (post_id, at, id)",
    """
    create table social.follows (
        follower_id text not null,
        followee_id text not null,
        at timestamptz not null default now(),
        post_id text references social.posts,
        primary key (follower_id, followee_id),
        constraint follows_not_oneself check (follower_id <> followee_id)
    )""",
    "create index follows_by_followee on social.follows (followee_id)",
    """
    create table social.reports (
        post_id text not null references social.posts,
        reporter_id text not null,
        reason text not null,
        at timestamptz not null default now(),
        primary key (post_id, reporter_id)
    )""",
)
