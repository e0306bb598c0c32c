"""Gifts: a viewer pays the host, and all see it.

Sending one asks the viewer's wallet, by an event, to pay the host. Whether it does, comes as an
event of the wallet; only then the gift is in the stream. Each gift is settled once: it is PENDING
until it is SENT or REFUSED. A gift that was sent while the stream was on air is shown even if its
payment comes after the end, for it is paid.
"""

import logging

import msgspec

from subgraphs.livestream import errors, events, gift_rows, repository
from subgraphs.livestream.models import GIFT_COUNT, GiftSending, GiftState, StreamState
from subgraphs.shared.consumer import Received, Subscription
from subgraphs.shared.events import Event
from subgraphs.shared.ids import is_id, new_id
from subgraphs.shared.unit_of_work import UnitOfWork

_log = logging.getLogger(__name__)


class SendGift(msgspec.Struct, frozen=True, kw_only=True):
    """Give the host `count` of a gift, paid from a wallet."""

    stream_id: str
    gift_id: str
    count: int
    wallet_id: str


async def send(unit: UnitOfWork, customer_id: str, command: SendGift) -> str:
    """Ask the wallet to pay for a gift to the host of a stream on air; return the sending's id.

    Whose the wallet is and what it holds, the wallet checks.

    Raises:
        BusinessError: INVALID, NOT_FOUND, STREAM_NOT_LIVE; FORBIDDEN for gifts to oneself.
    """
    if command.count not in GIFT_COUNT:
        raise errors.invalid(f"Give {GIFT_COUNT.start} to {GIFT_COUNT.stop - 1}.", "count")
    if not is_id(command.wallet_id):
        raise errors.invalid("This is not the id of a wallet.", "walletId")
    found = await gift_rows.gifts_by_id(unit.session, [command.gift_id])
    gift = found.get(command.gift_id)
    if gift is None:
        raise errors.gift_not_found(command.gift_id)
    stream = await repository.lock_stream(unit.session, command.stream_id)
    if stream is None:
        raise errors.stream_not_found(command.stream_id, "streamId")
    if stream.state is not StreamState.LIVE:
        raise errors.not_live(stream.state, "streamId")
    if stream.host_id == customer_id:
        raise errors.gift_to_oneself()
    sending = GiftSending(
        id=new_id("gsnd"),
        stream_id=stream.id,
        gift_id=gift.id,
        count=command.count,
        customer_id=customer_id,
        wallet_id=command.wallet_id,
        total=gift.price * command.count,
        state=GiftState.PENDING,
        refusal=None,
        sent_at=await repository.database_time(unit.session),
    )
    await gift_rows.add_sending(unit.session, sending)
    _tell(unit, events.GIFT_ASKED, events.gift_asked(sending, stream.host_id), sending.id)
    return sending.id


async def payment_told(unit: UnitOfWork, event: Received) -> None:
    """Take over what became of a payment; payments for anything but a gift are passed over."""
    sending = await gift_rows.lock_sending(unit.session, event.key)
    if sending is None or sending.state is not GiftState.PENDING:
        return
    match event.type:
        case "fc.wallet.payment.made.v1":
            await _sent(unit, sending)
        case "fc.wallet.payment.refused.v1":
            await _refused(unit, sending, str(event.data["code"]))
        case _:
            _log.warning("What %s means for a gift is not known.", event.type)


PAYMENTS = Subscription(
    name="payments", topics={"wallet": ("fc.wallet.payment.v1",)}, handler=payment_told
)


async def _sent(unit: UnitOfWork, sending: GiftSending) -> None:
    stream = await repository.lock_stream(unit.session, sending.stream_id)
    gift = (await gift_rows.gifts_by_id(unit.session, [sending.gift_id]))[sending.gift_id]
    if stream is None:
        raise LookupError(sending.stream_id)  # a foreign key rules it out
    sequence = await unit.reserve(events.TOPIC, stream.id)
    settled = await gift_rows.settle_sending(
        unit.session, sending.id, GiftState.SENT, sequence=sequence
    )
    unit.record(
        Event(
            type=events.GIFT_SENT,
            topic=events.TOPIC,
            key=stream.id,
            data=events.gift_sent(settled, gift),
            sequence=sequence,
        )
    )
    _tell(unit, events.GIFT_PAID, events.gift_settled(settled, stream.host_id), settled.id)


async def _refused(unit: UnitOfWork, sending: GiftSending, code: str) -> None:
    host_id = await repository.host_of(unit.session, sending.stream_id)
    settled = await gift_rows.settle_sending(
        unit.session, sending.id, GiftState.REFUSED, refusal=code
    )
    _tell(unit, events.GIFT_REFUSED, events.gift_settled(settled, host_id), settled.id)


def _tell(unit: UnitOfWork, type_: str, data: dict[str, object], sending_id: str) -> None:
    unit.record(Event(type=type_, topic=events.GIFT_TOPIC, key=sending_id, data=data))
