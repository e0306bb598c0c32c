"""Why group-buying refuses: the codes of its `UserError`, and its refusals."""

from enum import StrEnum

from subgraphs.shared.errors import BusinessError


class Code(StrEnum):
    """Values of `UserErrorCode`."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    GROUP_FULL = "GROUP_FULL"
    GROUP_CLOSED = "GROUP_CLOSED"
    ALREADY_MEMBER = "ALREADY_MEMBER"
    OFFER_QUOTA_EXHAUSTED = "OFFER_QUOTA_EXHAUSTED"
    PURCHASE_LIMIT = "PURCHASE_LIMIT"
    CARD_DECLINED = "CARD_DECLINED"


def invalid(message: str, *field: str) -> BusinessError:
    """The input breaks a rule that the graph's types cannot say."""
    return BusinessError(Code.INVALID, message, field)


def not_sold() -> BusinessError:
    """The catalog sells no such variant."""
    return BusinessError(Code.NOT_FOUND, "There is no such variant on sale.", ["variantId"])


def too_much() -> BusinessError:
    """So many would cost more than an amount can be."""
    return BusinessError(Code.INVALID, "So many cost more than can be counted.", ["quantity"])


def no_offer() -> BusinessError:
    """No offer of that id."""
    return BusinessError(Code.NOT_FOUND, "There is no such offer.", ["offerId"])


def offer_closed() -> BusinessError:
    """The offer has not begun or is over."""
    return BusinessError(Code.GROUP_CLOSED, "The offer is not open now.", ["offerId"])


def quota_exhausted() -> BusinessError:
    """As many groups as the offer has were opened."""
    return BusinessError(
        Code.OFFER_QUOTA_EXHAUSTED, "All groups of this offer are taken.", ["offerId"]
    )


def no_group() -> BusinessError:
    """No group of that id."""
    return BusinessError(Code.NOT_FOUND, "There is no such group.", ["groupBuyId"])


def group_full() -> BusinessError:
    """Every seat is taken."""
    return BusinessError(Code.GROUP_FULL, "Every seat of the group is taken.", ["groupBuyId"])


def group_closed() -> BusinessError:
    """The group is not open yet, its time is up, or it was called off."""
    return BusinessError(Code.GROUP_CLOSED, "The group is not open.", ["groupBuyId"])


def already_member() -> BusinessError:
    """The viewer has a seat."""
    return BusinessError(Code.ALREADY_MEMBER, "You have a seat in this group.", ["groupBuyId"])


def not_a_member() -> BusinessError:
    """The viewer has no seat to give up."""
    return BusinessError(Code.NOT_FOUND, "You have no seat in this group.", ["groupBuyId"])


def purchase_limit(limit: int) -> BusinessError:
    """The viewer would buy more than the offer lets one customer buy."""
    return BusinessError(
        Code.PURCHASE_LIMIT, f"One customer may buy {limit} of this offer.", ["quantity"]
    )
