"""What clients meet: the listener, the limits of a request, and who may call from a browser."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from gateway.config.units import (
    Duration,
    FilePath,
    Flag,
    HeaderName,
    Int,
    Origin,
    Section,
    Size,
    UrlPath,
)


class Http(Section):
    """The listener."""

    host: str = Field(default="127.0.0.1", min_length=1)
    """Address to listen on; 0.0.0.0 is all of them."""
    port: Int = Field(default=4000, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    graphql_endpoint: UrlPath = "/graphql"
    """Path of the GraphQL endpoint, for HTTP, SSE and WebSocket alike."""
    header_timeout: Duration = 10.0
    """A connection that has not sent a request's headers after this long is closed."""
    max_header_size: Size = 32 * 1024
    """Bytes of a request's line and headers; more are answered with 431."""
    body_timeout: Duration = 30.0
    """A request whose body is not complete after this long is answered with 408."""
    shutdown_timeout: Duration = 10.0
    """How long requests may go on once the gateway is told to stop."""
    max_connections: Int = Field(default=10_000, ge=1)
    """Connections at the same time; further ones are answered with 503."""


class Limits(Section):
    """Bounds of one request. Each has its own error code."""

    max_body_size: Size = 1024 * 1024
    """Bytes of a request's body."""
    max_tokens: Int = Field(default=2000, ge=1)
    """Lexical tokens of a document."""
    max_depth: Int = Field(default=15, ge=1)
    """Levels of fields, fragments followed."""
    max_aliases: Int = Field(default=30, ge=0)
    """Aliased fields, fragments followed."""
    max_root_fields: Int = Field(default=20, ge=1)
    """Fields at the root of the operation, fragments followed."""
    max_directives: Int = Field(default=50, ge=0)
    """Directives in the operation, fragments followed."""
    max_selections: Int = Field(default=10_000, ge=1)
    """Selections of the operation, fragments followed."""


class Csrf(Section):
    """Refuses requests that a browser sends to foreign sites without asking (no preflight)."""

    enabled: Flag = True
    required_headers: tuple[HeaderName, ...] = (
        "x-apollo-operation-name",
        "apollo-require-preflight",
        "graphql-require-preflight",
    )
    """Any of these shows that a page was allowed to send the request: links and forms cannot."""


class Cors(Section):
    """Which web pages of other origins may call the gateway, over HTTP and WebSocket."""

    origins: tuple[Origin, ...] = ()
    """Exact origins, such as https://shop.example; "*" allows every one, without credentials."""
    allow_credentials: Flag = False
    allow_headers: tuple[str, ...] = (
        "authorization",
        "content-type",
        "last-event-id",
        "x-graphql-event-stream-token",
    )
    expose_headers: tuple[str, ...] = ("x-request-id",)
    max_age: Duration = 600.0

    @model_validator(mode="after")
    def _no_credentials_for_everyone(self) -> "Cors":
        if self.allow_credentials and "*" in self.origins:
            raise ValueError("allow_credentials needs exact origins, not *")
        return self


class Tab(Section):
    """A tab that the playground opens with."""

    name: str | None = None
    """Without it, the file's name."""
    query: str | None = None
    """GraphQL text; or `file`."""
    file: FilePath | None = None
    variables: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Tab":
        if (self.query is None) == (self.file is None):
            raise ValueError("needs either query or file")
        return self


def _tab_of_a_file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str | Path) else value


TabOrFile = Annotated[Tab, BeforeValidator(_tab_of_a_file, json_schema_input_type=str | Tab)]


class Persona(Section):
    """Someone to be in the playground. The token is shown to everyone who can open it."""

    name: str
    description: str = ""
    token: str


class Playground(Section):
    """GraphiQL, served from the gateway's own files."""

    enabled: Flag = False
    path: UrlPath = "/"
    tabs: tuple[TabOrFile, ...] = ()
    """GraphQL files, or tabs spelled out."""
    personas: tuple[Persona, ...] = ()


class Admin(Section):
    """The operator's listener: live queries and metrics."""

    host: str = "127.0.0.1"
    port: Int = Field(ge=0, le=65535)
    token: str | None = Field(default=None, min_length=16)
    """Has to come as `Authorization: Bearer`; needed where `host` is not this machine alone."""

    @model_validator(mode="after")
    def _guarded(self) -> "Admin":
        if self.token is None and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("needs a token, since others than this machine can reach the host")
        return self


class Health(Section):
    """Where load balancers ask."""

    path: UrlPath = "/health"
    """200 while the process runs."""
    readiness: UrlPath = "/readiness"
    """200 while requests are served; 503 before and while shutting down."""


class Logging(Section):
    """What is written to standard error."""

    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Metrics(Section):
    """Prometheus metrics, on the clients' listener. The operator's has them always."""

    enabled: Flag = True
    path: UrlPath = "/metrics"
