"""What group-buying says. Of groups, keyed by the group's id, one event for each version.

`fc.groupbuy.event.v1` backs `Subscription.groupBuyProgress`; the rest is for other consumers, as is
`secondsLeft`, which is of the event's `time`: clients are told it anew whenever the event is
delivered. The wallet does what `settlement` asks. Whatever ends a seat that a wallet pays asks for
the release of its hold, after the event that asked to place it: so a payment that comes late is
given back (G6).
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from subgraphs.groupbuy.models import Group, Member, Offer
from subgraphs.shared.events import Event
from subgraphs.shared.instants import instant_text
from subgraphs.shared.money import Money
from subgraphs.shared.topics import Topic

TOPIC = "fc.groupbuy.event.v1"
OPENED = "fc.groupbuy.group.opened.v1"
SEAT_HELD = "fc.groupbuy.seat.held.v1"
SEAT_PAID = "fc.groupbuy.seat.paid.v1"
SEAT_RELEASED = "fc.groupbuy.seat.released.v1"
SEAT_REFUNDED = "fc.groupbuy.seat.refunded.v1"
FILLED = "fc.groupbuy.group.filled.v1"
EXPIRED = "fc.groupbuy.group.expired.v1"
CANCELLED = "fc.groupbuy.group.cancelled.v1"
REFUNDING = "fc.groupbuy.group.refunding.v1"
REFUNDED = "fc.groupbuy.group.refunded.v1"

OFFER_TOPIC = "fc.groupbuy.offer.v1"
OFFER_CREATED = "fc.groupbuy.offer.created.v1"

TOPICS = (
    Topic(
        name=TOPIC,
        key="the group's id",
        types=(
            OPENED,
            SEAT_HELD,
            SEAT_PAID,
            SEAT_RELEASED,
            SEAT_REFUNDED,
            FILLED,
            EXPIRED,
            CANCELLED,
            REFUNDING,
            REFUNDED,
        ),
        retention=timedelta(days=90),
    ),
    Topic(
        name=OFFER_TOPIC,
        key="the offer's id",
        types=(OFFER_CREATED,),
        retention=timedelta(days=90),
    ),
)


class HoldWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Money that a wallet shall set aside for a seat."""

    member: Member
    amount: Money
    expires_at: datetime


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What wallets shall do: place a hold, capture and release those of these members."""

    hold: HoldWanted | None = None
    capture: tuple[str, ...] = ()
    release: tuple[str, ...] = ()


def group_changed(
    type_: str,
    group: Group,
    at: datetime,
    member: Member | None = None,
    settlement: Settlement | None = None,
) -> Event:
    """The group as it now is; `member` is whose seat changed, if one did."""
    data = {
        "groupBuy": {"id": group.id},
        "paidCount": group.paid_count,
        "size": group.size,
        "state": group.state.value,
        "secondsLeft": seconds_left(group, at),
        "version": group.version,
        "offerId": group.offer_id,
        "leaderId": group.leader_id,
        "member": _member(member) if member else None,
        "settlement": _settlement(settlement) if settlement else None,
    }
    return Event(type=type_, topic=TOPIC, key=group.id, data=data)


def offer_created(offer: Offer) -> Event:
    """There is an offer: groups may be opened while it lasts."""
    data = {
        "offer": {"id": offer.id},
        "productId": offer.product_id,
        "variantId": offer.variant_id,
        "size": offer.size,
        "groupPrice": offer.group_price.payload(),
        "soloPrice": offer.solo_price.payload(),
        "windowSeconds": offer.window_seconds,
        "startsAt": instant_text(offer.starts_at),
        "endsAt": instant_text(offer.ends_at),
        "quota": offer.quota,
        "perCustomerLimit": offer.per_customer_limit,
    }
    return Event(type=OFFER_CREATED, topic=OFFER_TOPIC, key=offer.id, data=data)


def seconds_left(group: Group, at: datetime) -> int:
    """Whole seconds until the group's time is up, zero afterwards."""
    return max(0, int((group.expires_at - at).total_seconds()))


def released(member: Member) -> Settlement | None:
    """What the wallet shall do when the member's seat is given up."""
    return Settlement(release=(member.id,)) if member.wallet_id is not None else None


def _member(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "customerId": member.customer_id,
        "seat": member.seat,
        "quantity": member.quantity,
        "refusal": member.refusal,
    }


def _settlement(settlement: Settlement) -> dict[str, Any]:
    wanted = settlement.hold
    hold = None
    if wanted is not None:
        hold = {
            "refId": wanted.member.id,
            "walletId": wanted.member.wallet_id,
            "ownerId": wanted.member.customer_id,
            "amount": wanted.amount.payload(),
            "expiresAt": instant_text(wanted.expires_at),
        }
    return {
        "hold": hold,
        "capture": list(settlement.capture),
        "release": list(settlement.release),
    }
