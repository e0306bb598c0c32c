"""Where subgraphs call back to: the subscriptions that wait for their events by HTTP.

The gateway's part of the HTTP callback protocol 1.0. An id is a secret of its own, made for one
subscription and unknown afterwards; with it comes a verifier. Who has not both learns nothing:
whatever does not belong to a subscription is answered as one that has ended.
"""

import asyncio
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, Final, Literal

import msgspec

from gateway.executor.errors import SubgraphAnswerMalformed, SubgraphError, SubgraphTimeout

PROTOCOL_HEADER: Final = ("subscription-protocol", "callback/1.0")
_BYTES: Final = 24
_WAITING: Final = 1024


class Verdict(IntEnum):
    """The HTTP status that a call is answered with."""

    TAKEN = 204
    ENDED = 202
    MALFORMED = 400
    TERMINATED = 404
    TOO_FAST = 503


class Call(msgspec.Struct, frozen=True):
    """What a subgraph sends."""

    kind: Literal["subscription"]
    action: Literal["check", "next", "complete"]
    id: str
    verifier: str
    payload: Any = None
    errors: Any = None


class Inbox:
    """The calls for one subscription."""

    def __init__(self, public_url: str) -> None:
        self.id = secrets.token_urlsafe(_BYTES)
        self.verifier = secrets.token_urlsafe(_BYTES)
        self.url = f"{public_url.rstrip('/')}/{self.id}"
        self.is_checked = False
        self._calls: asyncio.Queue[Call | SubgraphError] = asyncio.Queue(_WAITING)

    async def next(self, silence: float | None) -> Call:
        """The next call.

        Raises:
            SubgraphTimeout: None came for so many seconds.
            SubgraphAnswerMalformed: The subgraph does not keep to the protocol.
        """
        try:
            async with asyncio.timeout(silence):
                call = await self._calls.get()
        except TimeoutError:
            raise SubgraphTimeout("The subgraph fell silent") from None
        if isinstance(call, SubgraphError):
            raise call
        return call

    def take(self, body: bytes) -> Verdict:
        try:
            call = msgspec.json.decode(body, type=Call)
        except (msgspec.DecodeError, RecursionError):
            return self._malformed(body)
        if not self._is_known(call.id, call.verifier):
            return Verdict.TERMINATED
        self.is_checked = True
        try:
            self._calls.put_nowait(call)
        except asyncio.QueueFull:
            return Verdict.TOO_FAST
        return Verdict.ENDED if call.action == "complete" else Verdict.TAKEN

    def _malformed(self, body: bytes) -> Verdict:
        """Ends the subscription only if the sender is who it should be."""
        try:
            sender = msgspec.json.decode(body, type=_Sender)
        except (msgspec.DecodeError, RecursionError):
            return Verdict.MALFORMED
        if not self._is_known(sender.id, sender.verifier):
            return Verdict.TERMINATED
        if not self._calls.full():
            self._calls.put_nowait(SubgraphAnswerMalformed("The subgraph sent an unknown message"))
        return Verdict.MALFORMED

    def _is_known(self, found: str, verifier: str) -> bool:
        is_id = hmac.compare_digest(found.encode(), self.id.encode())
        return hmac.compare_digest(verifier.encode(), self.verifier.encode()) and is_id


class _Sender(msgspec.Struct, frozen=True):
    id: str
    verifier: str


class Callbacks:
    """All subscriptions that wait for calls."""

    def __init__(self, public_url: str) -> None:
        """`public_url` is where subgraphs reach this very process."""
        self._public_url = public_url
        self._inboxes: dict[str, Inbox] = {}

    @contextmanager
    def inbox(self) -> Iterator[Inbox]:
        """A place for the calls of a new subscription, until the block is left."""
        made = Inbox(self._public_url)
        self._inboxes[made.id] = made
        try:
            yield made
        finally:
            del self._inboxes[made.id]

    def is_waiting(self, identity: str) -> bool:
        """Does a subscription wait for calls to this id? Tells no more than `take` does."""
        return identity in self._inboxes

    def take(self, identity: str, body: bytes) -> Verdict:
        """Take a call in."""
        inbox = self._inboxes.get(identity)
        return Verdict.TERMINATED if inbox is None else inbox.take(body)
