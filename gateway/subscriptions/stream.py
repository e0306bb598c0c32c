"""Event -> payload -> execution -> message: what a subscriber of an event stream receives."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

import msgspec

from gateway.errors import RequestError
from gateway.subscriptions.cursor import Cursor, CursorCodec
from gateway.subscriptions.errors import (
    CursorInvalid,
    EventsLost,
    SlowConsumer,
    TokenExpired,
)
from gateway.subscriptions.hub import Hub
from gateway.subscriptions.live_query import LiveQuery, StreamRequest
from gateway.subscriptions.readers import LogReader, StateReader
from gateway.subscriptions.sharing import SharedExecutions
from gateway.subscriptions.source import Event


class Message(msgspec.Struct, frozen=True):
    """One message to a subscriber: an answer as JSON, and the position to resume from."""

    body: bytes
    cursor: str | None = None


STANDING = Message(b"")
"""Comes first and is not sent: from now on nothing is missed."""


class Subscriber(msgspec.Struct, frozen=True):
    """Who subscribes.

    `identity` decides who may share answers: equal only where subgraphs answer equally. `subject`
    is the viewer, None if anonymous. `expires_at` is when the token does, in Unix seconds.
    `context` is what the executor needs to call subgraphs on the subscriber's behalf.
    """

    context: Any
    identity: Hashable = None
    subject: str | None = None
    expires_at: float | None = None


class EventStreams:
    """Runs live queries over the hub."""

    def __init__(
        self, hub: Hub, cursors: CursorCodec, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._hub = hub
        self._cursors = cursors
        self._clock = clock
        self._shared: SharedExecutions[Message] = SharedExecutions(hub.spawn)

    async def messages(
        self,
        query: LiveQuery,
        variables: Mapping[str, Any],
        subscriber: Subscriber,
        resume_after: str | None = None,
    ) -> AsyncGenerator[Message]:
        """The messages of one subscription, until it is closed; first of all `STANDING`.

        `resume_after` is the transport's own cursor (SSE `Last-Event-ID`); it is newer than the
        argument `after`, which a reconnecting client repeats, and goes before it.

        Raises:
            RequestError: The subscription cannot begin, or ends; after a loss `extensions.cursor`
                tells where to go on.
        """
        request = query.request(variables, subscriber.subject)
        events = (
            self._log(query, request, subscriber, resume_after or request.after)
            if query.stream.event_class == "LOG"
            else self._state(query, request, subscriber)
        )
        sharing = (query, subscriber.identity, query.sharing_key(variables))
        async with aclosing(events):
            async for event in events:
                if event is None:
                    yield STANDING
                    continue
                if not request.passes(event.data):
                    continue
                key = (*sharing, event.topic, event.key, event.sequence)
                execute = partial(self._execute, query, event, variables, subscriber.context)
                yield await self._shared.get(key, execute)

    async def _execute(
        self, query: LiveQuery, event: Event, variables: Mapping[str, Any], context: Any
    ) -> Message:
        cursor = self._cursors.encode(Cursor(event.topic, event.key, event.sequence, event.time))
        payload = {query.stream.response_key: _payload(event, cursor)}
        answer = await query.execution.execute_event(
            payload, variables, context, {"cursor": cursor}
        )
        return Message(answer.body, cursor)

    async def _log(
        self,
        query: LiveQuery,
        request: StreamRequest,
        subscriber: Subscriber,
        after: str | None,
    ) -> AsyncGenerator[Event | None]:
        topic, key = query.stream.topic, request.keys[0]
        cursor = None if after is None else self._cursors.decode(after)
        if cursor is not None and (cursor.topic, cursor.key) != (topic, key):
            raise CursorInvalid("The cursor belongs to another stream.")
        async with self._hub.read_log(topic, key, cursor) as reader:
            yield None
            with _Expiry(reader, subscriber.expires_at, self._clock):
                while True:
                    try:
                        event = await reader.next()
                    except (SlowConsumer, EventsLost, TokenExpired) as error:
                        if reader.seen is not None:
                            error.extensions["cursor"] = self._cursors.encode(reader.seen)
                        raise
                    yield event

    async def _state(
        self, query: LiveQuery, request: StreamRequest, subscriber: Subscriber
    ) -> AsyncGenerator[Event | None]:
        async with self._hub.read_state(query.stream.topic, request.keys) as reader:
            yield None
            with _Expiry(reader, subscriber.expires_at, self._clock):
                while True:
                    yield await reader.next()


class _Expiry:
    """Ends a reader when the subscriber's token expires."""

    def __init__(
        self,
        reader: LogReader | StateReader,
        expires_at: float | None,
        clock: Callable[[], float],
    ) -> None:
        self._reader = reader
        self._left = None if expires_at is None else max(0.0, expires_at - clock())
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        if self._left is not None:
            expired: RequestError = TokenExpired("The token has expired; sign in again.")
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._left, self._reader.fail, expired)

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _payload(event: Event, cursor: str) -> dict[str, Any]:
    """The field's value: the event's data, with what the envelope knows where the data lacks it."""
    return {
        "eventId": event.id,
        "sequence": event.sequence,
        "at": event.time,
        "cursor": cursor,
        **event.data,
    }
