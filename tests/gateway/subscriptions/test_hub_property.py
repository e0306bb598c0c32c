"""Whatever the log and the clients do, a LOG subscriber sees every event once, in order.

The log delivers late, twice and not at all; readers are slow, leave and resume at their cursor; the
ring buffer is far too small. What a reader sees must be contiguous, and end at the log's head once
everything has calmed down.
"""

import asyncio
from contextlib import AsyncExitStack

from hypothesis import given, settings, strategies as st

from gateway.subscriptions.cursor import Cursor
from gateway.subscriptions.errors import SlowConsumer
from gateway.subscriptions.hub import Hub, HubSettings
from gateway.subscriptions.readers import LogReader, QueueBound
from tests.gateway.subscriptions.events import TOPIC, ScriptedSource, event

KEYS = ("a", "b")
BEGINNING = "2026-11-22T15:00:00Z"

steps = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.sampled_from(KEYS), st.integers(1, 4)),
        st.tuples(st.just("deliver"), st.sampled_from(KEYS), st.integers(0, 6)),
        st.tuples(st.just("read"), st.sampled_from(KEYS), st.integers(1, 5)),
        st.tuples(st.just("reconnect"), st.sampled_from(KEYS), st.just(0)),
        st.tuples(st.just("outage"), st.sampled_from(KEYS), st.just(0)),
    ),
    max_size=60,
)


class Viewer:
    """A client that reconnects at its cursor whenever it is cut off."""

    def __init__(self, hub: Hub, key: str) -> None:
        self._hub = hub
        self._key = key
        self._stack = AsyncExitStack()
        self._reader: LogReader | None = None
        self.seen = 0

    async def connect(self) -> None:
        await self.leave()
        cursor = Cursor(TOPIC, self._key, self.seen, BEGINNING)
        reading = self._hub.read_log(TOPIC, self._key, cursor)
        self._reader = await self._stack.enter_async_context(reading)

    async def leave(self) -> None:
        await self._stack.aclose()

    async def read(self, count: int) -> None:
        for _ in range(count):
            assert self._reader is not None
            try:
                async with asyncio.timeout(0):
                    following = await self._reader.next()
            except TimeoutError:
                return
            except SlowConsumer:
                assert self._reader.seen is not None
                assert self._reader.seen.sequence == self.seen
                await self.connect()
                continue
            assert following.sequence == self.seen + 1
            assert following.key == self._key
            self.seen = following.sequence


class World:
    def __init__(self) -> None:
        self.source = ScriptedSource()
        self.hub = Hub(
            self.source,
            HubSettings(QueueBound(messages=3), moment=0, ring_events=4, backfill_pauses=(0, 0)),
        )
        self.heads = dict.fromkeys(KEYS, 0)
        self.viewers = {key: [Viewer(self.hub, key) for _ in range(2)] for key in KEYS}

    async def step(self, kind: str, key: str, number: int) -> None:
        match kind:
            case "commit":
                for _ in range(number):
                    self.heads[key] += 1
                    self.source.keep(event(self.heads[key], key))
            case "deliver" if self.heads[key] > number:
                # Of the last few events any, in any order: some late, some twice, some never.
                self.source.deliver(event(self.heads[key] - number, key))
            case "read":
                await self.viewers[key][0].read(number)
            case "reconnect":
                await self.viewers[key][0].connect()
            case "outage":
                self.source.available = not self.source.available
            case _:
                pass
        await asyncio.sleep(0)

    async def calm_down(self) -> None:
        self.source.available = True
        for key in KEYS:
            self.heads[key] += 1
            self.source.happen(event(self.heads[key], key))
        await asyncio.sleep(0.001)
        for key, viewers in self.viewers.items():
            for viewer in viewers:
                await viewer.connect()
                await viewer.read(self.heads[key] + 5)
                assert viewer.seen == self.heads[key]


@given(steps)
@settings(max_examples=150, deadline=None)
def test_every_event_is_seen_once_and_in_order(taken: list[tuple[str, str, int]]) -> None:
    asyncio.run(_run(taken))


async def _run(taken: list[tuple[str, str, int]]) -> None:
    world = World()
    everyone = [viewer for viewers in world.viewers.values() for viewer in viewers]
    async with world.hub.running():
        for viewer in everyone:
            await viewer.connect()
        for step in taken:
            try:
                await world.step(*step)
            except Exception as error:
                if getattr(error, "code", "") != "EVENT_SOURCE_UNAVAILABLE":
                    raise
                world.source.available = True
                await world.viewers[step[1]][0].connect()
        await world.calm_down()
        for viewer in everyone:
            await viewer.leave()
