"""What a host does with a stream: its life, its shelf, its pins. `chat` has what viewers do.

Every command takes the stream's row first, then checks, then changes, and only then takes the
sequence of its event: a refused command leaves no gap. What changes nothing writes no event.
"""

from datetime import datetime

import msgspec

from subgraphs.livestream import errors, events, paces, repository
from subgraphs.livestream.models import (
    PIN_SECONDS,
    SHELF_LIMIT,
    TITLE_LIMIT,
    Pin,
    ShelfItem,
    Stream,
    StreamCommand,
    StreamState,
    next_state,
    window_end,
)
from subgraphs.shared.events import Event
from subgraphs.shared.ids import is_id, new_id
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork


class ScheduleStream(msgspec.Struct, frozen=True, kw_only=True):
    """Announce a stream, with the first contents of its shelf."""

    title: str
    scheduled_at: datetime
    product_ids: tuple[str, ...]


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A product on the shelf, at a price of this stream's own or at the catalog's."""

    product_id: str
    price: Money | None


class SetShelf(msgspec.Struct, frozen=True, kw_only=True):
    """Put these products on the shelf, in this order, in place of what is there."""

    stream_id: str
    offers: tuple[Offer, ...]


class PinProduct(msgspec.Struct, frozen=True, kw_only=True):
    """Hold up a product of the shelf; without a price at the shelf's, without seconds for good."""

    stream_id: str
    product_id: str
    variant_id: str | None = None
    offer_price: Money | None = None
    seconds: int | None = None


async def schedule(unit: UnitOfWork, host_id: str, command: ScheduleStream) -> str:
    """Announce a stream; return its id.

    Raises:
        BusinessError: INVALID.
    """
    title = command.title.strip()
    if not 1 <= len(title) <= TITLE_LIMIT:
        raise errors.invalid(f"A title has 1 to {TITLE_LIMIT} characters.", "title")
    stream = Stream(
        id=new_id("strm"),
        title=title,
        host_id=host_id,
        state=StreamState.SCHEDULED,
        scheduled_at=command.scheduled_at,
        started_at=None,
        ended_at=None,
    )
    items = _shelf(
        stream.id,
        [Offer(product_id=product_id, price=None) for product_id in command.product_ids],
        ("productIds",),
    )
    await repository.add_stream(unit.session, stream)
    await repository.replace_shelf(unit.session, stream.id, items)
    _record_life(unit, events.SCHEDULED, stream)
    return stream.id


async def start(unit: UnitOfWork, host_id: str, stream_id: str) -> None:
    """Go on air; a stream that is on air already stays so.

    Raises:
        BusinessError: NOT_FOUND, FORBIDDEN, CONFLICT.
    """
    await _move(unit, host_id, stream_id, StreamCommand.START)


async def end(unit: UnitOfWork, host_id: str, stream_id: str) -> None:
    """Go off air, taking down the pin; a stream that was never on air is cancelled.

    Raises:
        BusinessError: NOT_FOUND, FORBIDDEN.
    """
    await _move(unit, host_id, stream_id, StreamCommand.END)


async def set_shelf(unit: UnitOfWork, host_id: str, command: SetShelf) -> None:
    """Replace the shelf of a stream that has not ended.

    Raises:
        BusinessError: NOT_FOUND, FORBIDDEN, CONFLICT, INVALID.
    """
    stream = await _own(unit, host_id, command.stream_id, "streamId")
    if stream.state not in {StreamState.SCHEDULED, StreamState.LIVE}:
        raise errors.not_allowed(stream.state, "streamId")
    items = _shelf(stream.id, command.offers, ("items",))
    await repository.replace_shelf(unit.session, stream.id, items)
    unit.record(_event(events.SHELF_CHANGED, stream.id, events.shelf_changed(stream.id)))


async def pin_product(unit: UnitOfWork, host_id: str, command: PinProduct) -> str:
    """Pin a product of the shelf in place of the current one; return the pin's id.

    Raises:
        BusinessError: NOT_FOUND, FORBIDDEN, STREAM_NOT_LIVE, INVALID.
    """
    _check_pin(command)
    stream = await _own(unit, host_id, command.stream_id, "streamId")
    if stream.state is not StreamState.LIVE:
        raise errors.not_live(stream.state, "streamId")
    item = await repository.shelf_item(unit.session, stream.id, command.product_id)
    if item is None:
        raise errors.invalid(
            f"The product {command.product_id!r} is not on the shelf of this stream.",
            "productId",
        )
    sequence = await unit.reserve(events.TOPIC, stream.id)
    pinned_at = await repository.database_time(unit.session)
    pin = Pin(
        id=new_id("pin"),
        stream_id=stream.id,
        sequence=sequence,
        product_id=command.product_id,
        variant_id=command.variant_id,
        offer_price=command.offer_price or item.offer_price,
        pinned_at=pinned_at,
        ends_at=window_end(pinned_at, command.seconds),
    )
    await repository.clear_pin(unit.session, stream.id, sequence)
    await repository.add_pin(unit.session, pin)
    unit.record(_event(events.PIN_SET, stream.id, events.pinned(pin), sequence))
    return pin.id


async def unpin(unit: UnitOfWork, host_id: str, stream_id: str) -> Pin | None:
    """Take down the standing pin and return it; None if there is none.

    Raises:
        BusinessError: NOT_FOUND, FORBIDDEN, STREAM_NOT_LIVE.
    """
    stream = await _own(unit, host_id, stream_id, "streamId")
    if stream.state is not StreamState.LIVE:
        raise errors.not_live(stream.state, "streamId")
    pin = await repository.standing_pin(unit.session, stream.id)
    if pin is None:
        return None
    sequence = await unit.reserve(events.TOPIC, stream.id)
    await repository.clear_pin(unit.session, stream.id, sequence)
    data = events.unpinned(stream.id, pin.id)
    unit.record(_event(events.PIN_CLEARED, stream.id, data, sequence))
    return pin


async def _move(unit: UnitOfWork, host_id: str, stream_id: str, command: StreamCommand) -> None:
    stream = await _own(unit, host_id, stream_id, "streamId")
    state = next_state(stream.state, command)
    if state is None:
        raise errors.not_allowed(stream.state, "streamId")
    if state is stream.state:
        return
    sequence = await unit.reserve(events.TOPIC, stream.id)
    at = await repository.database_time(unit.session)
    if command is StreamCommand.START:
        moved = msgspec.structs.replace(stream, state=state, started_at=at)
    else:
        moved = msgspec.structs.replace(stream, state=state, ended_at=at)
        await repository.clear_pin(unit.session, stream.id, sequence)
        await paces.forget(unit.session, stream.id)
    await repository.save_life(unit.session, moved)
    type_ = events.STARTED if command is StreamCommand.START else events.ENDED
    _record_life(unit, type_, moved, sequence)


async def _own(unit: UnitOfWork, host_id: str, stream_id: str, *field: str) -> Stream:
    """The stream, held, if it is the host's. Streams are public, so FORBIDDEN tells nothing new."""
    stream = await repository.lock_stream(unit.session, stream_id)
    if stream is None:
        raise errors.stream_not_found(stream_id, *field)
    if stream.host_id != host_id:
        raise errors.not_the_host(*field)
    return stream


def _shelf(
    stream_id: str, offers: list[Offer] | tuple[Offer, ...], field: tuple[str, ...]
) -> list[ShelfItem]:
    if len(offers) > SHELF_LIMIT:
        raise errors.invalid(f"A shelf holds up to {SHELF_LIMIT} products.", *field)
    seen: set[str] = set()
    for index, offer in enumerate(offers):
        where = (*field, str(index))
        if not is_id(offer.product_id, "prod_"):
            raise errors.invalid(f"{offer.product_id!r} is not the id of a product.", *where)
        if offer.product_id in seen:
            raise errors.invalid(f"{offer.product_id!r} is on the shelf twice.", *where)
        if offer.price is not None and offer.price.amount <= 0:
            raise errors.invalid("An offer price is above zero.", *where, "offerPrice")
        seen.add(offer.product_id)
    return [
        ShelfItem(
            stream_id=stream_id,
            position=position,
            product_id=offer.product_id,
            offer_price=offer.price,
        )
        for position, offer in enumerate(offers, start=1)
    ]


def _check_pin(command: PinProduct) -> None:
    if command.seconds is not None and command.seconds not in PIN_SECONDS:
        raise errors.invalid(
            f"A pin stays for {PIN_SECONDS.start} to {PIN_SECONDS.stop - 1} seconds.",
            "seconds",
        )
    if command.offer_price is not None and command.offer_price.amount <= 0:
        raise errors.invalid("An offer price is above zero.", "offerPrice")
    if command.variant_id is not None and not is_id(command.variant_id, "var_"):
        raise errors.invalid(f"{command.variant_id!r} is not the id of a variant.", "variantId")


def _record_life(unit: UnitOfWork, type_: str, stream: Stream, sequence: int | None = None) -> None:
    data = events.lifecycle(type_, stream.id, stream.state)
    unit.record(_event(type_, stream.id, data, sequence))


def _event(
    type_: str, stream_id: str, data: dict[str, object], sequence: int | None = None
) -> Event:
    return Event(type=type_, topic=events.TOPIC, key=stream_id, data=data, sequence=sequence)
