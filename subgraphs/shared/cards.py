"""Test cards: tokens that stand for a card, as payment providers hand out for trying things.

No money moves anywhere. A real provider would stand behind the same function.
"""

from subgraphs.shared.errors import BusinessError

GOOD = "tok_visa"
DECLINED = "tok_declined"
_ACCEPTED = frozenset({GOOD, "tok_mastercard", "tok_rupay", "tok_unionpay"})


def authorise(token: str) -> None:
    """Ask the card's bank, which answers at once.

    Raises:
        BusinessError: INVALID for a token of no card, CARD_DECLINED when the bank says no.
    """
    if token == DECLINED:
        raise BusinessError("CARD_DECLINED", "The card was declined.", ["cardToken"])
    if token not in _ACCEPTED:
        raise BusinessError("INVALID", "There is no such card.", ["cardToken"])
