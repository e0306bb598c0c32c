"""Posts, reactions, comments and follows as values, and the rules they keep, without I/O.

A post is one aggregate: each change of it takes the next number of its event sequence, which is
also its `version`. Counts live on the post's row and change under its lock, so they equal the rows
that they count.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

BODY_LIMIT = 2_000
COMMENT_LIMIT = 500
TAG_LIMIT = 10
TOPIC_LIMIT = 5
TOPIC_LENGTH = 40


class FeedKind(StrEnum):
    """Whose posts a feed shows."""

    FOR_YOU = "FOR_YOU"
    FOLLOWING = "FOLLOWING"


class PostState(StrEnum):
    """Who may see a post: PUBLISHED everyone, LIMITED who has its id, the others its author."""

    PENDING_REVIEW = "PENDING_REVIEW"
    PUBLISHED = "PUBLISHED"
    LIMITED = "LIMITED"
    REMOVED = "REMOVED"


class ReactionKind(StrEnum):
    """What a viewer can do with a post at one tap."""

    LIKE = "LIKE"
    SAVE = "SAVE"
    SHARE = "SHARE"


class ReportReason(StrEnum):
    """What a viewer says is wrong with a post."""

    SPAM = "SPAM"
    COUNTERFEIT = "COUNTERFEIT"
    UNSAFE = "UNSAFE"
    HATE = "HATE"
    OTHER = "OTHER"


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post with its counts; `follow_count` is how many follows its author gained through it."""

    id: str
    author_id: str
    body: str
    topics: tuple[str, ...]
    state: PostState
    created_at: datetime
    like_count: int
    save_count: int
    share_count: int
    comment_count: int
    follow_count: int
    version: int

    def visible_to(self, viewer_id: str | None) -> bool:
        """Whether the viewer may see it at all."""
        return self.state in {PostState.PUBLISHED, PostState.LIMITED} or viewer_id == self.author_id

    @property
    def engagement_score(self) -> int:
        """CES: like + save + 4 comment + 4 share + 8 follow; the feed's order."""
        return (
            self.like_count
            + self.save_count
            + 4 * self.comment_count
            + 4 * self.share_count
            + 8 * self.follow_count
        )


class PostMedia(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or film of a post; sizes are in pixels."""

    post_id: str
    position: int
    file: str
    kind: str
    width: int
    height: int


class ShoppableTag(msgspec.Struct, frozen=True, kw_only=True):
    """A product at a place of a picture; `x` and `y` run from 0 to 1, from the top left."""

    id: str
    post_id: str
    product_id: str
    variant_id: str | None
    x: float
    y: float
    media_index: int


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What someone wrote below a post, in answer to it or to another comment of it."""

    id: str
    post_id: str
    author_id: str
    body: str
    at: datetime
    parent_id: str | None


POOLS = ((150, 10_000), (20, 2_000), (0, 200))
"""Least engagement score, and the number of viewers that a post with it is shown to."""


def pool(score: int) -> int:
    """Return how many viewers a post of this score is shown to before it must have earned more."""
    return next(viewers for least, viewers in POOLS if score >= least)


def reason(post: Post) -> str:
    """Return the score of a post as a sum in words, term by term."""
    terms = (
        (1, post.like_count, "likes"),
        (1, post.save_count, "saves"),
        (4, post.comment_count, "comments"),
        (4, post.share_count, "shares"),
        (8, post.follow_count, "follows"),
    )
    told = [f"{weight} * {count} {noun}" for weight, count, noun in terms if count]
    return " + ".join(told) if told else "new: nobody has reacted yet"
