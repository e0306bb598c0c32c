"""Batches the reads of one request: one statement for a list, whatever its length.

Beyond some thousand keys it is one for each `MAX_KEYS`, as PostgreSQL takes a limited number of
parameters in a statement.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from strawberry.dataloader import DataLoader

K = TypeVar("K")
T = TypeVar("T")

MAX_KEYS: Final = 5_000
"""Keys have few columns, but asyncpg counts parameters in 15 bits."""


class Loader(DataLoader[K, T]):
    """Loads what is asked for at the same time by one call of `load`, in the order of its keys."""

    def __init__(self, load: Callable[[list[K]], Awaitable[Sequence[T | BaseException]]]) -> None:
        super().__init__(load, max_batch_size=MAX_KEYS)
