import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from gateway.subscriptions.errors import HubClosed
from gateway.subscriptions.sharing import SharedExecutions


class Work:
    def __init__(self) -> None:
        self.done = 0

    async def __call__(self) -> bytes:
        self.done += 1
        return str(self.done).encode()


async def test_an_answer_is_reused_only_while_it_is_fresh() -> None:
    now, work = 0.0, Work()
    async with asyncio.TaskGroup() as group:
        shared: SharedExecutions[bytes] = SharedExecutions(
            group.create_task, fresh=1.0, clock=lambda: now
        )
        assert await shared.get("event", work) == b"1"
        now = 1.0
        assert await shared.get("event", work) == b"1"
        now = 2.1
        assert await shared.get("event", work) == b"2"


async def test_what_is_kept_is_bounded() -> None:
    work = Work()
    async with asyncio.TaskGroup() as group:
        shared: SharedExecutions[bytes] = SharedExecutions(group.create_task, clock=lambda: 0.0)
        for number in range(2_000):
            await shared.get(number, work)
        assert len(shared._answers) == 512


async def test_stale_answers_are_dropped() -> None:
    now, work = 0.0, Work()
    async with asyncio.TaskGroup() as group:
        shared: SharedExecutions[bytes] = SharedExecutions(group.create_task, clock=lambda: now)
        for number in range(10):
            await shared.get(number, work)
        now = 5.0
        await shared.get("another", work)
        assert list(shared._answers) == ["another"]


async def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    now = 0.0

    async def fail() -> bytes:
        raise ValueError("no")

    async with asyncio.TaskGroup() as group:
        shared: SharedExecutions[bytes] = SharedExecutions(group.create_task, clock=lambda: now)
        for _ in range(2):
            with pytest.raises(ValueError, match="no"):
                await shared.get("event", fail)
        now = 5.0
        assert await shared.get("event", Work()) == b"1"


async def test_those_who_wait_are_told_when_the_gateway_stops() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def never() -> bytes:
        await asyncio.Event().wait()
        return b""

    async with asyncio.TaskGroup() as group:

        def spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
            tasks.append(group.create_task(work))
            return tasks[0]

        waiting = group.create_task(_outcome(SharedExecutions(spawn), never))
        await asyncio.sleep(0)
        tasks[0].cancel()
    assert isinstance(waiting.result(), HubClosed)


async def _outcome(shared: SharedExecutions[bytes], work: Any) -> Exception | None:
    try:
        await shared.get("event", work)
    except HubClosed as error:
        return error
    return None


async def test_nothing_is_kept_of_work_that_cannot_be_begun() -> None:
    def refuse(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        work.close()
        raise HubClosed("closed")

    shared: SharedExecutions[bytes] = SharedExecutions(refuse)
    for _ in range(2):
        with pytest.raises(HubClosed):
            await shared.get("event", Work())
