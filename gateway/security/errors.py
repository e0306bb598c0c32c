"""Why a request is refused before any of it is run.

RequestError
├── Unauthenticated          UNAUTHENTICATED            a token is wrong, or missing where required
├── PreflightRequired        CSRF_PREFLIGHT_REQUIRED    a browser may have sent it unasked
├── MutationNotAllowed       METHOD_NOT_ALLOWED         by GET
├── NotPermitted             UNAUTHORIZED_FIELD_OR_TYPE all that is asked for needs more rights
└── LimitExceeded            MAX_…_EXCEEDED             one code for each limit
"""

from typing import Literal

from gateway.errors import RequestError

Reason = Literal[
    "missing",
    "malformed",
    "unsupported_algorithm",
    "unknown_key",
    "bad_signature",
    "expired",
    "not_yet_valid",
    "wrong_claim",
    "keys_unavailable",
]


class Unauthenticated(RequestError):
    """The client is not who it says; `extensions.reason` tells why, never what the token holds."""

    code = "UNAUTHENTICATED"
    http_status = 401

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message, extensions={"reason": reason})
        self.reason = reason


class PreflightRequired(RequestError):
    """The request could have been sent by a foreign page without a CORS preflight."""

    code = "CSRF_PREFLIGHT_REQUIRED"
    http_status = 400


class MutationNotAllowed(RequestError):
    """A mutation by GET, which is for reading (and which links can send)."""

    code = "METHOD_NOT_ALLOWED"
    http_status = 405


class NotPermitted(RequestError):
    """All that is asked for needs a signed-in client, or scopes that this one does not have."""

    code = "UNAUTHORIZED_FIELD_OR_TYPE"
    http_status = 403


class LimitExceeded(RequestError):
    """The operation is larger than allowed; `extensions.limit` is the bound."""

    def __init__(self, what: str, limit: int) -> None:
        name = what.replace("_", " ")
        super().__init__(
            f"The operation has more than {limit} {name}."
            if what != "depth"
            else f"The operation is deeper than {limit} levels.",
            code=f"MAX_{what.upper()}_EXCEEDED",
            extensions={"limit": limit},
        )
