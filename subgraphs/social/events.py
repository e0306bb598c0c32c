"""What social says: on its topic of posts, and apart from it on that of follows.

The topic of posts backs `Subscription.postActivity` (key: the post's id), so the data of each event
is a `PostActivity`: the post, and its version, which is the event's sequence. Further keys tell
other consumers what happened. Follows have no post to show, hence a topic of their own (key: the
follower's id).
"""

from datetime import timedelta
from typing import Any

from subgraphs.shared.topics import Topic
from subgraphs.social.models import Comment, ReactionKind, ReportReason

TOPIC = "fc.social.event.v1"
FOLLOW_TOPIC = "fc.social.follow.v1"

POST_CREATED = "fc.social.post.created.v1"
POST_REPORTED = "fc.social.post.reported.v1"
POST_FOLLOWED = "fc.social.post.followed.v1"
REACTION_SET = "fc.social.reaction.set.v1"
REACTION_CLEARED = "fc.social.reaction.cleared.v1"
COMMENT_ADDED = "fc.social.comment.added.v1"
FOLLOW_SET = "fc.social.follow.set.v1"

TOPICS = (
    Topic(
        name=TOPIC,
        key="the post's id",
        types=(
            POST_CREATED,
            POST_REPORTED,
            POST_FOLLOWED,
            REACTION_SET,
            REACTION_CLEARED,
            COMMENT_ADDED,
        ),
        retention=timedelta(days=30),
    ),
    Topic(
        name=FOLLOW_TOPIC,
        key="the follower's id",
        types=(FOLLOW_SET,),
        retention=timedelta(days=30),
    ),
)


def post_created(post_id: str, version: int, author_id: str) -> dict[str, Any]:
    """A post was published."""
    return _activity(post_id, version) | {"authorId": author_id}


def reaction(post_id: str, version: int, customer_id: str, kind: ReactionKind) -> dict[str, Any]:
    """Someone reacted, or took the reaction back."""
    return _activity(post_id, version) | {"customerId": customer_id, "kind": kind}


def comment_added(comment: Comment, version: int) -> dict[str, Any]:
    """Someone commented."""
    return _activity(comment.post_id, version) | {
        "commentId": comment.id,
        "authorId": comment.author_id,
        "parentId": comment.parent_id,
    }


def post_reported(post_id: str, version: int, reason: ReportReason) -> dict[str, Any]:
    """Someone says that something is wrong with the post; who, is between them and us."""
    return _activity(post_id, version) | {"reason": reason}


def post_followed(
    post_id: str, version: int, follower_id: str, *, following: bool
) -> dict[str, Any]:
    """The post won its author a follower, or that follower left."""
    return _activity(post_id, version) | {"followerId": follower_id, "following": following}


def follow_set(
    follower_id: str, followee_id: str, *, following: bool, post_id: str | None
) -> dict[str, Any]:
    """Someone follows, or no longer does."""
    return {
        "followerId": follower_id,
        "followeeId": followee_id,
        "following": following,
        "postId": post_id,
    }


def _activity(post_id: str, version: int) -> dict[str, Any]:
    return {"post": {"id": post_id}, "version": version}
