"""Offers, groups and seats as values.

A group whose leader pays from a wallet is PENDING_LEADER until the wallet has set the money aside.
It is OPEN until its last seat is paid (FILLED) or its time is up (EXPIRED) or its leader calls it
off (CANCELLED); from the last two it becomes REFUNDED, by way of REFUNDING while wallets still hold
money for it. FILLED and REFUNDED are final.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from subgraphs.shared.money import Money


class GroupBuyState(StrEnum):
    """Where a group is in its life."""

    PENDING_LEADER = "PENDING_LEADER"
    OPEN = "OPEN"
    FILLED = "FILLED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    REFUNDING = "REFUNDING"
    REFUNDED = "REFUNDED"


class MemberState(StrEnum):
    """Where a member's payment is.

    HELD awaits the wallet, PAID is authorised or set aside, CAPTURED is taken.
    """

    HELD = "HELD"
    PAID = "PAID"
    CAPTURED = "CAPTURED"
    RELEASED = "RELEASED"
    REFUNDED = "REFUNDED"


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A variant for less, if `size` customers buy it within `window_seconds` of the first.

    `quota` is how many groups may be open or filled; `sold_groups` how many are filled.
    """

    id: str
    product_id: str
    variant_id: str
    size: int
    group_price: Money
    solo_price: Money
    window_seconds: int
    starts_at: datetime
    ends_at: datetime
    quota: int
    active_groups: int
    sold_groups: int
    per_customer_limit: int | None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group; `version` grows by one with each change, and each change is one event."""

    id: str
    offer_id: str
    state: GroupBuyState
    leader_id: str
    share_code: str
    size: int
    paid_count: int
    held_count: int
    opens_at: datetime | None
    expires_at: datetime
    filled_at: datetime | None
    version: int

    @property
    def seats_left(self) -> int:
        return self.size - self.paid_count - self.held_count


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's seat, 1 to the group's size. `wallet_id` is None if a card pays.

    `refusal` is why the payment did not come about: a code of the wallet's, or PAYMENT_TIMEOUT.
    """

    id: str
    group_id: str
    customer_id: str
    seat: int
    quantity: int
    state: MemberState
    joined_at: datetime
    wallet_id: str | None
    refusal: str | None
