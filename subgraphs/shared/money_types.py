"""Money in the graph."""

from typing import Self

import strawberry

from subgraphs.shared.errors import BadUserInput
from subgraphs.shared.fields import resolved
from subgraphs.shared.money import DEFAULT_LOCALE, Money, UnknownLocale
from subgraphs.shared.scalars import CurrencyCode, MinorUnits


@strawberry.federation.type(
    name="Money", shareable=True, description="An exact amount in one currency."
)
class MoneyType:
    """A `Money`; `formatted` is worked out only when asked for."""

    amount: MinorUnits = strawberry.field(description="Whole number of the smallest unit.")
    currency: CurrencyCode = strawberry.field(description="The currency.")
    exponent: int = strawberry.field(
        description="Decimal places of the currency: 2 for INR, 0 for JPY, 3 for KWD."
    )

    @resolved("As people of the locale (BCP 47, default en) write it.")
    def formatted(self, locale: str | None = None) -> str:
        try:
            return Money(self.amount, self.currency).formatted(locale or DEFAULT_LOCALE)
        except UnknownLocale as error:
            raise BadUserInput(str(error)) from None

    @classmethod
    def of(cls, money: Money) -> Self:
        """From the value."""
        return cls(
            amount=MinorUnits(money.amount),
            currency=CurrencyCode(money.currency),
            exponent=money.exponent,
        )


@strawberry.input(description="An exact amount in one currency.")
class MoneyInput:
    """Both scalars check themselves, so every `MoneyInput` is a `Money`."""

    amount: MinorUnits = strawberry.field(description="Whole number of the smallest unit.")
    currency: CurrencyCode = strawberry.field(description="The currency.")

    def value(self) -> Money:
        """The value."""
        return Money(self.amount, self.currency)
