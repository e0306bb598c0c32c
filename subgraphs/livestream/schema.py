"""The roots of the livestream graph."""

from collections.abc import AsyncIterator
from datetime import datetime

import strawberry
from strawberry.tools import merge_types

from subgraphs.livestream import gift_rows, reads
from subgraphs.livestream.audience_mutation import AudienceMutation
from subgraphs.livestream.event_types import EVENT_TYPES, StreamEvent, StreamStateUpdate
from subgraphs.livestream.events import GIFT_TOPIC, PRESENCE_TOPIC, TOPIC, StreamEventType
from subgraphs.livestream.gift_types import GiftProgress, GiftType
from subgraphs.livestream.models import StreamState
from subgraphs.livestream.mutations import Mutation
from subgraphs.livestream.types import Customer, Info, InputError, Product, StreamType
from subgraphs.livestream.viewer_mutations import ViewerMutation
from subgraphs.shared.connections import Connection, page_of, page_request
from subgraphs.shared.directives import (
    EventStreamClass,
    event_stream,
    list_size,
    served_by_gateway,
)
from subgraphs.shared.fields import resolved, subscribed
from subgraphs.shared.scalars import EventCursor
from subgraphs.shared.schema import build_schema


@strawberry.type
class Query:
    @resolved("Streams, those scheduled latest first.", tags=["public"], directives=[list_size()])
    async def streams(
        self,
        info: Info,
        state: StreamState | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[StreamType]:
        request = page_request(first, after)
        before = request.after(tuple[datetime, str])
        async with info.context.database.session() as session:
            rows = await reads.list_streams(session, state, before, request.limit)
        page = page_of(rows, request, lambda row: (row.stream.scheduled_at, row.stream.id))
        return Connection.of(page, StreamType.of)

    @resolved("One stream.", tags=["public"])
    async def stream(self, info: Info, id: strawberry.ID) -> StreamType | None:  # noqa: A002
        snapshot = await info.context.loaders.streams.load(id)
        return None if snapshot is None else StreamType.of(snapshot)

    @resolved("What viewers can give hosts.", tags=["public"])
    async def gift_catalogue(self, info: Info) -> list[GiftType]:
        async with info.context.database.session() as session:
            return [GiftType.of(gift) for gift in await gift_rows.catalogue(session)]


@strawberry.type
class Subscription:
    @subscribed(
        "All that happens in a stream from now on, or from after a cursor: in order, nothing lost.",
        tags=["public"],
        directives=[event_stream(TOPIC, "streamId", EventStreamClass.LOG)],
    )
    async def stream_events(
        self,
        stream_id: strawberry.ID,
        types: list[StreamEventType] | None = None,
        after: EventCursor | None = None,
    ) -> AsyncIterator[StreamEvent]:
        async for event in served_by_gateway(StreamEvent):
            yield event

    @subscribed(
        "How many watch a stream and how much it is liked, now and whenever that changes.",
        tags=["public"],
        directives=[event_stream(PRESENCE_TOPIC, "streamId", EventStreamClass.STATE)],
    )
    async def stream_state(self, stream_id: strawberry.ID) -> AsyncIterator[StreamStateUpdate]:
        async for event in served_by_gateway(StreamStateUpdate):
            yield event

    @subscribed(
        "What becomes of a gift that the viewer has sent.",
        tags=["public"],
        authenticated=True,
        directives=[event_stream(GIFT_TOPIC, "giftSendingId", EventStreamClass.STATE)],
    )
    async def gift_progress(self, gift_sending_id: strawberry.ID) -> AsyncIterator[GiftProgress]:
        async for event in served_by_gateway(GiftProgress):
            yield event


schema = build_schema(
    query=Query,
    mutation=merge_types("Mutation", (Mutation, ViewerMutation, AudienceMutation)),
    subscription=Subscription,
    types=[StreamType, Product, Customer, InputError, *EVENT_TYPES],
)
