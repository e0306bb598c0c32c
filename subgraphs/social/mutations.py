"""The mutations: input to command, command to use case, outcome to payload."""

from typing import TypeVar

import strawberry

from subgraphs.shared.errors import BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.social import repository, service
from subgraphs.social.models import ReportReason
from subgraphs.social.payloads import (
    CommentAddInput,
    CommentPayload,
    FollowPayload,
    PostCreateInput,
    PostPayload,
    PostReactInput,
)
from subgraphs.social.types import CommentType, Customer, Info, InputError, PostType, UserError

T = TypeVar("T")


@strawberry.type
class Mutation:
    """All of them need a viewer; whose post it is makes no difference to them."""

    @resolved("Publish a post.", tags=["public"], authenticated=True)
    async def post_create(self, info: Info, input: PostCreateInput) -> PostPayload:  # noqa: A002
        author = info.context.require_viewer().sub
        command = service.CreatePost(
            body=input.body,
            tags=tuple(
                service.Tag(product_id=tag.product_id, variant_id=tag.variant_id, x=tag.x, y=tag.y)
                for tag in input.tags or ()
            ),
            topics=tuple(input.topics or ()),
        )
        try:
            outcome = await info.context.once(
                info.field_name,
                input.idempotency_key,
                command,
                lambda unit: service.create_post(unit, author, command),
            )
        except BusinessError as error:
            return PostPayload(post=None, user_errors=_refused(error))
        return PostPayload(post=await _post(info, outcome.result), user_errors=[])

    @resolved(
        "React to a post, or take it back. Doing so again changes nothing.",
        tags=["public"],
        authenticated=True,
    )
    async def post_react(self, info: Info, input: PostReactInput) -> PostPayload:  # noqa: A002
        viewer = info.context.require_viewer().sub
        try:
            await info.context.transact(
                lambda unit: service.react(unit, viewer, input.post_id, input.kind, on=input.on),
            )
        except BusinessError as error:
            return PostPayload(post=None, user_errors=_refused(error))
        return PostPayload(post=await _post(info, input.post_id), user_errors=[])

    @resolved("Comment on a post, or answer a comment of it.", tags=["public"], authenticated=True)
    async def comment_add(self, info: Info, input: CommentAddInput) -> CommentPayload:  # noqa: A002
        author = info.context.require_viewer().sub
        command = service.AddComment(
            post_id=input.post_id, body=input.body, parent_id=input.parent_id
        )
        try:
            outcome = await info.context.once(
                info.field_name,
                input.idempotency_key,
                command,
                lambda unit: service.add_comment(unit, author, command),
            )
        except BusinessError as error:
            return CommentPayload(comment=None, post=None, user_errors=_refused(error))
        async with info.context.database.session() as session:
            comment = await repository.comment_by_id(session, outcome.result)
        return CommentPayload(
            comment=None if comment is None else CommentType.of(comment),
            post=await _post(info, input.post_id),
            user_errors=[],
        )

    @resolved(
        "Follow a customer, or stop; `postId` is the post that led to it. Doing so again changes "
        "nothing.",
        tags=["public"],
        authenticated=True,
    )
    async def follow_set(
        self,
        info: Info,
        customer_id: strawberry.ID,
        following: bool,
        post_id: strawberry.ID | None = None,
    ) -> FollowPayload:
        viewer = info.context.require_viewer().sub
        command = service.SetFollow(customer_id=customer_id, following=following, post_id=post_id)
        try:
            await info.context.transact(lambda unit: service.set_follow(unit, viewer, command))
        except BusinessError as error:
            return FollowPayload(customer=None, user_errors=_refused(error))
        info.context.loaders.forget()
        return FollowPayload(customer=Customer(id=customer_id), user_errors=[])

    @resolved("Say that something is wrong with a post, once.", tags=["public"], authenticated=True)
    async def post_report(
        self, info: Info, post_id: strawberry.ID, reason: ReportReason
    ) -> PostPayload:
        viewer = info.context.require_viewer().sub
        try:
            await info.context.transact(lambda unit: service.report(unit, viewer, post_id, reason))
        except BusinessError as error:
            return PostPayload(post=None, user_errors=_refused(error))
        return PostPayload(post=await _post(info, post_id), user_errors=[])


async def _post(info: Info, post_id: str) -> PostType | None:
    """The post as the mutation left it, not as the request may have read it before."""
    info.context.loaders.forget()
    return await PostType.find(info, post_id)


def _refused(error: BusinessError) -> list[UserError]:
    return [InputError.of(error)]
