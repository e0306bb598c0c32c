"""How long to wait before a broken connection to a subgraph is made again, and when to give up."""

import random
from collections.abc import Callable
from typing import Final

import msgspec

from gateway.executor.errors import (
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
)

_PASSING_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class Reconnecting(msgspec.Struct, frozen=True):
    """Times in seconds; a connection that stood as long as the longest pause was a sound one."""

    first_pause: float = 0.25
    longest_pause: float = 10.0
    give_up_after: float = 60.0


class Pauses:
    """The pauses of one upstream: they grow until a connection was sound."""

    def __init__(
        self,
        settings: Reconnecting,
        clock: Callable[[], float],
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._spread = spread
        self._pause = settings.first_pause
        self._lost_at: float | None = None
        self._stands_since: float | None = None

    def stands(self) -> None:
        """A connection has been made."""
        self._stands_since = self._clock()

    def after_loss(self) -> float | None:
        """The connection broke, or could not be made: seconds to wait; None to give up."""
        now = self._clock()
        since, self._stands_since = self._stands_since, None
        if since is not None and now - since >= self._settings.longest_pause:
            self._pause, self._lost_at = self._settings.first_pause, None
        if self._lost_at is None:
            self._lost_at = now
        if now - self._lost_at >= self._settings.give_up_after:
            return None
        pause = self._pause
        self._pause = min(2 * pause, self._settings.longest_pause)
        return self._spread(pause / 2, pause)


def is_passing(error: SubgraphError) -> bool:
    """May trying again help?"""
    match error:
        case SubgraphHttpError(status=status):
            return status in _PASSING_STATUS
        case SubgraphUnreachable() | SubgraphTimeout():
            return True
        case _:
            return False
