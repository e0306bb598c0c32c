"""What every way to ask a subgraph looks like to the executor."""

from collections.abc import Mapping
from typing import Final, Protocol

import orjson

ACCEPT: Final = "application/graphql-response+json, application/json"
CONTENT_TYPE: Final = "application/json"

MAX_ANSWER_BYTES: Final = 32 * 1024 * 1024


class Transport(Protocol):
    """Asks one subgraph."""

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Send a GraphQL request (JSON) and return the whole answer's bytes.

        `headers` come on top of `content-type` and `accept`, which the transport sets.

        Raises:
            SubgraphError: there is no answer that may be a GraphQL answer.
        """
        ...

    async def startup(self) -> None:
        """Make ready, once, before the first request.

        Raises:
            ConfigurationError: the subgraph runs in this process and cannot start.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and of whatever runs for this transport."""
        ...


def is_graphql_refusal(status: int, answer: bytes) -> bool:
    """Is an answer with this error status a GraphQL answer, as servers give to a bad request?"""
    if not 400 <= status < 600:
        return False
    try:
        parsed = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    return isinstance(parsed, dict) and isinstance(parsed.get("errors"), list)
