"""A cursor of which the events were deleted is refused; none is passed over in silence."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from subgraphs.shared.database import Database
from subgraphs.shared.retention import Pruner, Pruning
from subgraphs.shared.topics import Topic
from tests.gateway.subscriptions.live_shop import chat, serving, settings
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.support.live import over_sse
from tests.support.postgres import Server

EVENTS = """subscription ($id: ID!, $after: EventCursor) {
    streamEvents(streamId: $id, after: $after) { sequence cursor } }"""
ROOM = {"id": "strm_1"}


@pytest.fixture
async def database(postgres_server: Server) -> AsyncIterator[Database]:
    async with postgres_server.database("livestream") as database:
        yield database


async def prune(database: Database, topic: str) -> int:
    """Delete all of a topic, as if it had become old."""
    gone = Topic(name=topic, key="k", types=(), retention=timedelta(0))
    return await Pruner(database, (gone,), relayed=False, pruning=Pruning()).prune()


async def cursor_of_the_second(log: OutboxLog, url: str) -> str:
    topic = log.topic("event")
    async with over_sse(url, EVENTS, ROOM) as viewer:
        await log.append(topic, "strm_1", chat("hi"))
        await log.append(topic, "strm_1", chat("hi"))
        _, event = [(await anext(viewer))["data"]["streamEvents"] for _ in range(2)]
    assert event["sequence"] == 2
    return str(event["cursor"])


async def test_a_cursor_older_than_what_is_kept_has_expired(database: Database, tmp_path: Path):
    log = OutboxLog(database.url)
    topic = log.topic("event")
    async with serving(settings(log, tmp_path)) as url:
        after = await cursor_of_the_second(log, url)
    await log.append(topic, "strm_1", chat("missed"))
    assert await prune(database, topic) == 3
    async with (
        serving(settings(log, tmp_path)) as url,
        over_sse(url, EVENTS, {"id": "strm_1", "after": after}) as viewer,
    ):
        answer = await anext(viewer)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["CURSOR_EXPIRED"]


async def test_a_cursor_of_the_last_event_is_good_when_all_is_deleted(
    database: Database, tmp_path: Path
):
    log = OutboxLog(database.url)
    async with serving(settings(log, tmp_path)) as url:
        after = await cursor_of_the_second(log, url)
    assert await prune(database, log.topic("event")) == 2
    async with (
        serving(settings(log, tmp_path)) as url,
        over_sse(url, EVENTS, {"id": "strm_1", "after": after}) as viewer,
    ):
        await log.append(log.topic("event"), "strm_1", chat("next"))
        assert (await anext(viewer))["data"]["streamEvents"]["sequence"] == 3
