"""Why the cart refuses: the codes of its `UserError`, and its refusals."""

from enum import StrEnum

from subgraphs.cart.models import MAX_LINES, MAX_QUANTITY
from subgraphs.shared.errors import BusinessError


class Code(StrEnum):
    """Values of `UserErrorCode`."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


def no_cart(field: str) -> BusinessError:
    """No cart of that id, or another's: the answer is the same."""
    return BusinessError(Code.NOT_FOUND, "There is no such cart.", [field])


def no_channel() -> BusinessError:
    """No channel of that slug has prices."""
    return BusinessError(Code.NOT_FOUND, "There is no such channel.", ["channel"])


def no_line(index: int) -> BusinessError:
    """The cart has no line of that id."""
    return BusinessError(Code.NOT_FOUND, "The cart has no such line.", ["lines", str(index)])


def not_for_sale(index: int) -> BusinessError:
    """The variant is unknown, not on sale, or has no price in the cart's channel."""
    field = ["lines", str(index), "variantId"]
    return BusinessError(Code.NOT_FOUND, "This is not sold in the cart's channel.", field)


def bad_quantity(index: int) -> BusinessError:
    """Fewer than one, or more than a line may have."""
    field = ["lines", str(index), "quantity"]
    return BusinessError(Code.INVALID, f"The quantity is between 1 and {MAX_QUANTITY}.", field)


def bad_source(index: int) -> BusinessError:
    """What led to the line cannot have such an id."""
    field = ["lines", str(index), "source", "refId"]
    return BusinessError(Code.INVALID, "This is not an id.", field)


def too_much() -> BusinessError:
    """The lines add up to more than an amount can be."""
    return BusinessError(Code.INVALID, "The cart would cost more than can be counted.", ["lines"])


def too_many_lines() -> BusinessError:
    """More lines than a cart may have."""
    return BusinessError(Code.INVALID, f"A cart has at most {MAX_LINES} lines.", ["lines"])


def changed_meanwhile(version: int) -> BusinessError:
    """The caller expected another version."""
    message = f"The cart has changed; it is at version {version}."
    return BusinessError(Code.CONFLICT, message, ["expectedVersion"], {"version": version})


def weak_key(shortest: int) -> BusinessError:
    """Nobody is signed in, so the key alone says whose cart a repetition gets."""
    message = f"Without a customer, idempotencyKey has at least {shortest} characters."
    return BusinessError(Code.INVALID, message, ["idempotencyKey"])
