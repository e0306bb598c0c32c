"""Tells who is cancelled from who only waits for something that was.

Client libraries cancel tasks of their own, and now and then raise their CancelledError where one
waits for the library. Work that has to go on must not take that for its own end.
"""

import asyncio


def is_told_to_end() -> bool:
    """Whether the current task itself was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
