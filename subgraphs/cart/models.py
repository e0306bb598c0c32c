"""What a cart is, as plain values: its lines, where they came from, and what they add up to."""

from datetime import datetime
from enum import StrEnum

import msgspec

from subgraphs.shared.money import Money, total

MAX_LINES = 100
MAX_QUANTITY = 999


class LineSourceKind(StrEnum):
    """What led to a line."""

    STREAM_PIN = "STREAM_PIN"
    POST = "POST"
    GROUP_BUY = "GROUP_BUY"
    SCAN = "SCAN"
    REFERRAL = "REFERRAL"
    CAMPAIGN = "CAMPAIGN"


class LineSource(msgspec.Struct, frozen=True):
    """Which live pin, post, group, scan or referral put the line here."""

    kind: LineSourceKind
    ref_id: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many of a variant, at the price that was in force when the line was last written."""

    id: str
    cart_id: str
    position: int
    variant_id: str
    quantity: int
    unit_price: Money
    source: LineSource | None

    @property
    def total(self) -> Money:
        """Unit price times quantity."""
        return self.unit_price * self.quantity


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """A cart in one channel and its currency; `customer_id` once somebody has claimed it."""

    id: str
    channel: str
    currency: str
    customer_id: str | None
    version: int
    created_at: datetime
    expires_at: datetime

    def visible_to(self, viewer: str | None) -> bool:
        """A claimed cart is its owner's alone; before, whoever knows the id has it."""
        return self.customer_id is None or self.customer_id == viewer


class Totals(msgspec.Struct, frozen=True):
    """What the lines add up to."""

    subtotal: Money
    total: Money


def totals(cart: Cart, lines: list[Line]) -> Totals:
    """Exact to the minor unit: sums of integers."""
    subtotal = total((line.total for line in lines), cart.currency)
    return Totals(subtotal=subtotal, total=subtotal)
