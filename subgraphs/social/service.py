"""What customers do with posts and with each other.

Every command to a post takes its row first, then checks, then changes, and only then takes the
sequence of its event, which becomes the post's version. What changes nothing writes no event.
"""

import re
from typing import Any

import msgspec
import sqlalchemy as sa

from subgraphs.shared.events import Event
from subgraphs.shared.ids import is_id, new_id
from subgraphs.shared.unit_of_work import UnitOfWork
from subgraphs.social import errors, events, repository
from subgraphs.social.models import (
    BODY_LIMIT,
    COMMENT_LIMIT,
    TAG_LIMIT,
    TOPIC_LENGTH,
    TOPIC_LIMIT,
    Comment,
    Post,
    PostState,
    ReactionKind,
    ReportReason,
    ShoppableTag,
)
from subgraphs.social.tables import posts

_TOPIC = re.compile(rf"[a-z0-9]{{1,{TOPIC_LENGTH}}}")


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A product to tag; `x` and `y` run from 0 to 1, from the top left."""

    product_id: str
    variant_id: str | None
    x: float
    y: float


class CreatePost(msgspec.Struct, frozen=True, kw_only=True):
    """Publish a post."""

    body: str
    tags: tuple[Tag, ...]
    topics: tuple[str, ...]


class AddComment(msgspec.Struct, frozen=True, kw_only=True):
    """Comment on a post, or answer one of its comments."""

    post_id: str
    body: str
    parent_id: str | None


class SetFollow(msgspec.Struct, frozen=True, kw_only=True):
    """Follow someone or stop; `post_id` is the post that led to it."""

    customer_id: str
    following: bool
    post_id: str | None


async def create_post(unit: UnitOfWork, author_id: str, command: CreatePost) -> str:
    """Publish a post; return its id.

    Raises:
        BusinessError: INVALID.
    """
    body = _text(command.body, BODY_LIMIT, "A post", "body")
    topics = _topics(command.topics)
    _check_tags(command.tags)
    post_id = new_id("post")
    version = await unit.reserve(events.TOPIC, post_id)
    post = Post(
        id=post_id,
        author_id=author_id,
        body=body,
        topics=topics,
        state=PostState.PUBLISHED,
        created_at=await repository.database_time(unit.session),
        like_count=0,
        save_count=0,
        share_count=0,
        comment_count=0,
        follow_count=0,
        version=version,
    )
    tagged = [
        ShoppableTag(
            id=new_id("tag"),
            post_id=post_id,
            product_id=tag.product_id,
            variant_id=tag.variant_id,
            x=tag.x,
            y=tag.y,
            media_index=0,
        )
        for tag in command.tags
    ]
    await repository.add_post(unit.session, post, tagged)
    data = events.post_created(post_id, version, author_id)
    unit.record(_event(events.POST_CREATED, post_id, data, version))
    return post_id


async def react(
    unit: UnitOfWork, viewer_id: str, post_id: str, kind: ReactionKind, *, on: bool
) -> None:
    """React to a post, or take it back.

    Raises:
        BusinessError: NOT_FOUND.
    """
    post = await _held(unit, viewer_id, post_id, "postId")
    change = repository.add_reaction if on else repository.remove_reaction
    if not await change(unit.session, post.id, viewer_id, kind):
        return
    version = await _count(unit, post, repository.COUNT_OF[kind], 1 if on else -1)
    type_ = events.REACTION_SET if on else events.REACTION_CLEARED
    data = events.reaction(post.id, version, viewer_id, kind)
    unit.record(_event(type_, post.id, data, version))


async def add_comment(unit: UnitOfWork, author_id: str, command: AddComment) -> str:
    """Comment on a post; return the comment's id.

    Raises:
        BusinessError: INVALID, NOT_FOUND.
    """
    body = _text(command.body, COMMENT_LIMIT, "A comment", "body")
    post = await _held(unit, author_id, command.post_id, "postId")
    parent_id = command.parent_id
    if parent_id is not None and not await repository.has_comment(unit.session, post.id, parent_id):
        raise errors.comment_not_found(parent_id, "parentId")
    version = await _count(unit, post, posts.c.comment_count, 1)
    comment = Comment(
        id=new_id("cmt"),
        post_id=post.id,
        author_id=author_id,
        body=body,
        at=await repository.database_time(unit.session),
        parent_id=parent_id,
    )
    await repository.add_comment(unit.session, comment)
    data = events.comment_added(comment, version)
    unit.record(_event(events.COMMENT_ADDED, post.id, data, version))
    return comment.id


async def set_follow(unit: UnitOfWork, viewer_id: str, command: SetFollow) -> None:
    """Follow someone, or stop. The post that won the follow counts it, as long as it lasts.

    Raises:
        BusinessError: INVALID, NOT_FOUND.
    """
    followee = command.customer_id
    if not is_id(followee, "cust_"):
        raise errors.invalid(f"{followee!r} is not the id of a customer.", "customerId")
    if followee == viewer_id:
        raise errors.invalid("Nobody follows oneself.", "customerId")
    if command.following:
        post_id = command.post_id
        if post_id is not None:
            await _check_author(unit, viewer_id, post_id, followee)
        changed = await repository.add_follow(unit.session, viewer_id, followee, post_id)
    else:
        changed, post_id = await repository.remove_follow(unit.session, viewer_id, followee)
    if not changed:
        return
    if post_id is not None:
        await _count_follow(unit, viewer_id, post_id, following=command.following)
    data = events.follow_set(viewer_id, followee, following=command.following, post_id=post_id)
    unit.record(Event(type=events.FOLLOW_SET, topic=events.FOLLOW_TOPIC, key=viewer_id, data=data))


async def report(unit: UnitOfWork, viewer_id: str, post_id: str, reason: ReportReason) -> None:
    """Say that something is wrong with a post; a second report of the same viewer changes nothing.

    Raises:
        BusinessError: NOT_FOUND.
    """
    post = await _held(unit, viewer_id, post_id, "postId")
    if not await repository.add_report(unit.session, post.id, viewer_id, reason):
        return
    version = await _count(unit, post, None, 0)
    data = events.post_reported(post.id, version, reason)
    unit.record(_event(events.POST_REPORTED, post.id, data, version))


async def _held(unit: UnitOfWork, viewer_id: str, post_id: str, *field: str) -> Post:
    """The post, held, if the viewer may see it."""
    post = await repository.lock_post(unit.session, post_id)
    if post is None or not post.visible_to(viewer_id):
        raise errors.post_not_found(post_id, *field)
    return post


async def _check_author(unit: UnitOfWork, viewer_id: str, post_id: str, author_id: str) -> None:
    post = await _held(unit, viewer_id, post_id, "postId")
    if post.author_id != author_id:
        raise errors.invalid("The post is not by the one to follow.", "postId")


async def _count_follow(
    unit: UnitOfWork, follower_id: str, post_id: str, *, following: bool
) -> None:
    post = await repository.lock_post(unit.session, post_id)
    if post is None:
        raise errors.post_not_found(post_id, "postId")
    version = await _count(unit, post, posts.c.follow_count, 1 if following else -1)
    data = events.post_followed(post_id, version, follower_id, following=following)
    unit.record(_event(events.POST_FOLLOWED, post_id, data, version))


async def _count(unit: UnitOfWork, post: Post, column: sa.Column[int] | None, by: int) -> int:
    """Change a count of a held post, or none; return the post's new version."""
    version = await unit.reserve(events.TOPIC, post.id)
    await repository.count(unit.session, post.id, column, by, version)
    return version


def _event(type_: str, post_id: str, data: dict[str, Any], version: int) -> Event:
    return Event(type=type_, topic=events.TOPIC, key=post_id, data=data, sequence=version)


def _text(text: str, limit: int, what: str, field: str) -> str:
    stripped = text.strip()
    if not 1 <= len(stripped) <= limit:
        raise errors.invalid(f"{what} has 1 to {limit} characters.", field)
    return stripped


def _topics(topics: tuple[str, ...]) -> tuple[str, ...]:
    """Topics in their one form: small letters and digits, each once, without the hash."""
    if len(topics) > TOPIC_LIMIT:
        raise errors.invalid(f"A post has up to {TOPIC_LIMIT} topics.", "topics")
    plain = [topic.strip().removeprefix("#").lower() for topic in topics]
    for index, topic in enumerate(plain):
        if not _TOPIC.fullmatch(topic):
            raise errors.invalid(
                f"A topic is 1 to {TOPIC_LENGTH} letters a to z and digits.", "topics", str(index)
            )
    return tuple(dict.fromkeys(plain))


def _check_tags(tags: tuple[Tag, ...]) -> None:
    if len(tags) > TAG_LIMIT:
        raise errors.invalid(f"A post has up to {TAG_LIMIT} tags.", "tags")
    for index, tag in enumerate(tags):
        where = ("tags", str(index))
        if not is_id(tag.product_id, "prod_"):
            raise errors.invalid(f"{tag.product_id!r} is not the id of a product.", *where)
        if tag.variant_id is not None and not is_id(tag.variant_id, "var_"):
            raise errors.invalid(f"{tag.variant_id!r} is not the id of a variant.", *where)
        if not (0 <= tag.x <= 1 and 0 <= tag.y <= 1):
            raise errors.invalid("x and y run from 0 to 1.", *where)
