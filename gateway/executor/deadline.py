"""The time that one execution may take: one timer for all its requests."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from gateway.executor.errors import SubgraphTimeout

P = ParamSpec("P")
T = TypeVar("T")


class Deadline:
    """Ends what waits for subgraphs when the time is over; the execution itself goes on."""

    def __init__(self) -> None:
        self._over = False
        self._waiting: set[asyncio.Task[object]] = set()
        self._ended: set[asyncio.Task[object]] = set()

    @contextmanager
    def set(self, seconds: float | None) -> Iterator[None]:
        """Let the time run; None is for ever."""
        if seconds is None:
            yield
            return
        timer = asyncio.get_running_loop().call_later(seconds, self._end)
        try:
            yield
        finally:
            timer.cancel()

    async def limit(self, ask: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `ask` and wait for its answer.

        Raises:
            SubgraphTimeout: the time was over first.
        """
        if self._over:
            raise SubgraphTimeout
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # coroutines run in tasks
        cancelled_before = task.cancelling()
        self._waiting.add(task)
        try:
            return await ask(*args, **kwargs)
        except asyncio.CancelledError:
            if task in self._ended and task.uncancel() <= cancelled_before:
                raise SubgraphTimeout from None
            raise
        finally:
            self._waiting.discard(task)

    def _end(self) -> None:
        self._over = True
        self._ended, self._waiting = self._waiting, set()
        for task in self._ended:
            task.cancel()
