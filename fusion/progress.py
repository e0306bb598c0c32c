"""Tells what takes long, while it takes long."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print what is being done, and how long it took once it is."""
    sys.stdout.write(f"  {what:<44}")
    sys.stdout.flush()
    started = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stdout.write("failed\n")
        raise
    sys.stdout.write(f"{time.monotonic() - started:6.1f} s\n")
    sys.stdout.flush()
