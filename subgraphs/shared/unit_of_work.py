"""One transaction: business rows and the events that tell of them, all or nothing."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

import msgspec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.shared.database import Database
from subgraphs.shared.events import Event
from subgraphs.shared.identity import Viewer
from subgraphs.shared.origin import UNKNOWN, Origin
from subgraphs.shared.outbox import Slot, bump, write_events

T = TypeVar("T")
ATTEMPTS = 5
_RETRIABLE = frozenset({"40001", "40P01"})  # serialisation failure, deadlock
_LONGEST_PAUSE = 0.2


class SequenceUnused(Exception):
    """A reserved sequence has no event: it would leave a gap. A fault in our code."""


class Mark(msgspec.Struct, frozen=True):
    """The events of a unit of work at some time."""

    events: tuple[Event, ...]
    reserved: frozenset[tuple[Slot, int]]


class UnitOfWork:
    """`async with UnitOfWork(…) as unit`: commits at the end, rolls back if the block raises."""

    def __init__(
        self, database: Database, viewer: Viewer | None = None, origin: Origin = UNKNOWN
    ) -> None:
        self.database = database
        self.viewer = viewer
        self.origin = origin
        self.session: AsyncSession = database.new_session()
        self._events: list[Event] = []
        self._reserved: set[tuple[Slot, int]] = set()

    def record(self, event: Event) -> None:
        """Have an event written with the commit, after those recorded before it."""
        self._events.append(event)

    async def reserve(self, topic: str, key: str) -> int:
        """The sequence of an event that this unit will record with it.

        It locks the key until the commit: take it late, and at most one key in a unit.
        """
        slot = Slot(topic, key)
        sequence = (await bump(self.session, self.database.subgraph, {slot: 1}))[slot]
        self._reserved.add((slot, sequence))
        return sequence

    def mark(self) -> "Mark":
        """What is recorded and reserved by now; see `forget_after`."""
        return Mark(tuple(self._events), frozenset(self._reserved))

    def forget_after(self, mark: "Mark") -> None:
        """Drop what was recorded and reserved since the mark: it was rolled back."""
        self._events, self._reserved = list(mark.events), set(mark.reserved)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                await self.commit()
        finally:
            await self.session.close()  # rolls back what was not committed

    async def commit(self) -> None:
        """Write the events and commit; the end of the block does so by itself."""
        used = {
            (Slot(event.topic, event.key), event.sequence)
            for event in self._events
            if event.sequence is not None
        }
        if used != self._reserved:
            raise SequenceUnused(f"Reserved and recorded differ: {used ^ self._reserved}.")
        if self._events:
            schema = self.database.subgraph
            await write_events(self.session, schema, self._events, self.origin)
        await self.session.commit()
        self._events.clear()
        self._reserved.clear()


async def transact(
    database: Database,
    work: Callable[[UnitOfWork], Awaitable[T]],
    viewer: Viewer | None = None,
    origin: Origin = UNKNOWN,
) -> T:
    """Run `work(unit)` in a unit of work; again, up to 5 times, when the database asks to.

    `work` must have no effect outside of its unit.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with UnitOfWork(database, viewer, origin) as unit:
                return await work(unit)
        except DBAPIError as error:
            if attempt == ATTEMPTS or sqlstate(error) not in _RETRIABLE:
                raise
        # Spread out, so that those who collided do not collide again.
        await asyncio.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.01 * 2**attempt)))  # noqa: S311
    raise AssertionError("unreachable")


def sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's error code, such as 23505 for a unique violation."""
    code = getattr(error.orig, "sqlstate", None)
    return code if isinstance(code, str) else None


def constraint(error: DBAPIError) -> str | None:
    """The name of the constraint that refused, if one did."""
    cause = getattr(error.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    return name if isinstance(name, str) else None
