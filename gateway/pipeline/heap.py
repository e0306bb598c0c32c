"""Keeps Python's garbage collector away from what lives as long as the process.

A collection walks every object that is not permanent. With thousands of sessions that takes tenths
of a second, in which no event is delivered. One event to a subscriber makes some 20 objects that
are gone again once it is written: the collector is to sit that out, so its threshold grows with the
number of clients. A higher one for all would make longer pauses where other things make garbage.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_LEAST = 50_000
_FOR_EACH_CLIENT = 25
_OLDER = (20, 20)


def settle() -> None:
    """Count all that is there now as permanent, and look for garbage less often.

    For the one who owns the process, once it has started: it changes the collector of all.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_LEAST, *_OLDER)


def settle_again() -> None:
    """The same after a supergraph was exchanged, as what the old one left was permanent so far.

    Does nothing in a process that has not been settled.
    """
    if gc.get_freeze_count():
        threshold = gc.get_threshold()
        gc.unfreeze()
        settle()
        gc.set_threshold(*threshold)


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile, for short work that makes many objects and few circles.

    A collection in its midst would walk all of them at once, and hold up every thread.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def expect_events_for(clients: int) -> None:
    """Let an event to so many clients pass without a collection, if the process is settled."""
    if gc.get_freeze_count():
        gc.set_threshold(max(_LEAST, _FOR_EACH_CLIENT * clients), *_OLDER)
