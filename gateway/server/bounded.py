"""A time limit for what hardly ever waits.

A message to a client is handed to the kernel at once unless the client reads too slowly. For
thousands of clients `asyncio.timeout` would take more time than that, so it begins only if there is
something to wait for.
"""

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")


async def within(seconds: float, work: Coroutine[Any, Any, _T]) -> _T:
    """What the work gives.

    Raises:
        TimeoutError: It waited for longer; it was cancelled.
    """
    try:
        waits_for = work.send(None)
    except StopIteration as done:
        result: _T = done.value
        return result
    async with asyncio.timeout(seconds):
        return await _Rest(work, waits_for)


class _Rest(Generic[_T]):
    """Work that has been begun, and waits for something: awaited as PEP 380 delegates."""

    def __init__(self, work: Coroutine[Any, Any, _T], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, _T]:
        work, waits_for = self._work, self._waits_for
        while True:
            try:
                sent = yield waits_for
            except GeneratorExit:
                work.close()
                raise
            except BaseException as error:
                step = partial(work.throw, error)
            else:
                step = partial(work.send, sent)
            try:
                waits_for = step()
            except StopIteration as done:
                result: _T = done.value
                return result
