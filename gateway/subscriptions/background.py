"""Work that belongs to no single subscriber, and ends with the gateway."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from gateway.subscriptions.errors import closing


class Background:
    """Tasks that run until they are done, or the gateway stops."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether work is taken."""
        return self._group is not None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Takes work; on leaving, what still runs is cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                yield
            finally:
                self._group = None
                for task in tuple(self._tasks):
                    task.cancel()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs work, which must handle its own errors.

        Raises:
            HubClosed: The gateway stops.
        """
        if self._group is None:
            work.close()
            raise closing()
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def is_told_to_end() -> bool:
    """Whether the current task was cancelled: what it waits for may raise CancelledError, too."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
