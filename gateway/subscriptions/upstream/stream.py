"""Subgraph's event -> execution -> message: what a subscriber of such a subscription receives."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import assert_never

import orjson

from gateway.subscriptions.expiry import Expiry
from gateway.subscriptions.sharing import SharedExecutions
from gateway.subscriptions.stream import STANDING, Message
from gateway.subscriptions.upstream.errors import EventsMayBeLost
from gateway.subscriptions.upstream.feeds import Feeds
from gateway.subscriptions.upstream.reader import (
    Answered,
    Completed,
    FeedReader,
    Gap,
    Moved,
    Stands,
)
from gateway.subscriptions.upstream.subscription import Planned, UpstreamSubscription


class UpstreamStreams:
    """Runs subscriptions over the upstreams of a process."""

    def __init__(self, feeds: Feeds, *, clock: Callable[[], float] = time.time) -> None:
        self._feeds = feeds
        self._clock = clock
        self._shared: SharedExecutions[Message] = SharedExecutions(feeds.background.spawn)

    async def messages(self, subscription: UpstreamSubscription) -> AsyncGenerator[Message]:
        """The messages of one subscription, until it is closed; first of all `STANDING`.

        Raises:
            RequestError: The subscription cannot begin, or ends with an error.
        """
        is_first = True
        while True:
            moved = False
            async with aclosing(self._read(subscription)) as found:
                async for message in found:
                    if message is None:
                        moved = True
                    elif message is not STANDING:
                        yield message
                    elif is_first:
                        yield STANDING
                        is_first = False
                    else:
                        yield _gap()
            if not moved:
                return

    async def _read(self, subscription: UpstreamSubscription) -> AsyncGenerator[Message | None]:
        """From one upstream; the last message is None where it goes on at another."""
        begun = subscription.planned
        subscriber = begun.subscriber
        key = subscription.upstream_key
        with self._feeds.read(key, begun.source, begun.sign) as reader:
            expiry = Expiry(reader.fail, subscriber.expires_at, self._clock())
            with subscription.reading(reader), expiry:
                async with aclosing(self._items(subscription, reader)) as messages:
                    async for message in messages:
                        yield message

    async def _items(
        self, subscription: UpstreamSubscription, reader: FeedReader
    ) -> AsyncGenerator[Message | None]:
        while True:
            item = await reader.next()
            match item:
                case Stands():
                    yield STANDING
                case Answered():
                    yield await self._answer(subscription, item)
                case Gap():
                    yield _gap()
                case Moved():
                    yield None
                    return
                case Completed():
                    return
                case _:
                    assert_never(item)

    async def _answer(self, subscription: UpstreamSubscription, event: Answered) -> Message:
        """Executed once for all who ask the same, by the plan of this moment."""
        execute = partial(_execute, subscription.planned, event.answer)
        return await self._shared.get((event, *subscription.answer_key), execute)


async def _execute(planned: Planned, answer: bytes) -> Message:
    subscriber = planned.subscriber
    with subscriber.using():
        executed = await planned.query.execution.execute_answer(
            answer, planned.variables, subscriber.context
        )
    return Message(executed.body)


def _gap() -> Message:
    """An answer of its own, at once: who reads the state again now misses nothing after it."""
    error = EventsMayBeLost(
        "The connection to the subgraph was interrupted: events may be missing here."
    )
    return Message(orjson.dumps({"data": None, "errors": [error.formatted()]}))
