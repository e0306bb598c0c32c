"""Every error of the gateway that may reach a client derives from `RequestError`.

    GatewayError
    ├── RequestError          the client's fault, or a failure it may be told of: has a code
    ├── ConfigurationError    the operator's: never reaches a client
    └── ServingFailed         ours: the process ends, to be started again

Codes are stable SCREAMING_SNAKE strings, sent as `extensions.code`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class GatewayError(Exception):
    """Root of the gateway's exceptions."""


class ConfigurationError(GatewayError):
    """The configuration file, the supergraph or the environment is not usable."""


class ServingFailed(GatewayError):
    """What has to run all the time has ended, and the gateway would go on without it."""


class RequestError(GatewayError):
    """An error to be told to the client, as the GraphQL specification shapes it (section 7.1.2)."""

    code: ClassVar[str] = "BAD_REQUEST"
    http_status: ClassVar[int] = 400

    def __init__(
        self,
        message: str,
        *,
        locations: Sequence[tuple[int, int]] = (),
        path: Sequence[str | int] | None = None,
        code: str | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        """`locations` are (line, column) pairs, counted from 1; `code` overrides the class's."""
        super().__init__(message)
        self.message = message
        self.locations = tuple(locations)
        self.path = None if path is None else tuple(path)
        self.extensions = {"code": code or self.code, **(extensions or {})}

    def formatted(self) -> dict[str, Any]:
        """The error as an entry of the answer's `errors`."""
        entry: dict[str, Any] = {"message": self.message}
        if self.locations:
            entry["locations"] = [{"line": line, "column": col} for line, col in self.locations]
        if self.path is not None:
            entry["path"] = list(self.path)
        entry["extensions"] = self.extensions
        return entry


class RequestErrors(GatewayError):
    """Several `RequestError`s of one request, such as all faults that validation found."""

    def __init__(self, errors: Sequence[RequestError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = tuple(errors)
        self.http_status = self.errors[0].http_status
