"""`fusion topics`: Kafka's topics as the subgraphs declare them; running it again changes nothing.

Settings that nobody declares here stay as an operator made them. Partitions are only told of: more
of them would move keys to other partitions, and so break their order for a while.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from fusion.subgraphs import SUBGRAPHS, module
from subgraphs.shared.topics import DEAD_LETTERS, PARTITIONS, Topic

_SET_ON_THE_TOPIC = 1
_ALREADY_EXISTS = 36
_ATTEMPTS = 30


class KafkaRefused(Exception):
    """Kafka cannot be reached, or does not do what is asked."""


def store_topics() -> tuple[Topic, ...]:
    """Every topic that the store's subgraphs write, by name."""
    written = [topic for name in SUBGRAPHS for topic in module(name, "app").SUBGRAPH.topics]
    return tuple(sorted((*written, DEAD_LETTERS), key=lambda topic: topic.name))


def make_topics(bootstrap: str, topics: Sequence[Topic], replicas: int = 1) -> int:
    """Make what is missing and mend settings, and say so; gives the exit status.

    It is 1 where a topic has another number of partitions than the store counts on.

    Raises:
        KafkaRefused: a topic cannot be made or changed.
    """
    try:
        return asyncio.run(_make_all(bootstrap, topics, replicas))
    except (KafkaError, OSError) as error:
        raise KafkaRefused(f"Kafka at {bootstrap}: {type(error).__name__}: {error}") from error


async def _make_all(bootstrap: str, topics: Sequence[Topic], replicas: int) -> int:
    async with _admin(bootstrap) as admin:
        there = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in there]
        await _create(admin, missing, replicas)
        present = [topic for topic in topics if topic.name in there]
        changed = [topic.name for topic in present if await _mend(admin, topic)]
        odd = await _other_partitions(admin, present)
    for topic in missing:
        print(f"made {topic.name}")
    if not missing and not changed:
        print("All topics are as declared.")
    for name, partitions in odd.items():
        print(f"{name} has {partitions} partitions, not {PARTITIONS}.", file=sys.stderr)
    return 1 if odd else 0


async def _create(admin: Any, topics: Sequence[Topic], replicas: int) -> None:
    if not topics:
        return
    wanted = [
        NewTopic(topic.name, PARTITIONS, replicas, topic_configs=topic.kafka_settings)
        for topic in topics
    ]
    answer = await admin.create_topics(wanted)
    for name, code, *told in answer.topic_errors:
        if code not in {0, _ALREADY_EXISTS}:
            raise KafkaRefused(f"{name}: {for_code(code).__name__} {told[0] or ''}")
    names = {topic.name for topic in topics}

    async def listed() -> bool:
        return names <= set(await admin.list_topics())

    await _until(listed)


async def _mend(admin: Any, topic: Topic) -> bool:
    """Set what differs from the declaration; whether anything did."""
    now = await _settings(admin, topic.name)
    wanted = topic.kafka_settings
    differing = {name: text for name, text in wanted.items() if now.get(name) != text}
    if not differing:
        return False
    # This request replaces all that is set on the topic.
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, {**now, **wanted})
    for answer in await admin.alter_configs([resource]):
        for code, message, *_ in answer.resources:
            if code:
                raise KafkaRefused(f"{topic.name}: {for_code(code).__name__} {message or ''}")

    async def applied() -> bool:
        return wanted.items() <= (await _settings(admin, topic.name)).items()

    await _until(applied)
    for name, text in differing.items():
        print(f"{topic.name}: {name} = {text}, was {now.get(name, 'not set')}")
    return True


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    """Wait until brokers tell of what the controller has taken; a moment, usually.

    Raises:
        KafkaRefused: they do not, within half a minute.
    """
    for _ in range(_ATTEMPTS * 10):
        if await done():
            return
        await asyncio.sleep(0.1)
    raise KafkaRefused("Kafka took the change, and its brokers do not tell of it.")


async def _settings(admin: Any, topic: str) -> Mapping[str, str]:
    """What is set on the topic itself, not by the broker's defaults."""
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    entries = [entry for answer in answers for each in answer.resources for entry in each[4]]
    return {name: text for name, text, _, source, *_ in entries if source == _SET_ON_THE_TOPIC}


async def _other_partitions(admin: Any, topics: Sequence[Topic]) -> dict[str, int]:
    if not topics:
        return {}
    described = await admin.describe_topics([topic.name for topic in topics])
    counts = {each["topic"]: len(each["partitions"]) for each in described}
    return {name: count for name, count in counts.items() if count != PARTITIONS}


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[Any]:
    """A connected client; waits for a broker that is about to start."""
    admin = await _connected(bootstrap)
    try:
        yield admin
    finally:
        await admin.close()


async def _connected(bootstrap: str) -> Any:
    attempt = 0
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap.split(","))
        try:
            await admin.start()
        except (KafkaError, OSError):
            await admin.close()
            attempt += 1
            if attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(1)
        else:
            return admin
