"""`fusion events`: what consumers could not handle, how to go on, and how to begin anew."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import Response

from fusion.subgraphs import SUBGRAPHS, module
from subgraphs.shared.consumer import Subscription
from subgraphs.shared.database import Database
from subgraphs.shared.event_metrics import metrics
from subgraphs.shared.parked import ParkedKey, drop_first, parked_keys, release
from subgraphs.shared.rebuild import rebuild


class UnknownConsumer(Exception):
    """No subgraph has a consumer of that name."""


def consumers() -> dict[str, Subscription]:
    """The store's consumers, by names such as `wallet.settlements`."""
    return {
        f"{name}.{subscription.name}": subscription
        for name in SUBGRAPHS
        for subscription in module(name, "app").SUBGRAPH.consumers
    }


def parked(url: str) -> int:
    """Print the keys that wait; gives the exit status: 1 where any does."""
    found = asyncio.run(_parked(url))
    for name, key in found:
        print(f"{name}  {key.topic}  {key.key}  since {key.parked_at:%Y-%m-%d %H:%M:%S} UTC")
        print(f"  {key.type}, number {key.sequence}, and {key.behind} behind it: {key.error}")
    if not found:
        print("No consumer waits.")
    return 1 if found else 0


def retry(url: str, consumer: str, key: str | None) -> int:
    """Handle what is parked, of one key or of all; gives the exit status: 1 where any still waits.

    Raises:
        UnknownConsumer: there is none of that name.
    """
    subscription = _named(consumer)
    return asyncio.run(_retry(url, consumer, subscription, key))


def drop(url: str, consumer: str, key: str) -> int:
    """Give up the event that a key waits for; gives the exit status: 1 where nothing is parked.

    Raises:
        UnknownConsumer: there is none of that name.
    """
    subscription = _named(consumer)
    return asyncio.run(_drop(url, consumer, subscription, key))


def rebuild_projection(url: str, consumer: str) -> int:
    """Fill a projection anew from its source's outbox; gives the exit status.

    Raises:
        UnknownConsumer: there is none of that name.
        NoProjection: it is none.
    """
    subscription = _named(consumer)
    print(f"{consumer}: rebuilt from {asyncio.run(_rebuild(url, consumer, subscription))} events")
    return 0


def _named(consumer: str) -> Subscription:
    known = consumers()
    if consumer not in known:
        raise UnknownConsumer(f"There is no consumer {consumer!r}; there are: {', '.join(known)}.")
    return known[consumer]


async def _parked(url: str) -> list[tuple[str, ParkedKey]]:
    found = []
    for name in sorted({consumer.partition(".")[0] for consumer in consumers()}):
        async with opened(url, name) as database:
            found += [(f"{name}.{key.consumer}", key) for key in await parked_keys(database)]
    return found


async def _keys(database: Database, subscription: Subscription, key: str | None) -> list[ParkedKey]:
    return [
        each
        for each in await parked_keys(database)
        if each.consumer == subscription.name and key in {None, each.key}
    ]


async def _retry(url: str, consumer: str, subscription: Subscription, key: str | None) -> int:
    status = 0
    async with opened(url, consumer.partition(".")[0]) as database:
        keys = await _keys(database, subscription, key)
        for each in keys:
            released = await release(database, subscription, each.topic, each.key)
            print(f"{each.topic}  {each.key}: {released.handled} handled")
            if released.error is not None:
                status = 1
                print(f"  The next one fails still: {released.error}", file=sys.stderr)
    if not keys:
        print("Nothing of that is parked.")
    return status


async def _drop(url: str, consumer: str, subscription: Subscription, key: str) -> int:
    async with opened(url, consumer.partition(".")[0]) as database:
        for each in await _keys(database, subscription, key):
            sequence = await drop_first(database, subscription, each.topic, key)
            print(f"{each.topic}  {key}: number {sequence} is given up, {each.behind} wait still")
            return 0
    print("Nothing of that is parked.", file=sys.stderr)
    return 1


async def _rebuild(url: str, consumer: str, subscription: Subscription) -> int:
    async with opened(url, consumer.partition(".")[0]) as database:
        return await rebuild(database, subscription)


def event_metrics(url: str) -> Callable[[Request], Awaitable[Response]]:
    """Answers with the metrics of all subgraphs' events, in Prometheus' form."""
    watched = {name: module(name, "app").SUBGRAPH.consumers for name in SUBGRAPHS}

    async def answer(_: Request) -> Response:
        async with opened(url, "metrics") as database:
            kafka = bool(os.environ.get("KAFKA_BOOTSTRAP"))
            return await metrics(database, watched, consumers_follow_kafka=kafka)

    return answer


@asynccontextmanager
async def opened(url: str, subgraph: str) -> AsyncIterator[Database]:
    """A subgraph's part of the database."""
    database = Database(url, subgraph, pool_size=2)
    try:
        yield database
    finally:
        await database.close()
