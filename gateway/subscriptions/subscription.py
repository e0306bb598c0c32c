"""One live query of one client, whose plan may be exchanged while it runs.

Reading is the same whatever is done with an event, so the reader stays when the supergraph changes:
the next event is executed by the new plan, and none is lost or repeated.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import msgspec

from gateway.errors import RequestError
from gateway.subscriptions.errors import SchemaChanged
from gateway.subscriptions.live_query import Claims, LiveQuery
from gateway.subscriptions.readers import LogReader, StateReader


class Subscriber(msgspec.Struct, frozen=True):
    """Who subscribes.

    `identity` decides who may share answers: equal only where subgraphs answer equally. `subject`
    is the viewer, None if anonymous; `claims` is what else its token says. `expires_at` is when the
    token does, in Unix seconds.
    `context` is what the executor needs to call subgraphs on the subscriber's behalf; an event is
    executed inside `using()`, which keeps that in service.
    """

    context: Any
    identity: Hashable = None
    subject: str | None = None
    expires_at: float | None = None
    claims: Claims = ()
    using: Callable[[], AbstractContextManager[None]] = nullcontext


class LiveSubscription:
    """What is subscribed to, and by whom."""

    def __init__(
        self, query: LiveQuery, variables: Mapping[str, Any], subscriber: Subscriber
    ) -> None:
        """Read the arguments.

        Raises:
            RequestError: They select no stream.
        """
        self._reader: LogReader | StateReader | None = None
        self._ended: RequestError | None = None
        self._set(query, variables, subscriber)

    def replace(
        self, query: LiveQuery, variables: Mapping[str, Any], subscriber: Subscriber
    ) -> None:
        """Execute the following events in another way.

        Raises:
            RequestError: It would be another stream; everything stays as it is.
        """
        before, after = self.query.stream, query.stream
        keys = query.request(variables, subscriber.subject, subscriber.claims).keys
        if (before.topic, before.event_class) != (after.topic, after.event_class) or (
            set(keys) != set(self.request.keys)
        ):
            raise SchemaChanged("its events now come from another stream")
        self._set(query, variables, subscriber)

    def end(self, error: RequestError) -> None:
        """End it with an error."""
        self._ended = error
        if self._reader is not None:
            self._reader.fail(error)

    @property
    def waiting(self) -> int:
        """How many events are there that have not been taken yet."""
        return 0 if self._reader is None else self._reader.waiting

    @property
    def overtaken(self) -> int:
        """How many events of class STATE were passed over, since newer ones were there."""
        return self._reader.overtaken_in_all if isinstance(self._reader, StateReader) else 0

    @contextmanager
    def reading(self, reader: LogReader | StateReader) -> Iterator[None]:
        """Who reads for it, and is told if it has to end."""
        self._reader = reader
        if self._ended is not None:
            reader.fail(self._ended)
        try:
            yield
        finally:
            self._reader = None

    def _set(self, query: LiveQuery, variables: Mapping[str, Any], subscriber: Subscriber) -> None:
        self.query = query
        self.variables = variables
        self.subscriber = subscriber
        self.request = query.request(variables, subscriber.subject, subscriber.claims)
        self.sharing = (query, subscriber.identity, query.sharing_key(variables))
