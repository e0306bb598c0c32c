"""One execution per event, operation and identity, shared by all subscribers that ask the same.

A thousand anonymous viewers of a live room cause one set of entity fetches per event. The first to
arrive starts the execution as a task of its own, so it goes on when that subscriber leaves.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from gateway.subscriptions.errors import closing

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
        self._answers: dict[Hashable, _Answer[T]] = {}

    async def get(self, key: Hashable, execute: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The answer under `key`; executes it unless that has just been done."""
        answer = self._answers.get(key)
        if answer is None or self._is_stale(answer):
            answer = _Answer(self._clock())
            self._spawn(answer.settle(execute)).add_done_callback(answer.give_up)
            self._answers.pop(key, None)
            self._answers[key] = answer
            self._forget_oldest()
        return await answer.get()

    def _is_stale(self, answer: "_Answer[T]") -> bool:
        return answer.is_settled and self._clock() - answer.begun > self._fresh

    def _forget_oldest(self) -> None:
        for key in tuple(self._answers):
            if len(self._answers) <= _MAX_KEPT and not self._is_stale(self._answers[key]):
                return
            del self._answers[key]


class _Answer(Generic[T]):
    """One execution, and who waits for it.

    Each waits on a future of its own: one that leaves takes nothing from the others. For that there
    is `asyncio.shield`, but for thousands who wait it took a quarter of all the time: what it makes
    for each of them is garbage that only the collector finds.
    """

    __slots__ = ("_settled", "_waiting", "begun")

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self._settled: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def is_settled(self) -> bool:
        return self._settled.done()

    async def get(self) -> T:
        if not self._settled.done():
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter
        return self._settled.result()

    async def settle(self, execute: Callable[[], Coroutine[Any, Any, T]]) -> None:
        try:
            self._settled.set_result(await execute())
        except Exception as error:
            self._fail(error)
        self._wake()

    def give_up(self, _task: asyncio.Task[None]) -> None:
        """The task has ended; if it was cancelled, perhaps before it began, there is no answer."""
        if not self._settled.done():
            self._fail(closing())
            self._wake()

    def _fail(self, error: Exception) -> None:
        self._settled.set_exception(error)
        self._settled.exception()  # marks it as seen: all who waited may have left

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()
