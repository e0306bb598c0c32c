"""Why livestream refuses: the codes of its `UserError`s, and a sentence for each refusal."""

import math
from datetime import timedelta
from enum import StrEnum

from subgraphs.livestream.models import StreamState
from subgraphs.shared.errors import BusinessError


class Code(StrEnum):
    """Values of `UserErrorCode` that this subgraph gives."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    FORBIDDEN = "FORBIDDEN"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    STREAM_NOT_LIVE = "STREAM_NOT_LIVE"
    MUTED = "MUTED"
    RATE_LIMITED = "RATE_LIMITED"
    CONTENT_BLOCKED = "CONTENT_BLOCKED"
    COUPON_EXHAUSTED = "COUPON_EXHAUSTED"


def invalid(message: str, *field: str) -> BusinessError:
    """The input breaks a rule that the graph's types cannot say."""
    return BusinessError(Code.INVALID, message, field)


def stream_not_found(stream_id: str, *field: str) -> BusinessError:
    """No such stream."""
    return BusinessError(Code.NOT_FOUND, f"There is no stream {stream_id!r}.", field)


def message_not_found(message_id: str, *field: str) -> BusinessError:
    """No such message, or it is another stream's."""
    return BusinessError(
        Code.NOT_FOUND, f"There is no message {message_id!r} in this stream.", field
    )


def not_the_host(*field: str) -> BusinessError:
    """The viewer may host streams, but this one is another's."""
    return BusinessError(Code.FORBIDDEN, "Only the stream's host may do this.", field)


def not_live(state: StreamState, *field: str) -> BusinessError:
    """Pins and chat are for streams on air (P4)."""
    return BusinessError(
        Code.STREAM_NOT_LIVE, f"The stream is not live: it is {state.value}.", field
    )


def not_allowed(state: StreamState, *field: str) -> BusinessError:
    """The life of a stream does not go that way."""
    return BusinessError(Code.CONFLICT, f"Not while the stream is {state.value}.", field)


def muted(until_text: str) -> BusinessError:
    """The viewer may not write for now."""
    return BusinessError(Code.MUTED, f"The host has muted you until {until_text}.")


def gift_not_found(gift_id: str) -> BusinessError:
    """No such gift in the catalogue."""
    return BusinessError(Code.NOT_FOUND, f"There is no gift {gift_id!r}.", ["giftId"])


def gift_to_oneself() -> BusinessError:
    """Hosts do not pay themselves."""
    return BusinessError(Code.FORBIDDEN, "The host cannot send gifts to themselves.", ["streamId"])


def rate_limited(wait: timedelta) -> BusinessError:
    """The viewer does so more often than anyone may."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    return BusinessError(
        Code.RATE_LIMITED,
        f"That was too much at once; try again in {seconds} s.",
        details={"retryAfterSeconds": seconds},
    )


def content_blocked(reason: str) -> BusinessError:
    """The message is of a kind that is not let through."""
    return BusinessError(
        Code.CONTENT_BLOCKED, f"Messages with {reason} are not let through.", ["body"]
    )


def drop_not_found(drop_id: str) -> BusinessError:
    """No such coupon drop."""
    return BusinessError(Code.NOT_FOUND, f"There is no coupon drop {drop_id!r}.", ["dropId"])


def drop_over() -> BusinessError:
    """The drop's time is up."""
    return BusinessError(Code.CONFLICT, "These coupons can be claimed no more.", ["dropId"])


def coupon_exhausted() -> BusinessError:
    """Others were faster."""
    return BusinessError(Code.COUPON_EXHAUSTED, "All of these coupons are claimed.", ["dropId"])
