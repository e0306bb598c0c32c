"""Event -> payload -> execution -> message: what a subscriber of an event stream receives."""

import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractContextManager, aclosing, nullcontext
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from gateway.subscriptions.cursor import Cursor, CursorCodec
from gateway.subscriptions.errors import (
    CursorInvalid,
    EventsLost,
    HubClosed,
    SchemaChanged,
    SlowConsumer,
    TokenExpired,
)
from gateway.subscriptions.expiry import Expiry
from gateway.subscriptions.hub import Hub
from gateway.subscriptions.live_query import LiveQuery
from gateway.subscriptions.readers import LogReader, StateReader
from gateway.subscriptions.sharing import SharedExecutions
from gateway.subscriptions.source import Event
from gateway.subscriptions.subscription import LiveSubscription, Subscriber


class Message(msgspec.Struct, frozen=True):
    """One message to a subscriber: an answer as JSON, and the position to resume from."""

    body: bytes
    cursor: str | None = None
    happened: float | None = None
    """When the event did, in Unix seconds."""


STANDING = Message(b"")
"""Comes first and is no answer: from now on nothing is missed. It has a cursor where the log's
position is known."""


TraceEvent = Callable[[Event, str], AbstractContextManager[None]]
"""Given the event and the field it answers."""


def not_traced(_event: Event, _field: str) -> AbstractContextManager[None]:
    """For a gateway that tells no spans."""
    return nullcontext()


class EventStreams:
    """Runs live queries over the hub."""

    def __init__(
        self,
        hub: Hub,
        cursors: CursorCodec,
        *,
        clock: Callable[[], float] = time.time,
        traced: TraceEvent = not_traced,
    ) -> None:
        """`traced` is entered around the making of the answer to an event."""
        self._hub = hub
        self._cursors = cursors
        self._clock = clock
        self._traced = traced
        self._shared: SharedExecutions[Message] = SharedExecutions(hub.background.spawn)

    async def messages(
        self, subscription: LiveSubscription, resume_after: str | None = None
    ) -> AsyncGenerator[Message]:
        """The messages of one subscription, until it is closed; first of all one without a body.

        `resume_after` is the transport's own cursor (SSE `Last-Event-ID`); it is newer than the
        argument `after`, which a reconnecting client repeats, and goes before it.

        Raises:
            RequestError: The subscription cannot begin, or ends; after a loss `extensions.cursor`
                tells where to go on.
        """
        events = (
            self._log(subscription, resume_after or subscription.request.after)
            if subscription.query.stream.event_class == "LOG"
            else self._state(subscription)
        )
        dropped = 0
        figures = self._hub.figures.topic(subscription.query.stream.topic)
        async with aclosing(events):
            async for found in events:
                if isinstance(found, Message):
                    yield found
                    continue
                event, overtaken = found
                if overtaken:
                    figures.overtaken += overtaken
                    dropped += overtaken
                if subscription.request.passes(event.data):
                    answer = await self._answer(subscription, event)
                    figures.deliver(answer.happened)
                    yield _with_dropped(answer, dropped) if dropped else answer
                    dropped = 0
                else:
                    figures.filtered += 1

    async def _answer(self, subscription: LiveSubscription, event: Event) -> Message:
        """By the plan of this moment; a frame of its own, so that nothing holds on to that plan."""
        key = (*subscription.sharing, event.topic, event.key, event.sequence)
        query, variables = subscription.query, subscription.variables
        execute = partial(self._execute, query, event, variables, subscription.subscriber)
        return await self._shared.get(key, execute)

    async def _execute(
        self, query: LiveQuery, event: Event, variables: Mapping[str, Any], subscriber: Subscriber
    ) -> Message:
        cursor = self._cursors.encode(Cursor(event.topic, event.key, event.sequence, event.time))
        payload = {query.stream.response_key: _payload(event, cursor)}
        with subscriber.using(), self._traced(event, query.stream.field):
            answer = await query.execution.execute_event(
                payload, variables, subscriber.context, {"cursor": cursor}
            )
        return Message(answer.body, cursor, _unix_time(event.time))

    async def _log(
        self, subscription: LiveSubscription, after: str | None
    ) -> AsyncGenerator[tuple[Event, int] | Message]:
        topic, key = subscription.query.stream.topic, subscription.request.keys[0]
        cursor = None if after is None else self._cursors.decode(after)
        if cursor is not None and (cursor.topic, cursor.key) != (topic, key):
            raise CursorInvalid("The cursor belongs to another stream.")
        async with self._hub.read_log(topic, key, cursor) as reader:
            with subscription.reading(reader), self._expiry(reader, subscription):
                yield self._standing(reader)
                while True:
                    try:
                        event = await reader.next()
                    except (
                        SlowConsumer, EventsLost, TokenExpired, SchemaChanged, HubClosed,
                    ) as error:  # fmt: skip
                        if reader.seen is not None:
                            error.extensions["cursor"] = self._cursors.encode(reader.seen)
                        raise
                    yield event, 0

    async def _state(
        self, subscription: LiveSubscription
    ) -> AsyncGenerator[tuple[Event, int] | Message]:
        topic, keys = subscription.query.stream.topic, subscription.request.keys
        async with self._hub.read_state(topic, keys) as reader:
            with subscription.reading(reader), self._expiry(reader, subscription):
                yield STANDING
                while True:
                    yield await reader.next(), reader.overtaken

    def _standing(self, reader: LogReader) -> Message:
        return STANDING if reader.seen is None else Message(b"", self._cursors.encode(reader.seen))

    def _expiry(self, reader: LogReader | StateReader, subscription: LiveSubscription) -> Expiry:
        return Expiry(reader.fail, subscription.subscriber.expires_at, self._clock())


def _payload(event: Event, cursor: str) -> dict[str, Any]:
    """The field's value: the event's data, with what the envelope knows where the data lacks it."""
    return {
        "eventId": event.id,
        "sequence": event.sequence,
        "at": event.time,
        "cursor": cursor,
        **event.data,
    }


def _with_dropped(message: Message, dropped: int) -> Message:
    """Tells a subscriber of class STATE how many events were overtaken since its last message."""
    answer = msgspec.json.decode(message.body, type=dict[str, msgspec.Raw])
    extensions = msgspec.json.decode(answer.get("extensions", b"{}"))
    answer["extensions"] = msgspec.Raw(msgspec.json.encode({**extensions, "dropped": dropped}))
    return Message(msgspec.json.encode(answer), message.cursor, message.happened)


def _unix_time(text: str) -> float | None:
    """RFC 3339 in Unix seconds; None where it is none."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
