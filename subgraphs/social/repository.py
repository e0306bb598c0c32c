"""Loads a post to change it, and saves what was changed. `reads` has the reads for the graph."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.social.models import (
    Comment,
    Post,
    PostState,
    ReactionKind,
    ReportReason,
    ShoppableTag,
)
from subgraphs.social.tables import comments, follows, posts, reactions, reports, tags

COUNT_OF = {
    ReactionKind.LIKE: posts.c.like_count,
    ReactionKind.SAVE: posts.c.save_count,
    ReactionKind.SHARE: posts.c.share_count,
}


async def lock_post(session: AsyncSession, post_id: str) -> Post | None:
    """Load a post and hold its row until the transaction ends: its counts change one by one."""
    query = sa.select(posts).where(posts.c.id == post_id).with_for_update(key_share=True)
    row = (await session.execute(query)).mappings().one_or_none()
    return None if row is None else post_of(row)


async def add_post(session: AsyncSession, post: Post, tagged: Sequence[ShoppableTag]) -> None:
    """Write a new post with its tags."""
    await session.execute(sa.insert(posts).values(post_row(post)))
    if tagged:
        rows = [tag_row(tag, position) for position, tag in enumerate(tagged)]
        await session.execute(sa.insert(tags), rows)


async def count(
    session: AsyncSession, post_id: str, column: sa.Column[int] | None, by: int, version: int
) -> None:
    """Change one count of a post that is held, or none, and write its new version."""
    values: dict[str, Any] = {"version": version}
    if column is not None:
        values[column.name] = column + by
    await session.execute(sa.update(posts).where(posts.c.id == post_id).values(values))


async def add_reaction(
    session: AsyncSession, post_id: str, customer_id: str, kind: ReactionKind
) -> bool:
    """Whether the reaction is new."""
    insert = pg.insert(reactions).values(post_id=post_id, customer_id=customer_id, kind=kind)
    statement = insert.on_conflict_do_nothing().returning(reactions.c.kind)
    return (await session.execute(statement)).first() is not None


async def remove_reaction(
    session: AsyncSession, post_id: str, customer_id: str, kind: ReactionKind
) -> bool:
    """Whether there was one."""
    statement = (
        sa.delete(reactions)
        .where(
            reactions.c.post_id == post_id,
            reactions.c.customer_id == customer_id,
            reactions.c.kind == kind,
        )
        .returning(reactions.c.kind)
    )
    return (await session.execute(statement)).first() is not None


async def has_comment(session: AsyncSession, post_id: str, comment_id: str) -> bool:
    """Whether the comment stands below the post."""
    query = sa.select(comments.c.id).where(
        comments.c.post_id == post_id, comments.c.id == comment_id
    )
    return (await session.execute(query)).first() is not None


async def add_comment(session: AsyncSession, comment: Comment) -> None:
    """Write a new comment."""
    await session.execute(sa.insert(comments).values(comment_row(comment)))


async def comment_by_id(session: AsyncSession, comment_id: str) -> Comment | None:
    """A comment."""
    query = sa.select(comments).where(comments.c.id == comment_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return None if row is None else comment_of(row)


async def add_follow(
    session: AsyncSession, follower_id: str, followee_id: str, post_id: str | None
) -> bool:
    """Whether the follow is new; one that stands keeps the post that won it."""
    insert = pg.insert(follows).values(
        follower_id=follower_id, followee_id=followee_id, post_id=post_id
    )
    statement = insert.on_conflict_do_nothing().returning(follows.c.follower_id)
    return (await session.execute(statement)).first() is not None


async def remove_follow(
    session: AsyncSession, follower_id: str, followee_id: str
) -> tuple[bool, str | None]:
    """Whether there was one, and the post that had won it."""
    statement = (
        sa.delete(follows)
        .where(follows.c.follower_id == follower_id, follows.c.followee_id == followee_id)
        .returning(follows.c.post_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return (False, None) if row is None else (True, row.post_id)


async def add_report(
    session: AsyncSession, post_id: str, reporter_id: str, reason: ReportReason
) -> bool:
    """Whether it is the reporter's first of this post."""
    insert = pg.insert(reports).values(post_id=post_id, reporter_id=reporter_id, reason=reason)
    statement = insert.on_conflict_do_nothing().returning(reports.c.post_id)
    return (await session.execute(statement)).first() is not None


async def database_time(session: AsyncSession) -> datetime:
    """The instant at which the statement runs, by the one clock that all writers share."""
    at: datetime = (await session.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
    return at


def post_row(post: Post) -> dict[str, Any]:
    """The columns of a post, without the score, which the database works out."""
    return {
        "id": post.id,
        "author_id": post.author_id,
        "body": post.body,
        "topics": list(post.topics),
        "state": post.state,
        "created_at": post.created_at,
        "like_count": post.like_count,
        "save_count": post.save_count,
        "share_count": post.share_count,
        "comment_count": post.comment_count,
        "follow_count": post.follow_count,
        "version": post.version,
    }


def post_of(row: Any) -> Post:
    """A row of posts."""
    return Post(
        id=row["id"],
        author_id=row["author_id"],
        body=row["body"],
        topics=tuple(row["topics"]),
        state=PostState(row["state"]),
        created_at=row["created_at"],
        like_count=row["like_count"],
        save_count=row["save_count"],
        share_count=row["share_count"],
        comment_count=row["comment_count"],
        follow_count=row["follow_count"],
        version=row["version"],
    )


def tag_row(tag: ShoppableTag, position: int) -> dict[str, Any]:
    """The columns of a tag."""
    return {
        "id": tag.id,
        "post_id": tag.post_id,
        "position": position,
        "product_id": tag.product_id,
        "variant_id": tag.variant_id,
        "x": tag.x,
        "y": tag.y,
        "media_index": tag.media_index,
    }


def comment_row(comment: Comment) -> dict[str, Any]:
    """The columns of a comment."""
    return {
        "id": comment.id,
        "post_id": comment.post_id,
        "author_id": comment.author_id,
        "body": comment.body,
        "at": comment.at,
        "parent_id": comment.parent_id,
    }


def comment_of(row: Any) -> Comment:
    """A row of comments."""
    return Comment(
        id=row["id"],
        post_id=row["post_id"],
        author_id=row["author_id"],
        body=row["body"],
        at=row["at"],
        parent_id=row["parent_id"],
    )
