"""The roots of the social graph."""

from collections.abc import AsyncIterator
from typing import assert_never

import strawberry

from subgraphs.shared.connections import Connection, page_of, page_request
from subgraphs.shared.directives import (
    EventStreamClass,
    event_stream,
    list_size,
    served_by_gateway,
)
from subgraphs.shared.fields import resolved, subscribed
from subgraphs.shared.schema import build_schema
from subgraphs.social import reads
from subgraphs.social.events import TOPIC
from subgraphs.social.models import FeedKind
from subgraphs.social.mutations import Mutation
from subgraphs.social.types import Customer, Info, InputError, PostType, Product, latest_first


@strawberry.type
class Query:
    @resolved(
        "Published posts: FOR_YOU the most engaging first, FOLLOWING (which needs a viewer) the "
        "latest of those whom the viewer follows.",
        tags=["public"],
        directives=[list_size()],
    )
    async def feed(
        self,
        info: Info,
        kind: FeedKind = FeedKind.FOR_YOU,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[PostType]:
        request = page_request(first, after)
        async with info.context.database.session() as session:
            match kind:
                case FeedKind.FOR_YOU:
                    rows = await reads.feed_for_everyone(session, request)
                    page = page_of(rows, request, lambda row: (row.engagement_score, row.id))
                case FeedKind.FOLLOWING:
                    viewer = info.context.require_viewer().sub
                    rows = await reads.feed_of_followed(session, viewer, request)
                    page = page_of(rows, request, latest_first)
                case _:
                    assert_never(kind)
        return Connection.of(page, PostType.of)

    @resolved("One post, if the viewer may see it.", tags=["public"])
    async def post(self, info: Info, id: strawberry.ID) -> PostType | None:  # noqa: A002
        return await PostType.find(info, id)


@strawberry.type(description="The state of a post after a change.")
class PostActivity:
    post: PostType = strawberry.field(description="The post as it is now.")
    version: int = strawberry.field(description="The version that the change made.")


@strawberry.type
class Subscription:
    @subscribed(
        "The post whenever it changes: the newest state, not every step.",
        tags=["public"],
        directives=[event_stream(TOPIC, "postId", EventStreamClass.STATE)],
    )
    async def post_activity(self, post_id: strawberry.ID) -> AsyncIterator[PostActivity]:
        async for activity in served_by_gateway(PostActivity):
            yield activity


schema = build_schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[PostType, Customer, Product, InputError],
)
