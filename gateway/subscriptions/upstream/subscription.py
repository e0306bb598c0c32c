"""One client's subscription to what a subgraph serves; its plan may be exchanged while it runs.

A newer supergraph that asks the same of the same place leaves the upstream as it is: the next event
is executed by the new plan. Where it asks something else, reading goes on at another upstream, and
the client learns that events may be lost in between.
"""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec

from gateway.errors import RequestError
from gateway.subscriptions.live_query import EventAnswer
from gateway.subscriptions.subscription import Subscriber
from gateway.subscriptions.upstream.feed import Sign, Source
from gateway.subscriptions.upstream.reader import FeedReader


class AnswerExecution(Protocol):
    """Runs the plan's entity fetches over one answer of the subgraph, given as JSON."""

    async def execute_answer(
        self, answer: bytes, variables: Mapping[str, Any], context: Any
    ) -> EventAnswer: ...


class SubgraphQuery(msgspec.Struct, frozen=True, eq=False):
    """A compiled subscription operation that a subgraph serves: the same for all subscribers."""

    execution: AnswerExecution


class Planned(msgspec.Struct, frozen=True):
    """A subscription as one supergraph has it.

    `place` tells where the subgraph is and how it is subscribed to. `source` is the upstream to
    begin unless one is open for the same place, request and rights; `sign` gives the headers for
    what is sent on the subscriber's behalf.
    """

    query: SubgraphQuery
    variables: Mapping[str, Any]
    subscriber: Subscriber
    place: Hashable
    source: Source
    sign: Sign


class UpstreamSubscription:
    """What is subscribed to, and by whom.

    `upstream_key` is equal for subscriptions that may share an upstream, and `answer_key` for those
    whose answers to an event are equal.
    """

    def __init__(self, planned: Planned) -> None:
        self._reader: FeedReader | None = None
        self._ended: RequestError | None = None
        self._set(planned)

    def replace(self, planned: Planned) -> None:
        """Execute the following events in another way, or take them from another upstream."""
        before = self.upstream_key
        self._set(planned)
        moves = self.upstream_key != before
        if moves and self._reader is not None:
            self._reader.move()

    def end(self, error: RequestError) -> None:
        """End it with an error."""
        self._ended = error
        if self._reader is not None:
            self._reader.fail(error)

    @contextmanager
    def reading(self, reader: FeedReader) -> Iterator[None]:
        """Who reads for it, and is told if it has to end."""
        self._reader = reader
        if self._ended is not None:
            reader.fail(self._ended)
        try:
            yield
        finally:
            self._reader = None

    def _set(self, planned: Planned) -> None:
        self.planned = planned
        identity = planned.subscriber.identity
        self.upstream_key: Hashable = (planned.place, planned.source.body, identity)
        variables = msgspec.json.encode(planned.variables, order="deterministic")
        self.answer_key: tuple[Hashable, ...] = (planned.query, identity, variables)
