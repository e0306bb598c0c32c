"""`fusion topics` on a real Kafka, with topics of the test's own."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from fusion.topics import make_topics
from subgraphs.shared.topics import FOR_EVER, PARTITIONS, Topic
from tests.gateway.subscriptions.kafka_log import given_broker

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    with given_broker() as address:
        yield address


@pytest.fixture
def topics() -> tuple[Topic, ...]:
    name = f"fc.made.{uuid4().hex[:8]}"
    week = timedelta(days=7)
    return (
        Topic(name=f"{name}.log", key="k", types=(), retention=week),
        Topic(name=f"{name}.rows", key="k", types=(), retention=FOR_EVER, compact=True),
    )


async def partitions(bootstrap: str, topic: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
        return len(described["partitions"])
    finally:
        await admin.close()


async def settings(bootstrap: str, topic: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        (answer,) = await admin.describe_configs([resource])
        return {name: text for name, text, *_ in answer.resources[0][4]}
    finally:
        await admin.close()


async def create(bootstrap: str, topic: str, count: int, **set_: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        named = {name.replace("_", "."): text for name, text in set_.items()}
        await admin.create_topics([NewTopic(topic, count, 1, topic_configs=named)])
        while topic not in await admin.list_topics():  # known to the broker a moment later
            pass
    finally:
        await admin.close()


def test_topics_are_made_once_as_they_are_declared(bootstrap: str, topics, capsys):
    assert make_topics(bootstrap, topics) == 0
    assert capsys.readouterr().out.splitlines() == [f"made {topic.name}" for topic in topics]
    log, rows = topics
    assert asyncio.run(partitions(bootstrap, log.name)) == PARTITIONS
    made = asyncio.run(settings(bootstrap, log.name))
    assert (made["cleanup.policy"], made["retention.ms"]) == ("delete", str(7 * 24 * 3600 * 1000))
    assert made["compression.type"] == "gzip"
    assert asyncio.run(settings(bootstrap, rows.name))["cleanup.policy"] == "compact"

    assert make_topics(bootstrap, topics) == 0
    assert capsys.readouterr().out == "All topics are as declared.\n"


def test_a_changed_declaration_changes_the_topic_and_nothing_else_on_it(
    bootstrap: str, topics, capsys
):
    log, _ = topics
    asyncio.run(create(bootstrap, log.name, PARTITIONS, retention_ms="1000", segment_ms="60000"))
    assert make_topics(bootstrap, [log]) == 0
    told = capsys.readouterr().out
    assert f"{log.name}: retention.ms = 604800000, was 1000\n" in told
    changed = asyncio.run(settings(bootstrap, log.name))
    assert (changed["retention.ms"], changed["segment.ms"]) == ("604800000", "60000")

    longer = msgspec.structs.replace(log, retention=FOR_EVER)
    assert make_topics(bootstrap, [longer]) == 0
    assert capsys.readouterr().out == f"{log.name}: retention.ms = -1, was 604800000\n"


def test_a_topic_with_too_few_partitions_is_told_of(bootstrap: str, topics, capsys):
    log, _ = topics
    asyncio.run(create(bootstrap, log.name, 3))
    assert make_topics(bootstrap, [log]) == 1
    assert capsys.readouterr().err == f"{log.name} has 3 partitions, not {PARTITIONS}.\n"
