"""How far behind a subscriber of class LOG may be."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.subscriptions.cursor import Cursor
from gateway.subscriptions.errors import SlowConsumer
from gateway.subscriptions.hub import Hub, HubSettings
from gateway.subscriptions.readers import QueueBound
from tests.gateway.subscriptions.events import TOPIC, ScriptedSource, event
from tests.gateway.subscriptions.test_hub import KEY, cursor, failure, take
from tests.support.held_up import HeldUp


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()


@pytest.fixture
async def hub(source: ScriptedSource) -> AsyncIterator[Hub]:
    hub = Hub(source)
    async with hub.running():
        yield hub


async def pass_a_moment(held_up: HeldUp) -> None:
    """As long as more may wait for a subscriber than the bound."""
    held_up(HubSettings().moment)
    await asyncio.sleep(0.001)  # what is due acts first


async def test_a_slow_subscriber_is_closed_with_its_last_position(
    hub: Hub, source: ScriptedSource, held_up: HeldUp
) -> None:
    async with hub.read_log(TOPIC, KEY) as slow, hub.read_log(TOPIC, KEY) as healthy:
        source.happen(event(1))
        assert await take(slow, 1) == [1]
        for number in range(2, 67):
            source.happen(event(number))
            await take(healthy, 2 if number == 2 else 1)
        await pass_a_moment(held_up)
        assert isinstance(await failure(slow), SlowConsumer)
        assert slow.seen == Cursor(TOPIC, KEY, 1, event(1).time)
        source.happen(event(67))
        assert await take(healthy, 1) == [67]


async def test_as_many_messages_as_the_bound_may_wait(hub: Hub, source: ScriptedSource) -> None:
    async with hub.read_log(TOPIC, KEY) as reader:
        source.happen(*(event(number) for number in range(1, 65)))
        assert await take(reader, 64) == list(range(1, 65))
        source.happen(*(event(number) for number in range(65, 129)))
        assert await take(reader, 64) == list(range(65, 129))


async def test_what_comes_at_once_is_no_sign_of_slowness(
    hub: Hub, source: ScriptedSource, held_up: HeldUp
) -> None:
    """As after a pause of the log, when far more comes than the bound."""
    async with hub.read_log(TOPIC, KEY) as reader:
        source.happen(*(event(number) for number in range(1, 501)))
        assert await take(reader, 440) == list(range(1, 441))
        await pass_a_moment(held_up)
        assert await take(reader, 60) == list(range(441, 501))
        await pass_a_moment(held_up)
        source.happen(*(event(number) for number in range(501, 601)))
        assert await take(reader, 100) == list(range(501, 601))


async def test_whoever_is_behind_for_a_second_time_is_closed_as_well(
    hub: Hub, source: ScriptedSource, held_up: HeldUp
) -> None:
    async with hub.read_log(TOPIC, KEY) as reader:
        source.happen(*(event(number) for number in range(1, 101)))
        await take(reader, 100)
        await pass_a_moment(held_up)
        source.happen(*(event(number) for number in range(101, 201)))
        await take(reader, 35)
        await pass_a_moment(held_up)
        assert isinstance(await failure(reader), SlowConsumer)


async def test_waiting_messages_are_bounded_by_size_as_well(
    source: ScriptedSource, held_up: HeldUp
) -> None:
    hub = Hub(source, HubSettings(queue=QueueBound(messages=64, size=1_000)))
    async with hub.running(), hub.read_log(TOPIC, KEY) as reader:
        source.happen(event(1, size=600), event(2, size=600))
        await pass_a_moment(held_up)
        assert isinstance(await failure(reader), SlowConsumer)


async def test_a_closed_subscriber_can_resume_at_its_position(
    hub: Hub, source: ScriptedSource, held_up: HeldUp
) -> None:
    async with hub.read_log(TOPIC, KEY) as slow:
        source.happen(*(event(number) for number in range(1, 101)))
        await pass_a_moment(held_up)
        await failure(slow)
    async with hub.read_log(TOPIC, KEY, cursor(0)) as reader:
        assert await take(reader, 100) == list(range(1, 101))
