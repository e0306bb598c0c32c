"""What is under way is shared: queries of clients, and calls to subgraphs on behalf of queries.

Those are equal that have the same plan or body, the same variables, and the same viewer with the
same scopes. None joins what began before a change that its client may know of: a mutation that this
process has answered, or an event that it has sent (`changed`). So who reads after writing, or after
being told, reads what was written.

The first works in its own task, the others wait. If the first one leaves, or its time is over, one
of those who wait begins anew.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

import orjson

from gateway.operation.json_values import dumps
from gateway.pipeline.engine import Runnable
from gateway.security.identity import Identity

T = TypeVar("T")


class InFlight(Generic[T]):
    """Work under way, by what its outcome depends on."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[asyncio.Future[T | None]]] = {}
        self._changes = 0

    def changed(self) -> None:
        """From now on nothing that is under way is joined."""
        self._changes += 1

    async def get(self, what: Hashable, work: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """What the work gives, and whether it was another's. Raises what the work raises."""
        key = (what, self._changes)
        while (waiting := self._waiting.get(key)) is not None:
            turn: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
            waiting.append(turn)
            if (outcome := await turn) is not None:
                return outcome, True
        return await self._run(key, work), False

    async def _run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        waiting = self._waiting[key] = []
        outcome: T | None = None
        failure: Exception | None = None
        try:
            outcome = await work()
        except Exception as error:
            failure = error
            raise
        finally:
            del self._waiting[key]
            for turn in waiting:
                if turn.done():  # who waited has left
                    continue
                if failure is None:
                    turn.set_result(outcome)
                else:
                    turn.set_exception(failure)
        return outcome


def what_it_depends_on(
    runnable: Runnable, variables: Mapping[str, Any], identity: Identity
) -> Hashable:
    """Equal for queries that are; the runnable counts by its place in memory, while it is run."""
    try:
        written = dumps(variables) if variables else b""
    except (orjson.JSONEncodeError, RecursionError):
        return object()  # equal to nothing else
    return (id(runnable), identity.subject, identity.scopes, written)
