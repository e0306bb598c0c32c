"""Ends what a client reads when the client's token expires."""

import asyncio
from collections.abc import Callable

from gateway.errors import RequestError
from gateway.subscriptions.errors import TokenExpired


class Expiry:
    """While it is entered, ends the reading at that time. There is one for each subscription."""

    __slots__ = ("_fail", "_left", "_timer")

    def __init__(
        self, fail: Callable[[RequestError], None], expires_at: float | None, now: float
    ) -> None:
        """`fail` is called at `expires_at`; None is never. Both times are in Unix seconds."""
        self._fail = fail
        self._left = None if expires_at is None else max(0.0, expires_at - now)
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        if self._left is not None:
            self._timer = asyncio.get_running_loop().call_later(self._left, self.expire)

    def expire(self) -> None:
        """End the reading."""
        self._fail(TokenExpired("The token has expired; sign in again."))

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
