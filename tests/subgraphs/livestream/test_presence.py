"""Viewers and likes: who may report, what is told how often, and what a killed gateway leaves."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from subgraphs.livestream import paces, presence
from subgraphs.shared.database import Database
from tests.subgraphs.livestream.acts import ERRORS, HOST, VIEWER, Room, do, refusal, room
from tests.support.subgraphs import Caller

REPORT = """mutation ($audience: [AudienceInput!]!) { streamAudienceReport(audience: $audience) }"""
LIKE = f"""mutation ($id: ID!, $count: Int!) {{
    streamLike(streamId: $id, count: $count) {{ stream {{ likeCount }} {ERRORS} }} }}"""
NUMBERS = "query ($id: ID!) { stream(id: $id) { viewerCount peakViewers likeCount } }"
SCOPE = ["gateway:audience"]


@pytest.fixture(autouse=True)
def reports_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts for 15 seconds counts for as many minutes: a test may take some seconds."""
    assert presence.REPORT_SECONDS == 15
    monkeypatch.setattr(presence, "REPORT_SECONDS", 15 * 60)


async def report(call: Caller, gateway: str, **viewers: int) -> dict[str, Any]:
    audience = [{"key": stream, "viewers": count} for stream, count in viewers.items()]
    return await call(REPORT, {"audience": audience}, viewer=gateway, scopes=SCOPE)


async def like(made: Room, count: int, viewer: str = VIEWER) -> dict[str, Any]:
    return await do(made.call, LIKE, {"id": made.id, "count": count}, viewer, [])


async def numbers(made: Room) -> tuple[int, int, int]:
    """Viewers, the most of them, likes."""
    found = (await made.call.data(NUMBERS, {"id": made.id}))["stream"]
    return found["viewerCount"], found["peakViewers"], found["likeCount"]


async def pass_time(database: Database, seconds: int) -> None:
    """As far as reports and their telling are concerned, of which a second is a minute here."""
    async with database.engine.begin() as connection:
        for statement in (
            "update livestream.audience_reports set reported_at = reported_at - {passed}",
            "update livestream.presence set told_at = told_at - {passed}",
        ):
            passed = f"interval '{seconds} min'"
            await connection.execute(text(statement.format(passed=passed)))


async def told(database: Database, made: Room) -> list[dict[str, Any]]:
    """What the presence topic says of the room, in order."""
    query = text("""
        select event->'data' as data, sequence from livestream.outbox
        where topic = 'fc.livestream.presence.v1' and key = :id order by sequence""")
    async with database.session() as session:
        rows = (await session.execute(query, {"id": made.id})).all()
    assert [row.sequence for row in rows] == [row.data["version"] for row in rows]
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    return [row.data for row in rows]


async def test_the_viewers_of_two_gateways_add_up_and_the_most_are_remembered(
    call: Caller, database: Database
):
    made = await room(call)
    await report(call, "gateway:a", **{made.id: 30})
    await report(call, "gateway:b", **{made.id: 12})
    assert await presence.tell(database) == 1
    assert await numbers(made) == (42, 42, 0)
    await pass_time(database, 5)
    await report(call, "gateway:a", **{made.id: 8})
    await presence.tell(database)
    assert await numbers(made) == (20, 42, 0)
    assert [data["viewerCount"] for data in await told(database, made)] == [42, 20]


async def test_what_has_not_changed_is_not_told(call: Caller, database: Database):
    made = await room(call)
    for _ in range(3):
        await report(call, "gateway:a", **{made.id: 3})
        await presence.tell(database)
        await pass_time(database, 2)
    assert len(await told(database, made)) == 1


async def test_a_stream_that_goes_on_air_has_a_state_to_begin_with(
    call: Caller, database: Database
):
    announced, made = await room(call, live=False), await room(call)
    assert [await presence.tell(database) for _ in range(2)] == [1, 0]
    assert [data["viewerCount"] for data in await told(database, made)] == [0]
    assert await told(database, announced) == []


async def test_changes_within_a_second_are_told_as_one(call: Caller, database: Database):
    made = await room(call)
    async with database.engine.begin() as connection:
        # Told just now, and for the next minute, as far as this test is concerned.
        await connection.execute(
            text(
                "insert into livestream.presence (stream_id, told_at)"
                " values (:id, clock_timestamp() + interval '59 s')"
            ),
            {"id": made.id},
        )
    for count in (1, 2, 3):
        await report(call, "gateway:a", **{made.id: count})
        await like(made, 5)
        assert await presence.tell(database) == 0
    assert await told(database, made) == []
    await pass_time(database, 61)
    await report(call, "gateway:a", **{made.id: 3})
    assert await presence.tell(database) == 1
    [data] = await told(database, made)
    assert (data["viewerCount"], data["likeCount"]) == (3, 15)


async def test_a_killed_gateways_viewers_are_gone_after_15_seconds(
    call: Caller, database: Database
):
    made = await room(call)
    await report(call, "gateway:killed", **{made.id: 30})
    await report(call, "gateway:alive", **{made.id: 4})
    await presence.tell(database)
    await pass_time(database, 5)
    await presence.tell(database)
    assert (await numbers(made))[0] == 34
    await pass_time(database, 10)
    await report(call, "gateway:alive", **{made.id: 4})
    await presence.tell(database)
    assert await numbers(made) == (4, 34, 0)


async def test_a_report_replaces_the_gateways_last(call: Caller, database: Database):
    one, other = await room(call), await room(call)
    await report(call, "gateway:a", **{one.id: 3, other.id: 5, "strm_none": 9})
    await presence.tell(database)
    assert ((await numbers(one))[0], (await numbers(other))[0]) == (3, 5)
    await pass_time(database, 5)
    await report(call, "gateway:a", **{other.id: 6})
    await presence.tell(database)
    assert ((await numbers(one))[0], (await numbers(other))[0]) == (0, 6)


async def test_an_ended_stream_has_no_viewers_but_its_most_and_its_likes(
    call: Caller, database: Database
):
    made = await room(call)
    await report(call, "gateway:a", **{made.id: 7})
    await like(made, 3)
    await presence.tell(database)
    await made.end()
    await pass_time(database, 5)
    await report(call, "gateway:a", **{made.id: 7})
    await presence.tell(database)
    assert await numbers(made) == (0, 7, 3)
    assert (await told(database, made))[-1]["viewerCount"] == 0
    await pass_time(database, 5)
    assert await presence.tell(database) == 0


async def test_many_processes_tell_each_change_once(call: Caller, database: Database):
    rooms = [await room(call) for _ in range(5)]
    await report(call, "gateway:a", **{made.id: n + 1 for n, made in enumerate(rooms)})
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(presence.tell(database)) for _ in range(8)]
    assert sum(task.result() for task in tasks) == 5
    for n, made in enumerate(rooms):
        assert [data["viewerCount"] for data in await told(database, made)] == [n + 1]


async def test_nobody_but_a_gateway_reports(call: Caller, database: Database):
    made = await room(call)
    audience = {"audience": [{"key": made.id, "viewers": 1_000}]}
    for viewer, scopes, code in (
        (None, SCOPE, "UNAUTHENTICATED"),
        (HOST, ["stream:host"], "FORBIDDEN"),
        (HOST, SCOPE, "FORBIDDEN"),
        ("gateway:a", [], "FORBIDDEN"),
    ):
        answer = await call(REPORT, audience, viewer=viewer, scopes=scopes)
        assert answer["errors"][0]["extensions"]["code"] == code
    negative = await report(call, "gateway:a", **{made.id: -1})
    assert negative["errors"][0]["extensions"]["code"] == "INVALID"
    await presence.tell(database)
    assert await numbers(made) == (0, 0, 0)


async def test_likes_of_many_at_once_are_all_counted(call: Caller, database: Database):
    made = await room(call)
    async with asyncio.TaskGroup() as group:
        for n in range(20):
            group.create_task(like(made, n + 1, viewer=f"cust_{n}"))
    assert (await numbers(made))[2] == 210
    assert await presence.tell(database) == 1
    assert (await told(database, made))[-1]["likeCount"] == 210


async def test_likes_are_for_streams_on_air_and_not_without_end(
    call: Caller, monkeypatch: pytest.MonkeyPatch
):
    assert paces.LIKE.every * 10 == timedelta(seconds=1)
    slow = paces.Pace(act="LIKE", every=timedelta(hours=1), burst=paces.LIKE.burst)
    monkeypatch.setattr(paces, "LIKE", slow)
    made, announced = await room(call), await room(call, live=False)
    assert refusal(await like(announced, 1)) == ("STREAM_NOT_LIVE", ["streamId"])
    for count in (0, 101):
        assert refusal(await like(made, count)) == ("INVALID", ["count"])
    assert (await like(made, 100))["stream"] == {"likeCount": 100}
    # They grow back one by one, each in its time.
    assert refusal(await like(made, 100)) == ("RATE_LIMITED", None)
    assert (await like(made, 100, viewer=HOST))["stream"] == {"likeCount": 200}
    made.id = "strm_none"
    assert refusal(await like(made, 1)) == ("NOT_FOUND", ["streamId"])


async def test_the_anonymous_do_not_like(call: Caller):
    made = await room(call)
    answer = await call(LIKE, {"id": made.id, "count": 1})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
