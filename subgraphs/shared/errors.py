"""The two ways in which a subgraph says no.

A `BusinessError` is an outcome the client should handle (an item of `userErrors`). A
`RequestRefused` means the request itself was wrong: it becomes a top-level GraphQL error. Nothing
else reaches a client.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class BusinessError(Exception):
    """A rule of the domain refused; the mutation changed nothing.

    `code` is a value of the subgraph's `UserErrorCode`; `field` is the path of the input at fault;
    `details` is what a kind of error tells besides, JSON-able, such as how much is available.
    """

    def __init__(
        self,
        code: str,
        message: str,
        field: Sequence[str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = str(code)
        self.message = message
        self.field = list(field) if field is not None else None
        self.details = dict(details or {})


class RequestRefused(Exception):
    """The request cannot be served as it stands; its message is meant for the client."""

    code: ClassVar[str] = "BAD_USER_INPUT"


class BadUserInput(RequestRefused):
    """An argument is malformed, such as a page size of 1,000 or a cursor that we never gave."""


class Unauthenticated(RequestRefused):
    """The field needs a viewer, and there is none."""

    code = "UNAUTHENTICATED"


class Forbidden(RequestRefused):
    """The viewer lacks the scope for the field."""

    code = "FORBIDDEN"
