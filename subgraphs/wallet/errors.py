"""Why the wallet refuses: the codes of its `UserError`, and the refusals that are raised often."""

from enum import StrEnum

from subgraphs.shared.errors import BusinessError
from subgraphs.shared.money import Money


class Code(StrEnum):
    """Values of `UserErrorCode`."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    CARD_DECLINED = "CARD_DECLINED"


def not_found(field: str) -> BusinessError:
    """No such wallet, or not the viewer's: the same answer, so that ids cannot be tried out."""
    return BusinessError(Code.NOT_FOUND, "There is no such wallet of yours.", [field])


def points_only() -> BusinessError:
    """The wallet holds points, which are no money."""
    message = "Points are earned; they are neither bought nor paid out."
    return BusinessError(Code.INVALID, message, ["walletId"])


def currency_mismatch(currency: str, field: str = "amount") -> BusinessError:
    """The amount is not in the wallet's currency."""
    return BusinessError(
        Code.CURRENCY_MISMATCH, f"The wallet holds {currency}.", [field, "currency"]
    )


def insufficient_funds(available: Money) -> BusinessError:
    """The wallet has less than that; tells how much."""
    return BusinessError(
        Code.INSUFFICIENT_FUNDS,
        f"Only {available.formatted()} is available.",
        ["amount"],
        {"amount": available.amount, "currency": available.currency},
    )


def limit_exceeded(message: str) -> BusinessError:
    """More than the wallet's tier allows."""
    return BusinessError(Code.LIMIT_EXCEEDED, message, ["amount"])
