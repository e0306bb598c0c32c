"""What can go wrong between the gateway and a subgraph, and how the client is told.

    SubgraphError                     no usable answer from a subgraph
    ├── SubgraphTimeout               none in time
    ├── SubgraphUnreachable           no connection, or it broke (a read may be tried again)
    ├── SubgraphHttpError             an HTTP status that is not a GraphQL answer
    ├── SubgraphAnswerTooLarge        more bytes than allowed
    └── SubgraphAnswerMalformed       not a GraphQL answer

The text of such an error is written by the gateway for the client: it never holds the text of an
exception, an address or a stack.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from gateway.errors import GatewayError

INTERNAL_SERVER_ERROR: Final = "INTERNAL_SERVER_ERROR"
DOWNSTREAM_SERVICE_ERROR: Final = "DOWNSTREAM_SERVICE_ERROR"
RESULT_COERCION_FAILED: Final = "RESULT_COERCION_FAILED"
INTROSPECTION_DISABLED: Final = "INTROSPECTION_DISABLED"
BAD_USER_INPUT: Final = "BAD_USER_INPUT"

ResponsePath = tuple[str | int, ...]


class SubgraphError(GatewayError):
    """A subgraph gave no usable answer. `extensions` are told to the client beside the code."""

    code: ClassVar[str] = "SUBREQUEST_FAILED"
    text: ClassVar[str] = "The subgraph could not be asked"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        """`message` and `code` override the class's."""
        self.message = message or self.text
        super().__init__(self.message)
        self.extensions: dict[str, Any] = {"code": code or self.code, **(extensions or {})}


class SubgraphTimeout(SubgraphError):
    """No answer in time."""

    code = "SUBREQUEST_TIMEOUT"
    text = "The subgraph did not answer in time"


class SubgraphUnreachable(SubgraphError):
    """No connection to the subgraph, or it broke before the answer was whole."""

    code = "SUBREQUEST_CONNECTION_ERROR"
    text = "The subgraph cannot be reached"


class SubgraphHttpError(SubgraphError):
    """The subgraph answered with an HTTP status and no GraphQL answer."""

    code = "SUBREQUEST_HTTP_ERROR"

    def __init__(self, status: int) -> None:
        super().__init__(
            f"The subgraph answered with HTTP status {status}",
            extensions={"http": {"status": status}},
        )
        self.status = status


class SubgraphAnswerTooLarge(SubgraphError):
    """The subgraph's answer has more bytes than allowed."""

    code = "SUBREQUEST_RESPONSE_TOO_LARGE"
    text = "The subgraph's answer is too large"


class SubgraphAnswerMalformed(SubgraphError):
    """The subgraph's answer is not what the GraphQL specification allows (section 7.1)."""

    code = "SUBREQUEST_MALFORMED_RESPONSE"
    text = "The subgraph's answer is not a GraphQL answer"


def error_entry(
    message: str, path: ResponsePath | None, extensions: Mapping[str, Any]
) -> dict[str, Any]:
    """An entry of the answer's `errors` (specification section 7.1.2)."""
    entry: dict[str, Any] = {"message": message}
    if path is not None:
        entry["path"] = list(path)
    entry["extensions"] = dict(extensions)
    return entry
