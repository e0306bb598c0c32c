"""What a client sends, whatever transport it came by, and on whose behalf."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from gateway.errors import RequestError, RequestErrors
from gateway.executor.in_parts import SendPayload
from gateway.observability.tracing import Trace
from gateway.security.identity import ANONYMOUS, Identity


class GraphQLRequest(msgspec.Struct, frozen=True):
    """The parameters of a request (GraphQL over HTTP, section "Request Parameters")."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = {}
    extensions: Mapping[str, Any] = {}


class Caller(msgspec.Struct, frozen=True):
    """Who sends it, and what the transport knows of it.

    `transport` is "websocket", or "http" with event streams and multipart.

    `read_only`: mutations are refused (GET). `preflighted`: a browser would have asked before
    sending it; otherwise no subgraph is called for it. `expose_plan`: the client asks for the plan.
    """

    trace: Trace
    identity: Identity = ANONYMOUS
    read_only: bool = False
    preflighted: bool = True
    expose_plan: bool = False
    transport: str = "http"


class Record(msgspec.Struct):
    """What the log says of one request; filled while it is served.

    `shared`: the answer is that of an equal query which was under way.
    """

    operation: str | None = None
    kind: str | None = None
    hash: str | None = None
    subgraph_calls: int = 0
    shared: bool = False
    refused: str | None = None

    def refuse(self, error: RequestError | RequestErrors) -> tuple[str, ...]:
        """Take down why it was refused; gives the codes."""
        errors = error.errors if isinstance(error, RequestErrors) else (error,)
        codes: tuple[str, ...] = tuple(each.extensions["code"] for each in errors)
        self.refused = codes[0]
        return codes

    def fields(self) -> dict[str, Any]:
        """What the log says; None where there is nothing to say."""
        return {
            "operation": self.operation,
            "kind": self.kind,
            "hash": self.hash and self.hash[:16],
            "subgraph_calls": self.subgraph_calls,
            "shared": self.shared or None,
            "refused": self.refused,
        }


class Parts(msgspec.Struct, frozen=True):
    """How a client takes an answer in parts.

    With `whole` a deferred fragment is sent with all that the client has of it, otherwise only with
    what it does not have yet.
    """

    send: SendPayload
    whole: bool


class MintsTokens(Protocol):
    """Makes the token that tells a subgraph whom a call is made for."""

    def mint(self, subgraph: str, identity: Identity, body: bytes) -> str:
        """A token for one call with this body to this subgraph."""
        ...
