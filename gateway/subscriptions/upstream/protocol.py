"""What every protocol looks like by which a subgraph serves a subscription."""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Final, Protocol

import msgspec
import orjson

from gateway.executor.errors import SubgraphAnswerMalformed
from gateway.operation.json_values import dumps, loads


class Subscribe(msgspec.Struct, frozen=True):
    """One subscription to begin.

    `body` is the GraphQL request as JSON. `headers` gives those to send with the very bytes that
    are sent, which are more than `body` in some protocols: an identity token may sign them.
    """

    body: bytes
    headers: Callable[[bytes], Mapping[str, str]]


class Bounds(msgspec.Struct, frozen=True):
    """Times in seconds, sizes in bytes.

    `answer_timeout` is for a subscription to stand. Every `heartbeat` something is heard from the
    subgraph; after two without a sign of life the connection is lost. None: silence is no sign.
    """

    connect_timeout: float = 1.0
    answer_timeout: float = 5.0
    max_event_size: int = 32 * 1024 * 1024
    heartbeat: float | None = None

    @property
    def silence(self) -> float | None:
        """How long nothing at all may be heard."""
        return None if self.heartbeat is None else 2 * self.heartbeat


class Upstream(Protocol):
    """Subscribes at one subgraph."""

    @property
    def protocol(self) -> str:
        """Its name in the configuration."""
        ...

    def events(self, subscribe: Subscribe) -> AsyncGenerator[bytes | None]:
        """None as soon as the subscription stands, then each answer of the subgraph, as JSON.

        It ends when the subgraph completes the subscription; closing it ends the subscription.

        Raises:
            SubgraphUnreachable, SubgraphTimeout: No connection, or it broke or fell silent.
            SubgraphError: The subgraph does not keep to the protocol, or to the bounds.
            Refused: The subgraph ends it with GraphQL errors.
        """
        ...


JSON_HEADERS: Final = {"content-type": "application/json", "accept-encoding": "identity"}


def read_message(raw: bytes | str) -> dict[str, object]:
    """A JSON object that a subgraph sent.

    Raises:
        SubgraphAnswerMalformed: It is none.
    """
    try:
        message = loads(raw)
    except orjson.JSONDecodeError:
        raise SubgraphAnswerMalformed("The subgraph sent an event that is not JSON") from None
    if not isinstance(message, dict):
        raise SubgraphAnswerMalformed
    return message


def checked_answer(answer: object) -> bytes:
    """An event's GraphQL answer as JSON.

    Raises:
        SubgraphAnswerMalformed: It has neither data nor errors.
    """
    if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
        raise SubgraphAnswerMalformed
    return dumps(answer)


def refused(errors: object) -> bytes:
    """The answer that a list of GraphQL errors is.

    Raises:
        SubgraphAnswerMalformed: It is no such list.
    """
    if not isinstance(errors, list) or not errors:
        raise SubgraphAnswerMalformed
    return orjson.dumps({"data": None, "errors": errors})
