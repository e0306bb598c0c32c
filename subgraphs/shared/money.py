"""Money as a whole number of the currency's smallest unit: no rounding anywhere but in `allocate`.

Exponents follow ISO 4217 (CLDR's table), with points (PTS) as a unit of our own.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Self

import msgspec
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import format_currency, format_decimal

MAX_AMOUNT = 2**53 - 1
POINTS = "PTS"
DEFAULT_LOCALE = "en"


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies cannot be added or compared."""


class AmountOutOfRange(ValueError):
    """The amount does not fit into 53 bits."""


class UnknownCurrency(ValueError):
    """Neither an ISO 4217 code nor a point unit of ours."""


class Money(msgspec.Struct, frozen=True):
    """`amount` minor units of `currency`, for example Money(1999, "INR") for 19.99 rupees."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        exponent_of(self.currency)
        if not -MAX_AMOUNT <= self.amount <= MAX_AMOUNT:
            raise AmountOutOfRange(f"{self.amount} does not fit into 53 bits.")

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @property
    def exponent(self) -> int:
        """How many decimal places the currency has: 2 for INR, 0 for JPY and PTS, 3 for KWD."""
        return exponent_of(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: int) -> "Money":
        return Money(self.amount * factor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other)

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by weights so that the parts add up exactly, by largest remainder.

        Raises:
            ValueError: a weight is negative, or all are zero.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("Weights are not negative, and one is positive.")
        sign, amount = (-1, -self.amount) if self.amount < 0 else (1, self.amount)
        parts = [amount * weight // total for weight in weights]
        by_remainder = sorted(
            range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i)
        )
        for index in by_remainder[: amount - sum(parts)]:
            parts[index] += 1
        return [Money(sign * part, self.currency) for part in parts]

    def formatted(self, locale: str = DEFAULT_LOCALE) -> str:
        """As people of that locale write it; `locale` is a BCP 47 tag such as `en-IN`.

        Raises:
            UnknownLocale: there is no such locale.
        """
        value = Decimal(self.amount).scaleb(-self.exponent)
        where = _locale(locale)
        if self.currency == POINTS:
            return f"{format_decimal(value, locale=where)} {POINTS}"
        return format_currency(value, self.currency, locale=where)

    def payload(self, locale: str = DEFAULT_LOCALE) -> dict[str, Any]:
        """All fields of the graph's `Money`, as events carry it."""
        return {
            "amount": self.amount,
            "currency": self.currency,
            "exponent": self.exponent,
            "formatted": self.formatted(locale),
        }

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix.")
        return other.amount


class UnknownLocale(ValueError):
    """No locale of that name."""


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum, zero of `currency` when there are none."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result


@lru_cache(maxsize=512)
def exponent_of(currency: str) -> int:
    """Decimal places of a currency.

    Raises:
        UnknownCurrency: the code is neither ISO 4217 nor PTS.
    """
    if currency == POINTS:
        return 0
    if currency not in get_global("all_currencies"):
        raise UnknownCurrency(f"There is no currency {currency!r}.")
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        raise UnknownLocale(f"There is no locale {tag!r}.") from None
