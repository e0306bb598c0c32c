"""Reads posts and what belongs to them in batches, for the graph.

A list for each of several owners (posts of authors, comments of posts) is read by a lateral join:
each owner's part comes from an index and stops at the page's end, and all come in one statement.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.connections import PageRequest
from subgraphs.social.models import Comment, Post, PostMedia, PostState, ReactionKind, ShoppableTag
from subgraphs.social.repository import comment_of, post_of
from subgraphs.social.tables import comments, follows, post_media, posts, reactions, tags


async def posts_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Post]:
    """Posts that exist, by id, whoever may see them."""
    rows = await session.execute(sa.select(posts).where(posts.c.id.in_(ids)))
    return {row["id"]: post_of(row) for row in rows.mappings()}


async def feed_for_everyone(session: AsyncSession, request: PageRequest) -> list[Post]:
    """Published posts, most engaging first."""
    query = (
        sa.select(posts)
        .where(posts.c.state == PostState.PUBLISHED)
        .order_by(posts.c.engagement_score.desc(), posts.c.id.desc())
        .limit(request.limit)
    )
    place = request.after(tuple[int, str])
    if place is not None:
        query = query.where(_before(place, posts.c.engagement_score, posts.c.id))
    return [post_of(row) for row in (await session.execute(query)).mappings()]


async def feed_of_followed(
    session: AsyncSession, viewer_id: str, request: PageRequest
) -> list[Post]:
    """Published posts of those whom the viewer follows, latest first."""
    followed = sa.select(follows.c.followee_id).where(follows.c.follower_id == viewer_id)
    query = (
        sa.select(posts)
        .where(posts.c.state == PostState.PUBLISHED, posts.c.author_id.in_(followed))
        .order_by(posts.c.created_at.desc(), posts.c.id.desc())
        .limit(request.limit)
    )
    place = request.after(tuple[datetime, str])
    if place is not None:
        query = query.where(_before(place, posts.c.created_at, posts.c.id))
    return [post_of(row) for row in (await session.execute(query)).mappings()]


async def posts_of_authors(
    session: AsyncSession, authors: Collection[str], request: PageRequest, viewer_id: str | None
) -> dict[str, list[Post]]:
    """Each author's posts that the viewer may see, latest first."""
    owner = _owners(authors)
    visible: sa.ColumnElement[bool] = posts.c.state.in_([PostState.PUBLISHED, PostState.LIMITED])
    if viewer_id is not None:
        visible = sa.or_(visible, posts.c.author_id == viewer_id)
    query = sa.select(posts).where(posts.c.author_id == owner.c.id, visible)
    return await _posts_of(session, owner, query, request)


async def posts_of_products(
    session: AsyncSession, products: Collection[str], request: PageRequest
) -> dict[str, list[Post]]:
    """Each product's published posts, latest first."""
    owner = _owners(products)
    tagged = sa.select(tags.c.post_id).where(tags.c.product_id == owner.c.id).correlate(owner)
    query = sa.select(posts).where(posts.c.id.in_(tagged), posts.c.state == PostState.PUBLISHED)
    return await _posts_of(session, owner, query, request)


async def comments_of_posts(
    session: AsyncSession, post_ids: Collection[str], request: PageRequest
) -> dict[str, list[Comment]]:
    """Each post's comments, oldest first."""
    owner = _owners(post_ids)
    query = (
        sa.select(comments)
        .where(comments.c.post_id == owner.c.id)
        .order_by(comments.c.at, comments.c.id)
        .limit(request.limit)
    )
    place = request.after(tuple[datetime, str])
    if place is not None:
        query = query.where(
            sa.tuple_(comments.c.at, comments.c.id) > sa.tuple_(*map(sa.literal, place))
        )
    part = query.lateral("part")
    statement = (
        sa.select(owner.c.id.label("owner"), part)
        .select_from(owner.join(part, sa.true()))
        .order_by(part.c.at, part.c.id)
    )
    found: dict[str, list[Comment]] = {}
    for row in (await session.execute(statement)).mappings():
        found.setdefault(row["owner"], []).append(comment_of(row))
    return found


async def media_of_posts(
    session: AsyncSession, post_ids: Collection[str]
) -> dict[str, list[PostMedia]]:
    """Each post's pictures in order."""
    query = sa.select(post_media).where(post_media.c.post_id.in_(post_ids))
    rows = await session.execute(query.order_by(post_media.c.post_id, post_media.c.position))
    found: dict[str, list[PostMedia]] = {}
    for row in rows.mappings():
        found.setdefault(row["post_id"], []).append(PostMedia(**row))
    return found


async def tags_of_posts(
    session: AsyncSession, post_ids: Collection[str]
) -> dict[str, list[ShoppableTag]]:
    """Each post's tags in order."""
    query = sa.select(tags).where(tags.c.post_id.in_(post_ids))
    rows = await session.execute(query.order_by(tags.c.post_id, tags.c.position))
    found: dict[str, list[ShoppableTag]] = {}
    for row in rows.mappings():
        tag = ShoppableTag(
            id=row["id"],
            post_id=row["post_id"],
            product_id=row["product_id"],
            variant_id=row["variant_id"],
            x=row["x"],
            y=row["y"],
            media_index=row["media_index"],
        )
        found.setdefault(tag.post_id, []).append(tag)
    return found


async def reactions_of_viewer(
    session: AsyncSession, viewer_id: str, post_ids: Collection[str]
) -> dict[str, list[ReactionKind]]:
    """The viewer's own reactions to each post."""
    rows = await session.execute(
        sa.select(reactions.c.post_id, reactions.c.kind)
        .where(reactions.c.customer_id == viewer_id, reactions.c.post_id.in_(post_ids))
        .order_by(reactions.c.post_id, reactions.c.kind)
    )
    found: dict[str, list[ReactionKind]] = {}
    for row in rows:
        found.setdefault(row.post_id, []).append(ReactionKind(row.kind))
    return found


async def follower_counts(session: AsyncSession, customer_ids: Collection[str]) -> dict[str, int]:
    """How many follow each customer."""
    return await _counts(session, follows.c.followee_id, customer_ids)


async def following_counts(session: AsyncSession, customer_ids: Collection[str]) -> dict[str, int]:
    """How many each customer follows."""
    return await _counts(session, follows.c.follower_id, customer_ids)


async def followed_by(
    session: AsyncSession, viewer_id: str, customer_ids: Collection[str]
) -> set[str]:
    """Those of the customers whom the viewer follows."""
    rows = await session.scalars(
        sa.select(follows.c.followee_id).where(
            follows.c.follower_id == viewer_id, follows.c.followee_id.in_(customer_ids)
        )
    )
    return set(rows)


async def _counts(
    session: AsyncSession, column: sa.Column[str], ids: Collection[str]
) -> dict[str, int]:
    query = sa.select(column, sa.func.count()).where(column.in_(ids)).group_by(column)
    return {row[0]: row[1] for row in await session.execute(query)}


async def _posts_of(
    session: AsyncSession, owner: Any, query: sa.Select[Any], request: PageRequest
) -> dict[str, list[Post]]:
    """Run `query`, which refers to `owner`, for each of the owners; latest posts first."""
    place = request.after(tuple[datetime, str])
    if place is not None:
        query = query.where(_before(place, posts.c.created_at, posts.c.id))
    ordered = query.order_by(posts.c.created_at.desc(), posts.c.id.desc()).limit(request.limit)
    part = ordered.lateral("part")
    statement = (
        sa.select(owner.c.id.label("owner"), part)
        .select_from(owner.join(part, sa.true()))
        .order_by(part.c.created_at.desc(), part.c.id.desc())
    )
    found: dict[str, list[Post]] = {}
    for row in (await session.execute(statement)).mappings():
        found.setdefault(row["owner"], []).append(post_of(row))
    return found


def _owners(ids: Collection[str]) -> Any:
    wanted = sa.literal(list(ids), pg.ARRAY(sa.Text))
    return (
        sa.func.unnest(wanted).table_valued(sa.column("id", sa.Text)).render_derived(name="owner")
    )


def _before(place: tuple[Any, ...], *columns: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return sa.tuple_(*columns) < sa.tuple_(*map(sa.literal, place))
