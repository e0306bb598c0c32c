"""What group-buying says, keyed by the group's id: one event for each version of a group.

`fc.groupbuy.event.v1` backs `Subscription.groupBuyProgress`; `member` is for other consumers.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from subgraphs.groupbuy.models import Group
from subgraphs.shared.events import Event

TOPIC = "fc.groupbuy.event.v1"
OPENED = "fc.groupbuy.group.opened.v1"
SEAT_PAID = "fc.groupbuy.seat.paid.v1"
SEAT_RELEASED = "fc.groupbuy.seat.released.v1"
FILLED = "fc.groupbuy.group.filled.v1"
EXPIRED = "fc.groupbuy.group.expired.v1"
CANCELLED = "fc.groupbuy.group.cancelled.v1"
REFUNDED = "fc.groupbuy.group.refunded.v1"


def group_changed(
    type_: str, group: Group, at: datetime, member: Mapping[str, Any] | None = None
) -> Event:
    """The group as it now is; `member` names the seat that changed, if one did."""
    data = {
        "groupBuy": {"id": group.id},
        "paidCount": group.paid_count,
        "size": group.size,
        "state": group.state.value,
        "secondsLeft": seconds_left(group, at),
        "version": group.version,
        "offerId": group.offer_id,
        "leaderId": group.leader_id,
        "member": dict(member) if member is not None else None,
    }
    return Event(type=type_, topic=TOPIC, key=group.id, data=data)


def seconds_left(group: Group, at: datetime) -> int:
    """Whole seconds until the group's time is up, zero afterwards."""
    return max(0, int((group.expires_at - at).total_seconds()))
