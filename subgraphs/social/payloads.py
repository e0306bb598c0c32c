"""What mutations take and give back."""

import strawberry

from subgraphs.social.models import ReactionKind
from subgraphs.social.types import CommentType, Customer, PostType, UserError

_KEY = "Made by the client, new for each intent: with it, a mutation sent twice happens once."
_ERRORS = "Why nothing was done; empty on success."


@strawberry.input(description="A product to tag.")
class ShoppableTagInput:
    """See `service.Tag`."""

    product_id: strawberry.ID = strawberry.field(description="The product.")
    variant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which choice of it."
    )
    x: float = strawberry.field(description="From the left, 0 to 1.")
    y: float = strawberry.field(description="From the top, 0 to 1.")


@strawberry.input(description="A post to publish.")
class PostCreateInput:
    """See `service.CreatePost`."""

    body: str = strawberry.field(description="1 to 2000 characters.")
    tags: list[ShoppableTagInput] | None = strawberry.field(
        default=None, description="Up to 10 products."
    )
    topics: list[str] | None = strawberry.field(
        default=None, description="Up to 5 words to find it by, with or without the hash."
    )
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A reaction to set or take back.")
class PostReactInput:
    """See `service.react`."""

    post_id: strawberry.ID = strawberry.field(description="The post.")
    kind: ReactionKind = strawberry.field(description="Which reaction.")
    on: bool = strawberry.field(description="Set it, or take it back.")


@strawberry.input(description="A comment to add.")
class CommentAddInput:
    """See `service.AddComment`."""

    post_id: strawberry.ID = strawberry.field(description="The post.")
    body: str = strawberry.field(description="1 to 500 characters.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The comment of this post that it answers."
    )
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.type(description="A post after a mutation.")
class PostPayload:
    """Of `postCreate`, `postReact` and `postReport`."""

    post: PostType | None = strawberry.field(description="The post as it is now.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="A comment that was added.")
class CommentPayload:
    """Of `commentAdd`."""

    comment: CommentType | None = strawberry.field(description="The comment.")
    post: PostType | None = strawberry.field(description="The post as it is now.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="A customer who is followed, or no longer.")
class FollowPayload:
    """Of `followSet`."""

    customer: Customer | None = strawberry.field(description="Whom the viewer follows or not.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)
