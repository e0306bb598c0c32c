"""The demo's posts, with the people around them.

A post's rows and events are made together, event by event, as customers' commands would have made
them; only the times lie in the past. Rows are made once: where the first post exists, none are.
Pictures are drawn wherever they are missing.
"""

import os
from pathlib import Path

import sqlalchemy as sa

from subgraphs.shared.database import Database
from subgraphs.shared.demo import demo_id
from subgraphs.shared.events import Event
from subgraphs.shared.instants import now
from subgraphs.shared.unit_of_work import UnitOfWork, transact
from subgraphs.social import events, reads, repository
from subgraphs.social.demo_posts import DemoPost, demo_follows, demo_posts
from subgraphs.social.models import Post
from subgraphs.social.pictures import SIZE, draw
from subgraphs.social.tables import comments, follows, post_media, posts, reactions, tags


async def seed(database: Database) -> None:
    """Load the demo data where it is not loaded; pictures go to MEDIA_DIR, if that is set."""
    made = demo_posts(now())
    folder = os.environ.get("MEDIA_DIR")
    if folder:
        _draw(Path(folder), made)
    await transact(database, lambda unit: _load(unit, made))


def _draw(folder: Path, made: list[DemoPost]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for post in made:
        path = folder / _file(post)
        if not path.exists():
            path.write_text(draw(post.range, post.opening, post.number), encoding="utf-8")


async def _load(unit: UnitOfWork, made: list[DemoPost]) -> None:
    first = demo_id("post", 1)
    if first in await reads.posts_by_id(unit.session, [first]):
        return
    for post in made:
        _tell(unit, post)
    # Posts first, then what refers to them; answers after what they answer.
    session = unit.session
    await session.execute(sa.insert(posts), [repository.post_row(post.post) for post in made])
    await session.execute(sa.insert(post_media), [_media_row(post) for post in made])
    await session.execute(
        sa.insert(tags),
        [
            repository.tag_row(tag, position)
            for post in made
            for position, tag in enumerate(post.tags)
        ],
    )
    await session.execute(
        sa.insert(reactions),
        [
            {"post_id": post.post.id, "customer_id": who, "kind": kind, "at": at}
            for post in made
            for who, kind, at in post.reactions
        ],
    )
    await session.execute(
        sa.insert(comments),
        [repository.comment_row(comment) for post in made for comment in post.comments],
    )
    await _load_follows(unit, made)


async def _load_follows(unit: UnitOfWork, made: list[DemoPost]) -> None:
    rows = demo_follows(made, now())
    await unit.session.execute(sa.insert(follows), rows)
    for row in rows:
        data = events.follow_set(
            row["follower_id"], row["followee_id"], following=True, post_id=row["post_id"]
        )
        unit.record(
            Event(
                type=events.FOLLOW_SET,
                topic=events.FOLLOW_TOPIC,
                key=row["follower_id"],
                data=data,
            )
        )


def _tell(unit: UnitOfWork, made: DemoPost) -> None:
    """Record the events of a post, one for each step that its version counts."""
    post = made.post
    version = 1
    _record(unit, post, events.POST_CREATED, events.post_created(post.id, 1, post.author_id))
    for who, kind, _ in made.reactions:
        version += 1
        data = events.reaction(post.id, version, who, kind)
        _record(unit, post, events.REACTION_SET, data)
    for comment in made.comments:
        version += 1
        data = events.comment_added(comment, version)
        _record(unit, post, events.COMMENT_ADDED, data)
    for follower in made.won:
        version += 1
        data = events.post_followed(post.id, version, follower, following=True)
        _record(unit, post, events.POST_FOLLOWED, data)
    if version != post.version:
        raise AssertionError(f"Post {made.number} tells {version} steps of {post.version}.")


def _record(unit: UnitOfWork, post: Post, type_: str, data: dict[str, object]) -> None:
    unit.record(Event(type=type_, topic=events.TOPIC, key=post.id, data=data))


def _media_row(made: DemoPost) -> dict[str, object]:
    return {
        "post_id": made.post.id,
        "position": 0,
        "file": _file(made),
        "kind": "image/svg+xml",
        "width": SIZE,
        "height": SIZE,
    }


def _file(made: DemoPost) -> str:
    return f"post-{made.number}.svg"
