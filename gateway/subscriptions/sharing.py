"""One execution per event, operation and identity, shared by all subscribers that ask the same.

A thousand anonymous viewers of a live room cause one set of entity fetches per event. The first to
arrive starts the execution as a task of its own, so it goes on when that subscriber leaves.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from gateway.subscriptions.errors import HubClosed

_MAX_KEPT = 512

T = TypeVar("T")


class SharedExecutions(Generic[T]):
    """Executions under way or just finished, by what they depend on."""

    def __init__(
        self,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        *,
        fresh: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fresh` is for how many seconds an answer is reused: its entities may change."""
        self._spawn = spawn
        self._fresh = fresh
        self._clock = clock
        self._answers: dict[Hashable, tuple[asyncio.Future[T], float]] = {}

    async def get(self, key: Hashable, execute: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The answer under `key`; executes it unless that has just been done."""
        found = self._answers.get(key)
        if found is None or self._is_stale(found):
            answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
            task = self._spawn(_settle(answer, execute))
            task.add_done_callback(lambda _: _fail_unsettled(answer))
            self._answers.pop(key, None)
            self._answers[key] = (answer, self._clock())
            self._forget_oldest()
        else:
            answer = found[0]
        return answer.result() if answer.done() else await asyncio.shield(answer)

    def _is_stale(self, entry: tuple[asyncio.Future[T], float]) -> bool:
        answer, begun = entry
        return answer.done() and self._clock() - begun > self._fresh

    def _forget_oldest(self) -> None:
        for key in tuple(self._answers):
            if len(self._answers) <= _MAX_KEPT and not self._is_stale(self._answers[key]):
                return
            del self._answers[key]


async def _settle(answer: asyncio.Future[T], execute: Callable[[], Coroutine[Any, Any, T]]) -> None:
    try:
        answer.set_result(await execute())
    except Exception as error:
        _fail(answer, error)


def _fail_unsettled(answer: asyncio.Future[T]) -> None:
    """The task was cancelled, perhaps before it began."""
    if not answer.done():
        _fail(answer, HubClosed("The gateway is shutting down; subscribe again to go on."))


def _fail(answer: asyncio.Future[T], error: Exception) -> None:
    answer.set_exception(error)
    answer.exception()  # marks it as seen: all who waited may have left
