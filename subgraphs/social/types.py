"""The types of the social graph, made from the models."""

from datetime import datetime
from typing import Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.shared.connections import (
    Connection,
    Edge,
    Page,
    PageInfo,
    page_of,
    page_request,
)
from subgraphs.shared.context import Context
from subgraphs.shared.directives import list_size
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.node import Node
from subgraphs.social import models
from subgraphs.social.errors import Code
from subgraphs.social.loaders import Loaders

Info = strawberry.Info[Context[Loaders], None]

# The models' own enumerations, made known to the graph.
strawberry.enum(models.FeedKind, description="Whose posts a feed shows.")
strawberry.enum(models.PostState, description="Who may see a post.")
strawberry.enum(models.ReactionKind, description="What one tap says of a post.")
strawberry.enum(models.ReportReason, description="What is wrong with a post.")
strawberry.enum(Code, name="UserErrorCode", description="Why a mutation was refused.")


@strawberry.interface(description="A rule that refused a mutation, which changed nothing.")
class UserError:
    code: Code = strawberry.field(description="For programs.")
    message: str = strawberry.field(description="For people.")
    field: list[str] | None = strawberry.field(description="Path of the input at fault.")


@strawberry.federation.type(shareable=True, description="An input that a rule refused.")
class InputError(UserError):
    @classmethod
    def of(cls, error: BusinessError) -> Self:
        return cls(code=Code(error.code), message=error.message, field=error.field)


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("id"), resolvable=False)], description="One choice of a product."
)
class ProductVariant:
    id: strawberry.ID = strawberry.field(description="The variant's id.")


@strawberry.type(description="A picture or film of a post.")
class PostMedia:
    url: str = strawberry.field(description="Where it is.")
    kind: str = strawberry.field(description="Its media type, such as image/svg+xml.")
    width: int | None = strawberry.field(description="In pixels.")
    height: int | None = strawberry.field(description="In pixels.")


@strawberry.type(description="A product at a place of a picture.")
class ShoppableTag:
    id: strawberry.ID = strawberry.field(description="The tag's id.")
    # Nullable, as all that belongs to the catalog: a post outlives what it shows.
    product: "Product | None" = strawberry.field(
        description="What is shown there; null if it is not to be had."
    )
    variant: ProductVariant | None = strawberry.field(description="Which choice of it, if told.")
    x: float = strawberry.field(description="From the left, 0 to 1.")
    y: float = strawberry.field(description="From the top, 0 to 1.")
    media_index: int = strawberry.field(description="In which of the post's pictures, from 0.")

    @classmethod
    def of(cls, tag: models.ShoppableTag) -> Self:
        variant = tag.variant_id
        return cls(
            id=strawberry.ID(tag.id),
            product=Product(id=strawberry.ID(tag.product_id)),
            variant=None if variant is None else ProductVariant(id=strawberry.ID(variant)),
            x=tag.x,
            y=tag.y,
            media_index=tag.media_index,
        )


@strawberry.type(description="Why a post stands where it does in a feed.")
class PostRanking:
    engagement_score: int = strawberry.field(
        description="likes + saves + 4 * comments + 4 * shares + 8 * follows won; feeds sort by it."
    )
    pool: int = strawberry.field(
        description="How many viewers a post of this score is shown to: 200, 2000 or 10000."
    )
    reason: str = strawberry.field(description="The score, term by term.")


@strawberry.type(name="Comment", description="What someone wrote below a post.")
class CommentType:
    id: strawberry.ID = strawberry.field(description="The comment's id.")
    author: "Customer" = strawberry.field(description="Who wrote it.")
    body: str = strawberry.field(description="The text.")
    at: datetime = strawberry.field(description="When.")
    parent_id: strawberry.ID | None = strawberry.field(description="The comment it answers.")

    @classmethod
    def of(cls, comment: models.Comment) -> Self:
        return cls(
            id=strawberry.ID(comment.id),
            author=Customer(id=strawberry.ID(comment.author_id)),
            body=comment.body,
            at=comment.at,
            parent_id=None if comment.parent_id is None else strawberry.ID(comment.parent_id),
        )


@strawberry.type(description="A page of comments.")
class CommentConnection:
    edges: list[Edge[CommentType]] = strawberry.field(description="The items with their cursors.")
    nodes: list[CommentType] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    total_count: int = strawberry.field(description="All comments of the post.")

    @classmethod
    def of(cls, page: Page[models.Comment], total_count: int) -> Self:
        plain: Connection[CommentType] = Connection.of(page, CommentType.of)
        return cls(
            edges=plain.edges,
            nodes=plain.nodes,
            page_info=plain.page_info,
            total_count=total_count,
        )


@strawberry.federation.type(
    name="Post", keys=["id"], description="Something a customer shows, with products to buy in it."
)
class PostType(Node):
    post: strawberry.Private[models.Post]
    author: "Customer" = strawberry.field(description="Who published it.")
    body: str = strawberry.field(description="The text.")
    topics: list[str] = strawberry.field(description="Words to find it by, without the hash.")
    created_at: datetime = strawberry.field(description="When it was published.")
    state: models.PostState = strawberry.field(description="Who may see it.")
    like_count: int = strawberry.field(description="Likes.")
    save_count: int = strawberry.field(description="Saves.")
    comment_count: int = strawberry.field(description="Comments.")
    share_count: int = strawberry.field(description="Shares.")
    version: int = strawberry.field(description="Grows by one with each change of the post.")

    @resolved("Its pictures, in order.")
    async def media(self, info: Info) -> list[PostMedia]:
        media = await info.context.loaders.media.load(self.id)
        root = info.context.settings.media_url
        return [
            PostMedia(
                url=f"{root}/{item.file}", kind=item.kind, width=item.width, height=item.height
            )
            for item in media
        ]

    @resolved("The products in it.")
    async def tags(self, info: Info) -> list[ShoppableTag]:
        return [ShoppableTag.of(tag) for tag in await info.context.loaders.tags.load(self.id)]

    # Nullable, so that whoever reads without logging in loses this field and not the post.
    @resolved("The viewer's own reactions.", authenticated=True)
    async def viewer_reactions(self, info: Info) -> list[models.ReactionKind] | None:
        info.context.require_viewer()
        return await info.context.loaders.viewer_reactions.load(self.id)

    @resolved("Its comments, oldest first.", directives=[list_size()])
    async def comments(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> CommentConnection:
        request = page_request(first, after)
        rows = await info.context.loaders.comments.load((self.id, request))
        page = page_of(rows, request, lambda row: (row.at, row.id))
        return CommentConnection.of(page, self.post.comment_count)

    @resolved("Why this post is where it is in the feed: its score, and what made it.")
    def ranking(self) -> PostRanking | None:
        score = self.post.engagement_score
        return PostRanking(
            engagement_score=score, pool=models.pool(score), reason=models.reason(self.post)
        )

    @classmethod
    def of(cls, post: models.Post) -> Self:
        return cls(
            id=strawberry.ID(post.id),
            post=post,
            author=Customer(id=strawberry.ID(post.author_id)),
            body=post.body,
            topics=list(post.topics),
            created_at=post.created_at,
            state=post.state,
            like_count=post.like_count,
            save_count=post.save_count,
            comment_count=post.comment_count,
            share_count=post.share_count,
            version=post.version,
        )

    @classmethod
    async def find(cls, info: Info, post_id: str) -> Self | None:
        """The post, if the viewer may see it."""
        post = await info.context.loaders.posts.load(post_id)
        viewer = info.context.viewer
        if post is None or not post.visible_to(None if viewer is None else viewer.sub):
            return None
        return cls.of(post)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        return await cls.find(info, id)


@strawberry.federation.type(keys=["id"], description="A customer of the shop.")
class Customer:
    id: strawberry.ID = strawberry.field(description="The customer's id.")

    @resolved("How many follow the customer.")
    async def follower_count(self, info: Info) -> int:
        return await info.context.loaders.follower_counts.load(self.id)

    @resolved("How many the customer follows.")
    async def following_count(self, info: Info) -> int:
        return await info.context.loaders.following_counts.load(self.id)

    @resolved("Whether the viewer follows the customer.", authenticated=True)
    async def viewer_follows(self, info: Info) -> bool | None:
        info.context.require_viewer()
        return await info.context.loaders.viewer_follows.load(self.id)

    @resolved("The customer's posts, latest first.", directives=[list_size()])
    async def posts(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[PostType]:
        request = page_request(first, after)
        rows = await info.context.loaders.by_author.load((self.id, request))
        return Connection.of(page_of(rows, request, latest_first), PostType.of)

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self:  # noqa: A002
        return cls(id=id)


@strawberry.federation.type(keys=["id"], description="Something the shop sells.")
class Product:
    id: strawberry.ID = strawberry.field(description="The product's id.")

    @resolved("Published posts that show the product, latest first.", directives=[list_size()])
    async def posts(
        self, info: Info, first: int = 10, after: str | None = None
    ) -> Connection[PostType]:
        request = page_request(first, after)
        rows = await info.context.loaders.by_product.load((self.id, request))
        return Connection.of(page_of(rows, request, latest_first), PostType.of)

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self:  # noqa: A002
        return cls(id=id)


def latest_first(post: models.Post) -> tuple[datetime, str]:
    """The sort key of lists of posts by time."""
    return (post.created_at, post.id)
