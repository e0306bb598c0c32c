"""Equal queries that are under way at the same time share one execution.

They are equal if they have the same plan, the same variables and the same viewer with the same
scopes. None joins an execution that began before a change it may know of: a mutation that this
process has answered, or an event it has sent (`changed`). So who reads after writing, or after
being told, reads what was written.

The first runs it in its own task; the others wait. If the first one leaves or fails, one of those
who wait runs it anew.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any

import orjson

from gateway.executor.answer import Answer
from gateway.operation.json_values import dumps
from gateway.pipeline.engine import Runnable
from gateway.security.identity import Identity


class InFlight:
    """The queries under way, by what their answers depend on."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[asyncio.Future[Answer | None]]] = {}
        self._changes = 0

    def changed(self) -> None:
        """From now on no query joins what is under way."""
        self._changes += 1

    async def get(
        self, query: Hashable, execute: Callable[[], Awaitable[Answer]]
    ) -> tuple[Answer, bool]:
        """The answer, and whether it is another's: of an equal query that was under way."""
        key = (query, self._changes)
        while (waiting := self._waiting.get(key)) is not None:
            turn: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
            waiting.append(turn)
            if (answer := await turn) is not None:
                return answer, True
        return await self._run(key, execute), False

    async def _run(self, key: Hashable, execute: Callable[[], Awaitable[Answer]]) -> Answer:
        waiting = self._waiting[key] = []
        answer: Answer | None = None
        try:
            answer = await execute()
        finally:
            del self._waiting[key]
            for turn in waiting:
                if not turn.done():  # who waited may have left
                    turn.set_result(answer)
        return answer


def what_it_depends_on(
    runnable: Runnable, variables: Mapping[str, Any], identity: Identity
) -> Hashable:
    """Equal for queries that are; the runnable counts by its place in memory, while it is run."""
    try:
        written = dumps(variables) if variables else b""
    except (orjson.JSONEncodeError, RecursionError):
        return object()  # equal to nothing else
    return (id(runnable), identity.subject, identity.scopes, written)
