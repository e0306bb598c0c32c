"""Why social refuses: the codes of its `UserError`s, and a sentence for each refusal."""

from enum import StrEnum

from subgraphs.shared.errors import BusinessError


class Code(StrEnum):
    """Values of `UserErrorCode` that this subgraph gives."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


def invalid(message: str, *field: str) -> BusinessError:
    """The input breaks a rule that the graph's types cannot say."""
    return BusinessError(Code.INVALID, message, field)


def post_not_found(post_id: str, *field: str) -> BusinessError:
    """No such post, or the viewer may not see it: which of the two is nobody's business."""
    return BusinessError(Code.NOT_FOUND, f"There is no post {post_id!r}.", field)


def comment_not_found(comment_id: str, *field: str) -> BusinessError:
    """No such comment below this post."""
    return BusinessError(Code.NOT_FOUND, f"This post has no comment {comment_id!r}.", field)
