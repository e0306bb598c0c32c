"""A process that was held up: stopped, suspended, or without a turn on the processor."""

import asyncio
from collections.abc import Callable
from typing import Any


class HeldUp:
    """`held_up(6, arrive)`: six seconds passed at once; then what came meanwhile is taken.

    As after a real stop, time-outs that are over are found in the same turn of the event loop as
    what has come, and act before who waited for that.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop is the test's own: its clock is not put back."""
        self._loop = loop
        self._ahead = 0.0
        real: Callable[[], float] = loop.time
        setattr(loop, "time", lambda: real() + self._ahead)  # noqa: B010  # no plain attribute

    def __call__(self, seconds: float, *meanwhile: Callable[[], Any]) -> None:
        for each in meanwhile:
            self._loop.call_soon(each)
        self._ahead += seconds
