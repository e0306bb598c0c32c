"""The live queries that are open, each with what it takes to plan it again.

A live query keeps its supergraph in service until it has been moved to another, or has ended.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import assert_never

from gateway.errors import RequestError, RequestErrors
from gateway.pipeline.request import Caller, GraphQLRequest, Record
from gateway.pipeline.serving import Serving
from gateway.pipeline.subscribing import AnySubscription
from gateway.subscriptions.errors import SchemaChanged
from gateway.subscriptions.subscription import LiveSubscription
from gateway.subscriptions.upstream.subscription import UpstreamSubscription


class OpenQuery:
    """One client's live query, and the supergraph that it is planned on."""

    def __init__(
        self,
        request: GraphQLRequest,
        caller: Caller,
        record: Record,
        subscription: AnySubscription,
        serving: Serving,
    ) -> None:
        self.request = request
        self.caller = caller
        self.record = record
        self.subscription = subscription
        self.serving = serving
        self.since = time.time()
        self.is_open = False

    @property
    def event_class(self) -> str:
        """LOG or STATE, or UPSTREAM for what a subgraph serves itself."""
        match self.subscription:
            case LiveSubscription(query=query):
                return query.stream.event_class
            case UpstreamSubscription():
                return "UPSTREAM"
            case unknown:
                assert_never(unknown)

    def move(self, serving: Serving) -> None:
        """It is planned on another supergraph now."""
        if self.is_open:
            serving.hold()
            self.serving.let_go()
        self.serving = serving


class OpenQueries:
    """All live queries of a process."""

    def __init__(self) -> None:
        self._open: dict[OpenQuery, None] = {}

    @contextmanager
    def holding(self, query: OpenQuery) -> Iterator[None]:
        """It is open until the block is left."""
        query.serving.hold()
        query.is_open = True
        self._open[query] = None
        try:
            yield
        finally:
            del self._open[query]
            query.is_open = False
            query.serving.let_go()

    def __iter__(self) -> Iterator[OpenQuery]:
        return iter(tuple(self._open))

    def count(self) -> Counter[tuple[str, str]]:
        """How many there are, by transport and class."""
        return Counter((each.caller.transport, each.event_class) for each in self._open)

    def outside(self, serving: Serving) -> list[OpenQuery]:
        """Those that are planned on another supergraph than this."""
        return [query for query in self._open if query.serving is not serving]


def schema_changed(error: RequestError | RequestErrors) -> SchemaChanged:
    """What the client of a live query is told that cannot go on because of this error."""
    first = error.errors[0] if isinstance(error, RequestErrors) else error
    return SchemaChanged(
        f"The graph has changed, and this subscription cannot go on: {first.message}",
        extensions={"reason": first.message},
    )
