"""Replays: the chapters of an ended stream are its pins."""

from datetime import datetime, timedelta

from sqlalchemy import text

from subgraphs.shared.database import Database
from tests.subgraphs.livestream.acts import PRODUCTS, Room, room
from tests.support.subgraphs import Caller

READ = """query ($id: ID!) { stream(id: $id) {
    startedAt endedAt
    replay { hlsUrl durationMs chapters { offsetMs product { id } } } } }"""


async def replay(made: Room) -> dict[str, object]:
    stream: dict[str, object] = (await made.call.data(READ, {"id": made.id}))["stream"]
    return stream


async def test_each_pin_is_a_chapter_at_its_time(call: Caller, database: Database):
    made = await room(call)
    for turn in (0, 1, 0):
        await made.pin(PRODUCTS[turn])
    async with database.engine.begin() as connection:
        # On air for an hour; the pins came after 1, 21 and 41 minutes.
        statement = """
            update livestream.streams set started_at = started_at - interval '60 min';
            update livestream.pins as p set pinned_at = s.started_at + interval '1 min'
                + interval '20 min' * (p.sequence - 3) from livestream.streams as s"""
        for each in statement.split(";"):
            await connection.execute(text(each))
    await made.end()
    stream = await replay(made)
    found = stream["replay"]
    assert isinstance(found, dict)
    assert found["hlsUrl"] is None
    assert [(each["offsetMs"], each["product"]["id"]) for each in found["chapters"]] == [
        (60_000, PRODUCTS[0]),
        (21 * 60_000, PRODUCTS[1]),
        (41 * 60_000, PRODUCTS[0]),
    ]
    begun, ended = (datetime.fromisoformat(str(stream[name])) for name in ("startedAt", "endedAt"))
    assert found["durationMs"] == (ended - begun) // timedelta(milliseconds=1)


async def test_there_is_no_replay_before_the_end_or_of_what_never_was(call: Caller):
    live, cancelled = await room(call), await room(call, live=False)
    await live.pin(PRODUCTS[0])
    await cancelled.end()
    for made in (live, cancelled):
        assert (await replay(made))["replay"] is None


async def test_a_stream_without_pins_has_a_replay_without_chapters(call: Caller):
    made = await room(call)
    await made.end()
    found = (await replay(made))["replay"]
    assert isinstance(found, dict)
    assert found["chapters"] == []


async def test_the_replays_of_a_page_cost_one_statement(
    call: Caller, database: Database, postgres_statements
):
    for _ in range(3):
        made = await room(call)
        await made.pin(PRODUCTS[0])
        await made.end()
    page = "{ streams(state: ENDED) { nodes { replay { chapters { offsetMs } } } } }"
    with postgres_statements() as sent:
        nodes = (await call.data(page))["streams"]["nodes"]
    assert [len(node["replay"]["chapters"]) for node in nodes] == [1, 1, 1]
    assert len(sent) == 2
