"""The types of the livestream graph, made from the models."""

from datetime import datetime, timedelta
from typing import Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.livestream.errors import Code
from subgraphs.livestream.events import TOPIC, StreamEventType
from subgraphs.livestream.loaders import Loaders
from subgraphs.livestream.models import (
    ChatMessage,
    Pin,
    ShelfItem,
    Stream,
    StreamSnapshot,
    StreamState,
)
from subgraphs.shared.connections import page_request
from subgraphs.shared.context import Context
from subgraphs.shared.cursor import Position, write_cursor
from subgraphs.shared.errors import BadUserInput, BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.money import Money
from subgraphs.shared.money_types import MoneyType
from subgraphs.shared.node import Node
from subgraphs.shared.scalars import EventCursor

Info = strawberry.Info[Context[Loaders], None]
MAX_CHAT = 200

# The models' own enumerations, made known to the graph.
strawberry.enum(StreamState, description="Where a stream is in its life.")
strawberry.enum(StreamEventType, description="What happened in a stream.")
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


@strawberry.type(description="A product held up to the viewers.")
class StreamPin:
    id: strawberry.ID = strawberry.field(description="The pin's id.")
    sequence: int = strawberry.field(description="The stream's event that set it.")
    # Nullable, as all that belongs to the catalog: a stream outlives what it shows.
    product: "Product | None" = strawberry.field(
        description="What is held up; null if it is not to be had."
    )
    variant: ProductVariant | None = strawberry.field(description="The choice of it, if one.")
    offer_price: MoneyType | None = strawberry.field(
        description="The price while the pin's window is open; without it, the catalog's."
    )
    pinned_at: datetime = strawberry.field(description="Since when.")
    ends_at: datetime | None = strawberry.field(
        description="When its window closes; without it, at the next pin."
    )

    @classmethod
    def of(cls, pin: Pin) -> Self:
        return cls(
            id=strawberry.ID(pin.id),
            sequence=pin.sequence,
            product=Product(id=strawberry.ID(pin.product_id)),
            variant=_variant(pin.variant_id),
            offer_price=_money(pin.offer_price),
            pinned_at=pin.pinned_at,
            ends_at=pin.ends_at,
        )


@strawberry.type(description="A product on offer in a stream.")
class StreamShelfItem:
    position: int = strawberry.field(description="Place on the shelf, from 1.")
    product: "Product | None" = strawberry.field(
        description="The product; null if it is not to be had."
    )
    offer_price: MoneyType | None = strawberry.field(description="The price it is pinned at.")
    pin_count: int = strawberry.field(description="How often it was pinned in this stream.")
    deep_link: str = strawberry.field(
        description="Path of the product in this stream, from the storefront's root."
    )

    @classmethod
    def of(cls, item: ShelfItem) -> Self:
        return cls(
            position=item.position,
            product=Product(id=strawberry.ID(item.product_id)),
            offer_price=_money(item.offer_price),
            pin_count=item.pin_count,
            deep_link=f"/live/{item.stream_id}?product={item.product_id}",
        )


@strawberry.type(name="ChatMessage", description="A line of chat.")
class ChatMessageType:
    id: strawberry.ID = strawberry.field(description="The message's id.")
    author: "Customer" = strawberry.field(description="Who said it.")
    body: str = strawberry.field(description="What was said; empty once removed.")
    at: datetime = strawberry.field(description="When.")
    sequence: int = strawberry.field(description="The stream's event that brought it.")
    removed: bool = strawberry.field(description="Whether the host took it down.")

    @classmethod
    def of(cls, message: ChatMessage) -> Self:
        return cls(
            id=strawberry.ID(message.id),
            author=Customer(id=strawberry.ID(message.author_id)),
            body=message.body,
            at=message.at,
            sequence=message.sequence,
            removed=message.removed,
        )


@strawberry.type(description="Where the live picture of a stream can be played.")
class StreamPlayback:
    whep_url: str | None = strawberry.field(
        description="The endpoint of WHEP (WebRTC-HTTP Egress Protocol), without a token."
    )


@strawberry.type(description="A product that was held up, and when.")
class ReplayChapter:
    offset_ms: int = strawberry.field(description="Milliseconds from the stream's start.")
    product: "Product | None" = strawberry.field(
        description="What was held up; null if it is not to be had."
    )


@strawberry.type(description="An ended stream, to look back at.")
class StreamReplay:
    hls_url: str | None = strawberry.field(
        description="The recording; null where none was made: chapters are known without one."
    )
    duration_ms: int = strawberry.field(description="How long the stream was on air.")
    chapters: list[ReplayChapter] = strawberry.field(description="One for each pin, in order.")

    @classmethod
    def of(cls, stream: Stream, pins: list[Pin]) -> Self | None:
        if stream.state is not StreamState.ENDED:
            return None
        if stream.started_at is None or stream.ended_at is None:
            raise LookupError(stream.id)  # a constraint rules it out
        begun = stream.started_at
        chapters = [
            ReplayChapter(
                offset_ms=_milliseconds(pin.pinned_at - begun),
                product=Product(id=strawberry.ID(pin.product_id)),
            )
            for pin in pins
        ]
        duration = _milliseconds(stream.ended_at - begun)
        return cls(hls_url=None, duration_ms=duration, chapters=chapters)


@strawberry.federation.type(
    name="Stream", keys=["id"], description="A live broadcast that sells, with its chat."
)
class StreamType(Node):
    snapshot: strawberry.Private[StreamSnapshot]
    title: str = strawberry.field(description="What it is called.")
    host: "Customer" = strawberry.field(description="Who broadcasts.")
    state: StreamState = strawberry.field(description="Where it is in its life.")
    scheduled_at: datetime = strawberry.field(description="When it was announced for.")
    started_at: datetime | None = strawberry.field(description="When it went on air.")
    ended_at: datetime | None = strawberry.field(description="When it went off air.")

    @resolved("How many watch it now, each counted once; 0 unless it is on air.")
    async def viewer_count(self, info: Info) -> int:
        return (await info.context.loaders.presences.load(str(self.id))).viewers

    @resolved("How many watched it at most, at the same time.")
    async def peak_viewers(self, info: Info) -> int:
        return (await info.context.loaders.presences.load(str(self.id))).peak_viewers

    @resolved("How often it was liked.")
    async def like_count(self, info: Info) -> int:
        return (await info.context.loaders.presences.load(str(self.id))).likes

    @resolved("Where its live picture is; null unless it is on air and its host sends one.")
    async def playback(self, info: Info) -> StreamPlayback | None:
        if self.state is not StreamState.LIVE:
            return None
        address = await info.context.loaders.playback.load(str(self.id))
        return StreamPlayback(whep_url=f"{address}/whep/{self.id}") if address else None

    @resolved("What is on offer, in order.")
    async def shelf(self, info: Info) -> list[StreamShelfItem]:
        items = await info.context.loaders.shelves.load(self.snapshot.place)
        return [StreamShelfItem.of(item) for item in items]

    @resolved("The product held up now; null once its window has closed.")
    async def current_pin(self, info: Info) -> StreamPin | None:
        pin = await info.context.loaders.pins.load(self.snapshot.place)
        return None if pin is None else StreamPin.of(pin)

    @resolved(f"The last messages, oldest first; up to {MAX_CHAT}.")
    async def chat(self, info: Info, last: int = 50) -> list[ChatMessageType]:
        if not 0 <= last <= MAX_CHAT:
            raise BadUserInput(f"`last` is between 0 and {MAX_CHAT}; not {last}.")
        messages = await info.context.loaders.chat.load((self.snapshot.place, last))
        return [ChatMessageType.of(message) for message in messages]

    @resolved("What was held up when, once it has ended; null before.")
    async def replay(self, info: Info) -> StreamReplay | None:
        pins = await info.context.loaders.all_pins.load(str(self.id))
        return StreamReplay.of(self.snapshot.stream, pins)

    @resolved(
        "Position of the snapshot you just read: subscribe with `after: headCursor` for a hand-off "
        "without gap or repeat."
    )
    def head_cursor(self, info: Info) -> EventCursor:
        snapshot = self.snapshot
        position = Position(TOPIC, snapshot.stream.id, snapshot.head, snapshot.head_at)
        return EventCursor(write_cursor(position, info.context.settings.cursor_key))

    @classmethod
    def of(cls, snapshot: StreamSnapshot) -> Self:
        stream = snapshot.stream
        return cls(
            id=strawberry.ID(stream.id),
            snapshot=snapshot,
            title=stream.title,
            host=Customer(id=strawberry.ID(stream.host_id)),
            state=stream.state,
            scheduled_at=stream.scheduled_at,
            started_at=stream.started_at,
            ended_at=stream.ended_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        snapshot = await info.context.loaders.streams.load(id)
        return None if snapshot is None else cls.of(snapshot)


@strawberry.federation.type(keys=["id"], description="Something the shop sells.")
class Product:
    id: strawberry.ID = strawberry.field(description="The product's id.")

    @resolved("The streams on air now that have it on their shelf, latest start first.")
    async def live_streams(self, info: Info) -> list[StreamType]:
        snapshots = await info.context.loaders.live_by_product.load(self.id)
        return [StreamType.of(snapshot) for snapshot in snapshots]

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self:  # noqa: A002
        return cls(id=id)


@strawberry.federation.type(keys=["id"], description="A customer of the shop.")
class Customer:
    id: strawberry.ID = strawberry.field(description="The customer's id.")

    @resolved("The streams that the customer hosts, latest first.")
    async def hosted_streams(self, info: Info, first: int = 10) -> list[StreamType]:
        limit = page_request(first).first
        snapshots = await info.context.loaders.by_host.load((self.id, limit))
        return [StreamType.of(snapshot) for snapshot in snapshots]

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self:  # noqa: A002
        return cls(id=id)


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _variant(variant_id: str | None) -> ProductVariant | None:
    return None if variant_id is None else ProductVariant(id=strawberry.ID(variant_id))


def _money(money: Money | None) -> MoneyType | None:
    return None if money is None else MoneyType.of(money)
