import asyncio

import pytest

from gateway.server.bounded import within


async def test_what_need_not_wait_is_done_at_once() -> None:
    async def work() -> int:
        return 7

    assert await within(0.0, work()) == 7


async def test_what_has_to_wait_is_waited_for() -> None:
    async def work() -> list[int]:
        seen = [1]
        for number in (2, 3):
            await asyncio.sleep(0)
            seen.append(number)
        await asyncio.sleep(0.001)
        return [*seen, 4]

    assert await within(5.0, work()) == [1, 2, 3, 4]


async def test_what_takes_too_long_is_cancelled_and_may_tidy_up() -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            seen.append("tidied up")

    with pytest.raises(TimeoutError):
        await within(0.01, work())
    assert seen == ["tidied up"]


@pytest.mark.parametrize("waits", [False, True])
async def test_its_failure_is_raised(waits: bool) -> None:
    async def work() -> None:
        if waits:
            await asyncio.sleep(0)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await within(5.0, work())


async def test_work_may_catch_what_it_waits_for() -> None:
    failed = asyncio.get_running_loop().create_future()
    failed.get_loop().call_soon(failed.set_exception, ValueError("no"))

    async def work() -> str:
        try:
            await failed
        except ValueError:
            await asyncio.sleep(0)
            return "caught"
        return "not caught"

    assert await within(5.0, work()) == "caught"


async def test_who_waits_may_be_cancelled() -> None:
    begun = asyncio.Event()
    ended: list[bool] = []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(within(60.0, work()))
        await begun.wait()
        task.cancel()
    assert ended == [True]
    assert task.cancelled()


async def test_a_lock_is_waited_for_within_the_limit() -> None:
    lock = asyncio.Lock()

    async def work() -> None:
        async with lock:
            pass

    async with lock:
        with pytest.raises(TimeoutError):
            await within(0.01, work())
    await within(1.0, work())
