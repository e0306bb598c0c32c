"""What Prometheus is told of live queries, through the whole gateway and on a real log."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.gateway.subscriptions.kafka_log import KafkaLog
from tests.gateway.subscriptions.live_shop import (
    chat,
    pinned,
    serving,
    settings,
    until_standing,
)
from tests.gateway.subscriptions.outbox_log import OutboxLog, envelope
from tests.gateway.subscriptions.test_live_gateway import EVENTS, ROOM, STATE, take
from tests.support.live import over_sse, over_websocket

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


async def metrics(url: str) -> Samples:
    async with httpx.AsyncClient(timeout=60) as http:
        text = (await http.get(f"{url}/metrics")).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0.0)


async def until_ended(url: str, reason: str) -> None:
    async with asyncio.timeout(60):
        while not of(await metrics(url), "gateway_subscriptions_ended_total", reason=reason):
            pass


async def test_events_are_counted_from_the_log_to_the_client(
    log: OutboxLog | KafkaLog, tmp_path: Path
) -> None:
    topic = log.topic("event")
    async with serving(settings(log, tmp_path)) as url:
        async with (
            over_sse(url, EVENTS, ROOM) as every,
            over_websocket(url, EVENTS, {**ROOM, "types": ["PINNED"]}) as pins,
        ):
            await until_standing(url, topic, 2)
            await log.append(topic, "strm_1", chat("one"))
            await log.append(topic, "strm_1", pinned(1))
            (first, _), _ = await take(every, 2), await take(pins, 1)
            seen = await metrics(url)
        assert of(seen, "gateway_events_received_total", topic=topic) == 2
        assert of(seen, "gateway_events_delivered_total", topic=topic) == 3
        assert of(seen, "gateway_events_filtered_total", topic=topic) == 1
        assert of(seen, "gateway_event_delivery_seconds_count", topic=topic) == 3
        assert of(seen, "gateway_topic_subscribers", topic=topic) == 2
        assert of(seen, "gateway_topic_kept_events", topic=topic) == 2
        assert of(seen, "gateway_topic_behind_seconds", topic=topic) == 0
        labels = {"class": "LOG"}
        assert of(seen, "gateway_subscriptions_open", transport="http", **labels) == 1
        assert of(seen, "gateway_subscriptions_open", transport="websocket", **labels) == 1
        await until_ended(url, "closed")
        after = {**ROOM, "after": first["extensions"]["cursor"]}
        async with over_sse(url, EVENTS, after) as resumed:
            await take(resumed, 1)
            seen = await metrics(url)
        assert of(seen, "gateway_event_replays_total", topic=topic, source="memory") == 1


async def test_a_replay_from_the_log_and_an_end_with_a_code_are_counted(
    outbox_log: OutboxLog, tmp_path: Path
) -> None:
    topic = outbox_log.topic("event")
    for number in range(3):
        await outbox_log.append(topic, "strm_1", chat(str(number)))
    async with (
        serving(settings(outbox_log, tmp_path)) as url,
        over_sse(url, EVENTS, ROOM) as viewer,
    ):
        await outbox_log.append(topic, "strm_1", chat("live"))
        (live,) = await take(viewer, 1)
        cursor = live["extensions"]["cursor"]
    async with serving(settings(outbox_log, tmp_path)) as url:
        await outbox_log.append(topic, "strm_1", chat("missed"))
        async with over_sse(url, EVENTS, {**ROOM, "after": cursor}) as viewer:
            await take(viewer, 1)
        async with over_websocket(url, EVENTS, {**ROOM, "after": "forged"}) as refused:
            assert "errors" in await anext(refused)
        await until_ended(url, "CURSOR_INVALID")
        seen = await metrics(url)
        assert of(seen, "gateway_event_replays_total", topic=topic, source="log") >= 1


@pytest.mark.kafka
async def test_the_time_to_delivery_is_counted_from_the_event_s_own_time(
    kafka_log: KafkaLog, tmp_path: Path
) -> None:
    topic = kafka_log.topic("state")
    now = datetime.now(UTC).isoformat()
    async with serving(settings(kafka_log, tmp_path)) as url:
        event = {**envelope("livestream", "strm_1", 1, {"viewers": 1}), "time": now}
        await kafka_log.publish(topic, "strm_1", event)
        async with over_sse(url, STATE, ROOM) as viewer:
            await take(viewer, 1)
            seen = await metrics(url)
    assert of(seen, "gateway_event_delivery_seconds_count", topic=topic) == 1
    assert of(seen, "gateway_event_delivery_seconds_bucket", topic=topic, le="60.0") == 1
    assert 0 < of(seen, "gateway_event_delivery_seconds_sum", topic=topic) < 60
