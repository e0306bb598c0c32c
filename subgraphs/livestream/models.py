"""The rules of a live room: its states, its pins and its chat, as values without I/O.

A stream is one aggregate: every change of it takes the next number of its event sequence, and pins
and chat messages carry that number. A `StreamSnapshot` knows the last number it contains, so what
is shown with it (pin, chat) can be cut at exactly that point and followed from there.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from subgraphs.shared.money import Money

TITLE_LIMIT = 120
CHAT_LIMIT = 300
SHELF_LIMIT = 100
PIN_SECONDS = range(5, 3601)
MUTE_SECONDS = range(10, 86_401)
COUPON_SECONDS = range(5, 3601)
COUPON_QUANTITY = range(1, 100_001)
GIFT_COUNT = range(1, 100)


class StreamState(StrEnum):
    """Where a stream is in its life; ENDED and CANCELLED absorb."""

    SCHEDULED = "SCHEDULED"
    LIVE = "LIVE"
    ENDED = "ENDED"
    CANCELLED = "CANCELLED"


class StreamCommand(StrEnum):
    """What a host asks of the life of a stream."""

    START = "START"
    END = "END"


TRANSITIONS: dict[tuple[StreamState, StreamCommand], StreamState] = {
    (StreamState.SCHEDULED, StreamCommand.START): StreamState.LIVE,
    (StreamState.SCHEDULED, StreamCommand.END): StreamState.CANCELLED,
    (StreamState.LIVE, StreamCommand.END): StreamState.ENDED,
    # A second click changes nothing and is no fault.
    (StreamState.LIVE, StreamCommand.START): StreamState.LIVE,
    (StreamState.ENDED, StreamCommand.END): StreamState.ENDED,
    (StreamState.CANCELLED, StreamCommand.END): StreamState.CANCELLED,
}
"""All allowed transitions: anything not in this map is refused with CONFLICT."""


def next_state(state: StreamState, command: StreamCommand) -> StreamState | None:
    """Return the state that `command` leads to, or None if it is not allowed in `state`."""
    return TRANSITIONS.get((state, command))


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One broadcast of one host."""

    id: str
    title: str
    host_id: str
    state: StreamState
    scheduled_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class StreamSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A stream as read at one moment; `head` is the last event sequence that it contains."""

    stream: Stream
    head: int
    head_at: datetime

    @property
    def place(self) -> tuple[str, int]:
        """Stream and head: what is shown with this snapshot is read as of this point."""
        return (self.stream.id, self.head)


class ShelfItem(msgspec.Struct, frozen=True, kw_only=True):
    """A product on offer in a stream; positions run from 1."""

    stream_id: str
    position: int
    product_id: str
    offer_price: Money | None
    pin_count: int = 0


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A product held up to the viewers, from `sequence` until cleared or until `ends_at`."""

    id: str
    stream_id: str
    sequence: int
    product_id: str
    variant_id: str | None
    offer_price: Money | None
    pinned_at: datetime
    ends_at: datetime | None


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One line of chat; a removed one keeps its place and loses its text."""

    id: str
    stream_id: str
    sequence: int
    author_id: str
    body: str
    at: datetime
    removed: bool = False


class CouponDrop(msgspec.Struct, frozen=True, kw_only=True):
    """Coupons of `percent` off that can be claimed until `ends_at`, `quantity` of them."""

    id: str
    stream_id: str
    title: str
    percent: int
    quantity: int
    claimed: int
    ends_at: datetime


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """Something of the catalogue that viewers give hosts."""

    id: str
    name: str
    price: Money
    icon_url: str | None


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """How many watch a stream, as last told; how many did at most; how often it was liked."""

    viewers: int = 0
    peak_viewers: int = 0
    likes: int = 0


class GiftState(StrEnum):
    """Where a gift is: PENDING until the wallet has told whether it is paid."""

    PENDING = "PENDING"
    SENT = "SENT"
    REFUSED = "REFUSED"


class GiftSending(msgspec.Struct, frozen=True, kw_only=True):
    """A viewer's gift to the host of a stream; `refusal` is the wallet's code."""

    id: str
    stream_id: str
    gift_id: str
    count: int
    customer_id: str
    wallet_id: str
    total: Money
    state: GiftState
    refusal: str | None
    sent_at: datetime


def window_end(pinned_at: datetime, seconds: int | None) -> datetime | None:
    """Return when a pin of `seconds` closes; without seconds it stays until cleared."""
    return None if seconds is None else pinned_at + timedelta(seconds=seconds)


def without_body(message: ChatMessage) -> ChatMessage:
    """Return the message as viewers see it after removal."""
    return msgspec.structs.replace(message, body="", removed=True)
