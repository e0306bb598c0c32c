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


class PinOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What a line costs while the pin that led to it stands; `ends_at` is None if not known."""

    price: Money
    ends_at: datetime | None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many of a variant, at the price that was in force when the line was last written.

    `offer` is lower, and in force now.
    """

    id: str
    cart_id: str
    position: int
    variant_id: str
    quantity: int
    unit_price: Money
    source: LineSource | None
    offer: PinOffer | None = None

    @property
    def price(self) -> Money:
        """What one costs now."""
        return self.offer.price if self.offer else self.unit_price

    @property
    def total(self) -> Money:
        """What all of it costs now."""
        return self.price * self.quantity


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
