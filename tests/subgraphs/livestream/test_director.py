"""The director, on a clock of the test's own."""

import asyncio
import random
from collections import Counter

import pytest
from sqlalchemy import text

from subgraphs.livestream import service
from subgraphs.livestream.director import BEATS, ROOMS, Director, direct_with
from subgraphs.livestream.presence import presences
from subgraphs.livestream.seed import seed
from subgraphs.livestream.settings import DirectorSettings, SettingInvalid
from subgraphs.shared.database import Database
from subgraphs.shared.demo import customer_id
from subgraphs.shared.unit_of_work import transact
from tests.subgraphs.livestream.log import events_of


class Enough(Exception):
    """Thrown by the clock when the test has seen enough."""


class Clock:
    """Sleeps at once, a given number of times, and remembers how long it was asked to."""

    def __init__(self, naps: int) -> None:
        self.naps = naps
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == self.naps:
            raise Enough


async def types_since(database: Database, room: str, before: int) -> Counter[str]:
    told = await events_of(database, room)
    return Counter(event["data"]["type"] for event in told[before:])


async def test_each_room_is_pinned_every_few_seconds_with_some_chat(database):
    await seed(database)
    before = {room: len(await events_of(database, room)) for room in ROOMS}
    async with database.session() as session:
        liked = await presences(session, list(ROOMS))
    clock = Clock(4 * BEATS)
    director = Director(database, 5.0, random_source=random.Random(1))
    with pytest.raises(Enough):
        await director.run(clock.sleep)
    assert sum(clock.slept) == pytest.approx(20.0)
    for room in ROOMS:
        seen = await types_since(database, room, before[room])
        assert seen["PINNED"] == 4
        assert seen["CHAT"] > 0
        assert seen["COUPON_DROP"] == 1
        assert set(seen) == {"PINNED", "CHAT", "COUPON_DROP"}
    async with database.session() as session:
        numbers = await presences(session, list(ROOMS))
    assert all(numbers[room].likes > liked[room].likes for room in ROOMS)


async def test_viewers_give_what_their_wallets_shall_pay(database):
    await seed(database)
    director = Director(database, 5.0, random_source=random.Random(1))
    for _ in range(6 * BEATS):
        await director.beat()
    query = text("""
        select s.id, s.customer_id, r.host_id, s.currency from livestream.gift_sendings as s
        join livestream.streams as r on r.id = s.stream_id""")
    async with database.session() as session:
        given = (await session.execute(query)).all()
    assert len(given) > 3
    assert {gift.currency for gift in given} == {"INR"}
    assert all(gift.customer_id != gift.host_id for gift in given)


async def test_the_pins_go_along_the_shelf_and_close_by_themselves(database):
    await seed(database)
    room = ROOMS[0]
    before = len(await events_of(database, room))
    director = Director(database, 5.0, [room], random.Random(1))
    for _ in range(3 * BEATS):
        await director.beat()
    pins = [
        event["data"]["pin"]
        for event in (await events_of(database, room))[before:]
        if event["data"]["type"] == "PINNED"
    ]
    assert len({pin["product"]["id"] for pin in pins}) == 3
    assert all(pin["endsAt"] > pin["pinnedAt"] for pin in pins)
    assert all(pin["variant"]["id"].startswith("var_") for pin in pins)
    offers = [pin["offerPrice"] and pin["offerPrice"]["formatted"] for pin in pins]
    assert offers == ["₹5,099.00", None, "₹3,499.00"]


async def test_a_room_that_its_host_ended_is_left_alone(database):
    await seed(database)
    await transact(database, lambda unit: service.end(unit, customer_id(2), ROOMS[0]))
    before = {room: len(await events_of(database, room)) for room in ROOMS}
    director = Director(database, 5.0, random_source=random.Random(1))
    for _ in range(2 * BEATS):
        await director.beat()
    assert await types_since(database, ROOMS[0], before[ROOMS[0]]) == Counter()
    assert (await types_since(database, ROOMS[1], before[ROOMS[1]]))["PINNED"] == 2


async def test_a_room_with_an_empty_shelf_is_not_pinned(database):
    await seed(database)
    command = service.SetShelf(stream_id=ROOMS[0], offers=())
    await transact(database, lambda unit: service.set_shelf(unit, customer_id(2), command))
    director = Director(database, 5.0, ROOMS[:1], random.Random(1))
    before = len(await events_of(database, ROOMS[0]))
    for _ in range(2 * BEATS):
        await director.beat()
    assert (await types_since(database, ROOMS[0], before))["PINNED"] == 0


async def test_without_rooms_there_is_nothing_to_direct(database):
    await Director(database, 5.0).beat()


@pytest.mark.parametrize("seconds", [0.1, None])
async def test_it_stops_when_it_is_told_to(database, seconds):
    await seed(database)
    task = asyncio.TaskGroup()
    async with task as group:
        running = group.create_task(direct_with(database, DirectorSettings(seconds=seconds)))
        await asyncio.sleep(0.2)
        running.cancel()
    assert running.cancelled()
    for room in ROOMS:
        await events_of(database, room)


@pytest.mark.parametrize(
    ("text", "seconds"), [(None, None), ("", None), ("0", None), ("0.0", None), ("2.5", 2.5)]
)
def test_the_environment_says_how_often(text, seconds):
    given = {} if text is None else {"FUSION_DIRECTOR": text}
    assert DirectorSettings.from_environment(given) == DirectorSettings(seconds=seconds)


@pytest.mark.parametrize("text", ["soon", "0.01", "-1", "inf", "nan", "3601"])
def test_a_senseless_pace_is_refused(text):
    with pytest.raises(SettingInvalid, match="FUSION_DIRECTOR"):
        DirectorSettings.from_environment({"FUSION_DIRECTOR": text})
