"""Many at once on one stream: one current pin, no gap, no repeat (P1, P2)."""

import asyncio

from sqlalchemy import text

from tests.subgraphs.livestream.acts import PRODUCTS, key, room
from tests.subgraphs.livestream.log import events_of


async def standing(database, stream_id: str) -> int:
    async with database.session() as session:
        found = await session.execute(
            text(
                """select count(*) from livestream.pins
                where stream_id = :id and cleared_sequence is null"""
            ),
            {"id": stream_id},
        )
        return int(found.scalar_one())


async def test_p1_twenty_pins_at_once_leave_one_current(call, database):
    made = await room(call)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(made.pin(PRODUCTS[n % 5])) for n in range(20)]
    pins = [task.result()["pin"] for task in tasks]
    assert sorted(pin["sequence"] for pin in pins) == list(range(3, 23))
    assert await standing(database, made.id) == 1
    told = await events_of(database, made.id)
    assert {event["data"]["pin"]["id"] for event in told[2:]} == {pin["id"] for pin in pins}


async def test_a_double_click_pins_once(call, database):
    made = await room(call)
    same = key()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(made.pin(PRODUCTS[0], idempotencyKey=same)) for _ in range(10)]
    answers = [task.result() for task in tasks]
    assert len({answer["pin"]["id"] for answer in answers}) == 1
    assert [answer["idempotentReplay"] for answer in answers].count(False) == 1
    assert len(await events_of(database, made.id)) == 3


async def test_p2_chat_and_pins_at_once_share_one_sequence(call, database):
    made = await room(call)
    async with asyncio.TaskGroup() as group:
        for n in range(60):
            group.create_task(
                made.say(f"Line {n}", viewer=f"cust_{n}") if n % 4 else made.pin(PRODUCTS[n % 5])
            )
    told = await events_of(database, made.id)
    assert len(told) == 62
    for event in told[2:]:
        carried = event["data"].get("message") or event["data"]["pin"]
        assert carried["sequence"] == int(event["sequence"])
    assert [event["time"] for event in told] == sorted(event["time"] for event in told)


async def test_nothing_comes_after_the_end_that_races_with_it(call, database):
    made = await room(call)
    async with asyncio.TaskGroup() as group:
        said = [group.create_task(made.say(f"Line {n}", viewer=f"cust_{n}")) for n in range(20)]
        pinned = [group.create_task(made.pin(PRODUCTS[n])) for n in range(5)]
        group.create_task(made.end())
    told = await events_of(database, made.id)
    assert told[-1]["data"]["type"] == "ENDED"
    accepted = [task for task in said + pinned if not task.result()["userErrors"]]
    assert len(told) == 3 + len(accepted)
    refused = {error["code"] for task in said + pinned for error in task.result()["userErrors"]}
    assert refused <= {"STREAM_NOT_LIVE"}
    assert await standing(database, made.id) == 0
