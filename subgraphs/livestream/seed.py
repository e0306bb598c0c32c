"""The demo's rooms: three on air, five to look back at, four announced; and the gifts.

A room's rows and events are made together, event by event, as its commands would have made them;
only the times lie in the past. It runs once: where the first room exists, nothing is done.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from subgraphs.livestream import coupons, events, gift_rows, reads, repository
from subgraphs.livestream.demo_texts import (
    CHAT,
    ENDED,
    GIFTS,
    HOST_LINES,
    LIVE,
    OFFERS,
    SCHEDULED,
    Room,
)
from subgraphs.livestream.models import ChatMessage, Gift, Pin, ShelfItem, Stream, StreamState
from subgraphs.livestream.tables import chat_messages, pins, presence
from subgraphs.shared.database import Database
from subgraphs.shared.demo import (
    CUSTOMERS,
    PERSONAS,
    customer_id,
    demo_id,
    product_id,
    products_in,
)
from subgraphs.shared.events import Event
from subgraphs.shared.instants import now
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork, transact

HOSTS = (PERSONAS["host"].customer, 11, 23, 37)
SHELF = 8


async def seed(database: Database) -> None:
    """Load the demo data where it is not loaded."""
    if await transact(database, _load):
        await transact(database, _drop_coupons)


async def _load(unit: UnitOfWork) -> bool:
    for number, (name, rupees) in enumerate(GIFTS, start=1):
        price = Money(rupees * 100, "INR")
        gift = Gift(id=demo_id("gift", number), name=name, price=price, icon_url=None)
        await gift_rows.add_gift(unit.session, gift, number)
    first = demo_id("strm", 1)
    if first in await reads.streams_by_id(unit.session, [first]):
        return False
    for plan in _plans(now()):
        await _make(unit, plan)
    return True


async def _drop_coupons(unit: UnitOfWork) -> str:
    """Coupons of the first room can be claimed for the first hour."""
    command = coupons.DropCoupons(
        stream_id=demo_id("strm", 1),
        title="A tenth off the whole table",
        percent=10,
        quantity=50,
        seconds=3600,
    )
    return await coupons.drop(unit, customer_id(HOSTS[0]), command)


class Plan(msgspec.Struct, frozen=True):
    """A room to make: its stream, and how many pins and lines it has had."""

    number: int
    room: Room
    stream: Stream
    pins: int
    lines: int


def _plans(at: datetime) -> Iterator[Plan]:
    hour = at.replace(minute=0, second=0, microsecond=0)
    rooms = (
        [(room, StreamState.LIVE) for room in LIVE]
        + [(room, StreamState.ENDED) for room in ENDED]
        + [(room, StreamState.SCHEDULED) for room in SCHEDULED]
    )
    for number, (room, state) in enumerate(rooms, start=1):
        stream = Stream(
            id=demo_id("strm", number),
            title=room.title,
            host_id=customer_id(HOSTS[(number - 1) % len(HOSTS)]),
            state=state,
            scheduled_at=hour,
            started_at=None,
            ended_at=None,
        )
        match state:
            case StreamState.LIVE:
                begun = at - timedelta(minutes=12 + 7 * number)
                stream = msgspec.structs.replace(
                    stream, scheduled_at=begun - timedelta(minutes=1), started_at=begun
                )
                yield Plan(number, room, stream, 4, 12)
            case StreamState.ENDED:
                begun = hour - timedelta(days=2 * (number - len(LIVE)), hours=number)
                stream = msgspec.structs.replace(
                    stream,
                    scheduled_at=begun,
                    started_at=begun + timedelta(seconds=40 * number),
                    ended_at=begun + timedelta(minutes=50 + number),
                )
                yield Plan(number, room, stream, 10, 20)
            case _:
                ahead = timedelta(days=number - len(LIVE) - len(ENDED), hours=3)
                yield Plan(
                    number, room, msgspec.structs.replace(stream, scheduled_at=hour + ahead), 0, 0
                )


async def _make(unit: UnitOfWork, plan: Plan) -> None:
    stream = plan.stream
    shelf = _shelf(plan)
    await repository.add_stream(unit.session, stream)
    await repository.replace_shelf(unit.session, stream.id, shelf)
    _tell(unit, stream, events.SCHEDULED, StreamState.SCHEDULED)
    if stream.started_at is None:
        return
    _tell(unit, stream, events.STARTED, StreamState.LIVE)
    story = _story(plan, shelf, stream.started_at)
    for entry in story:
        match entry:
            case Pin():
                _event(unit, stream, events.PIN_SET, events.pinned(entry))
            case ChatMessage():
                _event(unit, stream, events.CHAT_POSTED, events.chat_posted(entry))
    if stream.state is StreamState.ENDED:
        _tell(unit, stream, events.ENDED, StreamState.ENDED)
    await _write(unit, plan, story)
    likes = 700 + plan.number * 313
    most = 0 if stream.state is StreamState.LIVE else 40 + plan.number * 17
    await unit.session.execute(
        presence.insert().values(
            stream_id=stream.id, peak_viewers=most, likes=likes, told_likes=likes
        )
    )


def shelf_of(number: int, room: Room) -> list[str]:
    """The products on the shelf of the demo's stream of this number, in order."""
    chosen = random.Random(number)  # noqa: S311 (the same every time, nothing secret)
    products = [product for range_ in room.ranges for product in products_in(range_)]
    return chosen.sample(products, SHELF)


def _shelf(plan: Plan) -> list[ShelfItem]:
    offers = {product_id(n): Money(rupees * 100, "INR") for n, rupees in OFFERS.items()}
    return [
        ShelfItem(
            stream_id=plan.stream.id,
            position=position,
            product_id=product,
            offer_price=offers.get(product),
        )
        for position, product in enumerate(shelf_of(plan.number, plan.room), start=1)
    ]


def _story(plan: Plan, shelf: Sequence[ShelfItem], begun: datetime) -> list[Pin | ChatMessage]:
    """Pins and lines in the order of their sequence, which goes on from STARTED's, 2."""
    chosen = random.Random(1000 + plan.number)  # noqa: S311 (as above)
    ended = plan.stream.ended_at or now()
    count = plan.pins + plan.lines
    step = (ended - begun) / (count + 1)
    # The first entry is a pin, and a pin comes after every few lines.
    every = count // plan.pins
    story: list[Pin | ChatMessage] = []
    for place in range(count):
        at = begun + step * (place + 1)
        number = plan.number * 1000 + place
        turn, is_line = divmod(place, every)
        if is_line or turn >= plan.pins:
            story.append(_line(plan.stream, chosen, number, place + 3, at))
        else:
            story.append(
                Pin(
                    id=demo_id("pin", number),
                    stream_id=plan.stream.id,
                    sequence=place + 3,
                    product_id=shelf[turn % len(shelf)].product_id,
                    variant_id=None,
                    offer_price=shelf[turn % len(shelf)].offer_price,
                    pinned_at=at,
                    ends_at=None,
                )
            )
    return story


def _line(
    stream: Stream, chosen: random.Random, number: int, sequence: int, at: datetime
) -> ChatMessage:
    by_host = chosen.random() < 0.2
    return ChatMessage(
        id=demo_id("chat", number),
        stream_id=stream.id,
        sequence=sequence,
        author_id=stream.host_id if by_host else customer_id(chosen.randint(1, CUSTOMERS)),
        body=chosen.choice(HOST_LINES if by_host else CHAT),
        at=at,
    )


async def _write(unit: UnitOfWork, plan: Plan, story: Sequence[Pin | ChatMessage]) -> None:
    last = len(story) + 3 if plan.stream.state is StreamState.ENDED else None
    set_ = [entry for entry in story if isinstance(entry, Pin)]
    cleared = [pin.sequence for pin in set_[1:]] + [last]
    await unit.session.execute(
        pins.insert(),
        [
            repository.pin_row(pin, cleared_sequence)
            for pin, cleared_sequence in zip(set_, cleared, strict=True)
        ],
    )
    lines = [entry for entry in story if isinstance(entry, ChatMessage)]
    await unit.session.execute(
        chat_messages.insert(), [repository.message_row(line) for line in lines]
    )


def _tell(unit: UnitOfWork, stream: Stream, type_: str, state: StreamState) -> None:
    _event(unit, stream, type_, events.lifecycle(type_, stream.id, state))


def _event(unit: UnitOfWork, stream: Stream, type_: str, data: dict[str, Any]) -> None:
    unit.record(Event(type=type_, topic=events.TOPIC, key=stream.id, data=data))
