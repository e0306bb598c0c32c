"""Collects what a source delivers."""

import asyncio

from gateway.subscriptions.source import Event


class Received:
    """A receiver that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._changed.set()

    def sequences(self, key: str) -> list[int]:
        return [event.sequence for event in self.events if event.key == key]

    async def until(self, key: str, sequence: int) -> None:
        """Waits until an event has come."""
        async with asyncio.timeout(60):
            while sequence not in self.sequences(key):
                self._changed.clear()
                await self._changed.wait()


def once(sequences: list[int]) -> list[int]:
    """What a receiver sees that drops repetitions."""
    seen: list[int] = []
    for sequence in sequences:
        if not seen or sequence > seen[-1]:
            seen.append(sequence)
    return seen
