"""Ends what a client reads when the client's token expires."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.errors import RequestError
from gateway.subscriptions.errors import TokenExpired


@contextmanager
def expiring(
    fail: Callable[[RequestError], None], expires_at: float | None, clock: Callable[[], float]
) -> Iterator[None]:
    """Calls `fail` at that time, in Unix seconds as `clock` gives them; None is never."""
    if expires_at is None:
        yield
        return
    left = max(0.0, expires_at - clock())
    expired = TokenExpired("The token has expired; sign in again.")
    timer = asyncio.get_running_loop().call_later(left, fail, expired)
    try:
        yield
    finally:
        timer.cancel()
