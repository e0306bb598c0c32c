"""One upstream and all who read it: it begins with the first and ends with the last.

If the connection breaks after the subscription stood, it is made again, with growing pauses; once
it stands again the readers learn that events may be lost, as these streams have no position to
resume from.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Final

import msgspec

from gateway.errors import RequestError
from gateway.executor.errors import INTERNAL_SERVER_ERROR, SubgraphError
from gateway.observability.metrics import GatewayMetrics
from gateway.subscriptions.readers import QueueBound
from gateway.subscriptions.upstream.errors import Refused, UpstreamFailed, UpstreamLost
from gateway.subscriptions.upstream.protocol import Subscribe, Upstream
from gateway.subscriptions.upstream.reader import (
    COMPLETED,
    GAP,
    STANDS,
    Answered,
    Ended,
    FeedReader,
    Item,
)
from gateway.subscriptions.upstream.reconnecting import Pauses, Reconnecting, is_passing

_log = logging.getLogger(__name__)

_MOMENT: Final = 0.1
"""Seconds that a reader with a full queue has before it is cut off; the others wait as long."""

Sign = Callable[[bytes], Mapping[str, str]]
"""The headers to send with a body, on behalf of one client."""


class Timing(msgspec.Struct, frozen=True):
    """Time as the feeds see it."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Source(msgspec.Struct, frozen=True):
    """What is subscribed to; `body` is the GraphQL request as JSON."""

    subgraph: str
    upstream: Upstream
    body: bytes


class Feed:
    """One subscription at a subgraph."""

    def __init__(
        self,
        source: Source,
        reconnecting: Reconnecting,
        timing: Timing,
        metrics: GatewayMetrics,
    ) -> None:
        self.has_ended = False
        self._source = source
        self._readers: dict[FeedReader, Sign] = {}
        self._pauses = Pauses(reconnecting, timing.clock)
        self._sleep = timing.sleep
        labels = (source.subgraph, source.upstream.protocol)
        self._open = metrics.upstream_subscriptions.labels(*labels)
        self._interruptions = metrics.upstream_interruptions.labels(*labels)
        self._stands = False
        self._stood_before = False

    @property
    def is_read(self) -> bool:
        return bool(self._readers)

    def join(self, bound: QueueBound, sign: Sign) -> FeedReader:
        """A reader of what comes from now on."""
        reader = FeedReader(bound)
        if self._stands:
            reader.offer(STANDS)
        self._readers[reader] = sign
        return reader

    def leave(self, reader: FeedReader) -> None:
        del self._readers[reader]
        reader.leave()

    def end(self, error: RequestError) -> None:
        """End all reading with an error."""
        self.has_ended = True
        for reader in tuple(self._readers):
            reader.fail(error)

    async def run(self) -> None:
        """Follow the upstream until it ends."""
        with self._open.track_inprogress():
            last = await self._outcome()
        self.has_ended = True
        self._offer(last)

    async def _outcome(self) -> Item | Ended:
        """What the readers get last."""
        try:
            await self._follow_through()
        except Refused as refused:
            await self._answered(refused.answer)
        except SubgraphError as error:
            return Ended(UpstreamFailed.because(error, self._source.subgraph))
        except UpstreamLost as error:
            return Ended(error)
        except Exception:
            _log.exception("a subscription at a subgraph failed unexpectedly")
            message = "Something went wrong in the gateway."
            return Ended(RequestError(message, code=INTERNAL_SERVER_ERROR))
        return COMPLETED

    async def _follow_through(self) -> None:
        """Over as many connections as it takes, until the subgraph completes."""
        while True:
            try:
                await self._follow()
            except SubgraphError as error:
                if not self._stood_before or not is_passing(error):
                    raise
            else:
                return
            if self._stands:
                self._stands = False
                self._interruptions.inc()
            pause = self._pauses.after_loss()
            if pause is None:
                raise UpstreamLost(
                    "The connection to the subgraph is lost; subscribe again to go on.",
                    extensions={"service": self._source.subgraph},
                )
            await self._sleep(pause)

    async def _follow(self) -> None:
        """Over one connection, until the subgraph completes."""
        subscribe = Subscribe(self._source.body, self._sign)
        async with aclosing(self._source.upstream.events(subscribe)) as events:
            async for answer in events:
                if answer is None:
                    self._stand()
                else:
                    await self._answered(answer)

    def _sign(self, body: bytes) -> Mapping[str, str]:
        """On behalf of the newest reader: all of them may see the same, and its token is fresh."""
        return next(reversed(self._readers.values()))(body)

    def _stand(self) -> None:
        self._pauses.stands()
        self._offer(GAP if self._stood_before else STANDS)
        self._stands = self._stood_before = True

    async def _answered(self, answer: bytes) -> None:
        """Offer an event, after a moment for readers whose queues would run over."""
        event = Answered(answer)
        crowded = [reader for reader in self._readers if not reader.has_room(event)]
        if crowded:
            with suppress(TimeoutError):
                async with asyncio.timeout(_MOMENT):
                    for reader in crowded:
                        await reader.room(event)
        self._offer(event)

    def _offer(self, item: Item | Ended) -> None:
        for reader in tuple(self._readers):
            reader.offer(item)
