"""Clients that resume while everything around them changes: no event lost, none twice."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.config.live import Events
from gateway.subscriptions.cursor import Cursor, CursorCodec
from tests.gateway.subscriptions.kafka_log import Broker, KafkaLog
from tests.gateway.subscriptions.live_shop import (
    SECRET,
    chat,
    serving,
    settings,
    until_standing,
)
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.gateway.subscriptions.test_live_gateway import EVENTS, ROOM, take
from tests.support.live import Payloads, over_sse, over_websocket

TIME = "2026-11-22T15:00:00.000001Z"


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    return [each["data"]["streamEvents"]["body"] for each in messages]


def after(message: dict[str, Any]) -> dict[str, Any]:
    return {**ROOM, "after": message["extensions"]["cursor"]}


def cursor(log: OutboxLog | KafkaLog, sequence: int, time: str = TIME) -> dict[str, Any]:
    made = CursorCodec(SECRET.encode()).encode(Cursor(log.topic("event"), "strm_1", sequence, time))
    return {**ROOM, "after": made}


async def say(log: OutboxLog | KafkaLog, *texts: str) -> None:
    for text in texts:
        await log.append(log.topic("event"), "strm_1", chat(text))


async def code(payloads: Payloads) -> str:
    async with asyncio.timeout(60):
        found: str = (await anext(payloads))["errors"][0]["extensions"]["code"]
    return found


@pytest.mark.kafka
async def test_a_broker_restarts_and_a_key_moves_to_another_partition(
    own_broker: Broker, tmp_path: Path
) -> None:
    log = KafkaLog(own_broker.address, own_broker)
    topic = log.topic("event")
    await log.create(topic, 1)
    async with serving(settings(log, tmp_path)) as url:
        async with over_sse(url, EVENTS, ROOM) as stays, over_websocket(url, EVENTS, ROOM) as goes:
            await until_standing(url, topic, 2)
            await say(log, "1", "2")
            seen, left = await take(stays, 2), await take(goes, 2)
            await log.stop()
            await log.start()
            await log.grow(topic, 6)
            await say(log, "3", "4")
            seen += await _take_slowly(stays, 2)
            assert bodies(seen) == ["1", "2", "3", "4"]
        async with over_sse(url, EVENTS, after(left[0])) as resumed:
            assert bodies(await take(resumed, 3)) == ["2", "3", "4"]
    # Another process knows nothing, and finds the key in its old partition and in its new one.
    async with (
        serving(settings(log, tmp_path)) as url,
        over_sse(url, EVENTS, after(left[0])) as resumed,
    ):
        await say(log, "5")
        assert bodies(await take(resumed, 4)) == ["2", "3", "4", "5"]


async def test_a_client_goes_from_one_gateway_to_another_while_events_happen(
    log: OutboxLog | KafkaLog, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    expected = [str(number) for number in range(60)]
    await say(log, "before")
    async with (
        serving(settings(log, here)) as one,
        serving(settings(log, there)) as other,
        asyncio.TaskGroup() as group,
    ):
        seen: list[dict[str, Any]] = []
        variables = cursor(log, 1)
        group.create_task(say(log, *expected))
        for turn in range(6):
            async with over_sse((one, other)[turn % 2], EVENTS, variables) as viewer:
                seen += await take(viewer, 10)
            variables = after(seen[-1])
    assert bodies(seen) == expected


@pytest.mark.kafka
async def test_what_retention_deleted_is_expired_or_comes_from_the_outbox(
    kafka_log: KafkaLog, outbox_log: OutboxLog, tmp_path: Path
) -> None:
    topic = kafka_log.topic("event")
    await kafka_log.create(topic, 1)
    for text in ("1", "2", "3", "4"):
        await kafka_log.append(topic, "strm_1", chat(text))
        await outbox_log.append(topic, "strm_1", chat(text))
    await kafka_log.delete_before(topic, 0, offset=2)
    found = settings(kafka_log, tmp_path)
    async with serving(found) as url:
        async with over_websocket(url, EVENTS, cursor(kafka_log, 1)) as expired:
            assert await code(expired) == "CURSOR_EXPIRED"
        async with over_websocket(url, EVENTS, cursor(kafka_log, 2)) as kept:
            assert bodies(await take(kept, 2)) == ["3", "4"]
    past = {"kind": "postgres", "url": outbox_log.url, "schemas": ["livestream"]}
    both = [*found.events.model_dump()["providers"], past]
    backed = found.model_copy(update={"events": Events.model_validate({"providers": both})})
    async with (
        serving(backed) as url,
        over_websocket(url, EVENTS, cursor(kafka_log, 1)) as resumed,
    ):
        assert bodies(await take(resumed, 3)) == ["2", "3", "4"]
        await say(kafka_log, "5")
        assert bodies(await take(resumed, 1)) == ["5"]


async def test_cursors_that_cannot_be_are_refused(outbox_log: OutboxLog, tmp_path: Path) -> None:
    await say(outbox_log, "1", "2")
    other = Cursor(outbox_log.topic("state"), "strm_1", 1, TIME)
    elsewhere = Cursor(outbox_log.topic("event"), "strm_2", 1, TIME)
    sign = CursorCodec(SECRET.encode()).encode
    good = cursor(outbox_log, 1)["after"]
    async with serving(settings(outbox_log, tmp_path)) as url:
        for text in (
            sign(other),
            sign(elsewhere),
            good[:-1] + ("A" if good[-1] != "A" else "B"),
            CursorCodec(b"another secret of 16").encode(
                Cursor(outbox_log.topic("event"), "strm_1", 1, TIME)
            ),
            cursor(outbox_log, 3)["after"],
        ):
            async with over_websocket(url, EVENTS, {**ROOM, "after": text}) as refused:
                assert await code(refused) == "CURSOR_INVALID"
        async with over_websocket(url, EVENTS, cursor(outbox_log, 2)) as level:
            await say(outbox_log, "3")
            assert bodies(await take(level, 1)) == ["3"]


async def _take_slowly(payloads: Payloads, count: int) -> list[dict[str, Any]]:
    """A broker that comes back takes its time."""
    async with asyncio.timeout(90):
        return [await anext(payloads) for _ in range(count)]
