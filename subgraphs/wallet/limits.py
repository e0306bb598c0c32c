"""How much a wallet may hold and send: rules without I/O."""

from datetime import UTC, datetime

import msgspec

from subgraphs.shared.money import MAX_AMOUNT, POINTS, Money
from subgraphs.wallet.errors import limit_exceeded

TIER = "STANDARD"
# Whole units of each currency, about equal in worth.
_MAX_BALANCE = {"INR": 1_000_000, "CNY": 80_000, "JPY": 1_800_000, "KWD": 3_500}
_MONTHLY_OUT = {"INR": 500_000, "CNY": 40_000, "JPY": 900_000, "KWD": 1_750}
_OTHER_MAX_BALANCE = 12_000
_OTHER_MONTHLY_OUT = 6_000


class Limits(msgspec.Struct, frozen=True):
    """What applies to one wallet."""

    max_balance: Money
    monthly_out: Money

    def check_in(self, balance: Money, amount: Money) -> None:
        """Raises BusinessError LIMIT_EXCEEDED if `amount` does not fit in."""
        if balance.amount + amount.amount > self.max_balance.amount:
            raise limit_exceeded(f"The wallet holds at most {self.max_balance.formatted()}.")

    def check_out(self, sent: Money, amount: Money) -> None:
        """Raises BusinessError LIMIT_EXCEEDED if `amount` is too much, `sent` this month."""
        if sent.amount + amount.amount > self.monthly_out.amount:
            left = self.remaining(sent).formatted()
            raise limit_exceeded(f"This month the wallet can send {left} more.")

    def remaining(self, sent: Money) -> Money:
        """What may still go out in a month in which `sent` went out."""
        return Money(max(0, self.monthly_out.amount - sent.amount), sent.currency)


def limits_of(currency: str) -> Limits:
    """The limits of the standard tier; points have none but the number's size."""
    if currency == POINTS:
        return Limits(Money(MAX_AMOUNT, POINTS), Money(MAX_AMOUNT, POINTS))
    unit = 10 ** Money.zero(currency).exponent
    return Limits(
        Money(_MAX_BALANCE.get(currency, _OTHER_MAX_BALANCE) * unit, currency),
        Money(_MONTHLY_OUT.get(currency, _OTHER_MONTHLY_OUT) * unit, currency),
    )


def month_of(instant: datetime) -> datetime:
    """The start of the instant's month in UTC."""
    return instant.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
