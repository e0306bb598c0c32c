import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import pytest

from gateway.errors import RequestError
from gateway.plan.nodes import EventStream
from gateway.selections.model import Field
from gateway.subscriptions.cursor import Cursor, CursorCodec
from gateway.subscriptions.errors import HubClosed
from gateway.subscriptions.hub import Hub, HubSettings
from gateway.subscriptions.live_query import LiveQuery
from gateway.subscriptions.readers import QueueBound
from gateway.subscriptions.stream import STANDING, EventStreams, Message
from gateway.subscriptions.subscription import LiveSubscription, Subscriber
from tests.gateway.subscriptions.events import TOPIC, ScriptedSource, event

CODEC = CursorCodec(b"0123456789abcdef")
ANONYMOUS = Subscriber(context="of nobody")


class Answer:
    def __init__(self, body: bytes) -> None:
        self.body = body


class Execution:
    """Answers with the payload, and remembers."""

    def __init__(self) -> None:
        self.contexts: list[Any] = []
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.fault: Exception | None = None

    async def execute_event(
        self,
        payload: dict[str, Any],
        variables: Mapping[str, Any],
        context: Any,
        extensions: Mapping[str, Any] | None,
    ) -> Answer:
        self.contexts.append(context)
        self.begun.set()
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return Answer(json.dumps({"data": payload, "extensions": extensions}).encode())


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()


@pytest.fixture
def execution() -> Execution:
    return Execution()


@pytest.fixture
async def streams(source: ScriptedSource) -> AsyncIterator[EventStreams]:
    hub = Hub(source, HubSettings(queue=QueueBound(messages=3), moment=0))
    async with hub.running():
        yield EventStreams(hub, CODEC, clock=lambda: 1_000.0)


def live_query(execution: Execution, event_class: str = "LOG") -> LiveQuery:
    stream = EventStream(
        response_key="events",
        field="streamEvents",
        topic=TOPIC,
        key_argument="streamId",
        event_class=event_class,
        arguments=(("streamId", "$id"), ("types", "$types"), ("after", "$after")),
        selections=(),
    )
    return LiveQuery(stream, (Field("streamEvents", "events"),), execution)


async def following(messages: AsyncGenerator[Message]) -> Message:
    """The next message that is sent."""
    async with asyncio.timeout(60):
        while not (message := await anext(messages)).body:
            pass
    return message


def content(message: Message) -> Any:
    return json.loads(message.body)


async def subscribe_and(
    streams: EventStreams, query: LiveQuery, source: ScriptedSource, *happening: Any
) -> list[Any]:
    """The data of as many messages as there are events that happen once it is subscribed."""
    async with aclosing(
        streams.messages(LiveSubscription(query, {"id": "strm_1"}, ANONYMOUS))
    ) as messages:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(following(messages))
            await asyncio.sleep(0)
            source.happen(*happening)
        rest = [await following(messages) for _ in happening[1:]]
    return [content(message) for message in (first.result(), *rest)]


async def test_a_message_holds_the_payload_under_its_response_key(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    (answer,) = await subscribe_and(
        streams, live_query(execution), source, event(3, type="CHAT", message={"id": "m_1"})
    )
    payload = answer["data"]["events"]
    assert payload["type"] == "CHAT"
    assert payload["message"] == {"id": "m_1"}


async def test_the_envelope_fills_what_the_payload_lacks(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    query = live_query(execution)
    lacking, having = await subscribe_and(
        streams, query, source, event(3, type="CHAT"), event(4, type="CHAT", sequence=99, at="now")
    )
    payload = lacking["data"]["events"]
    assert (payload["eventId"], payload["sequence"]) == ("strm_1:3", 3)
    assert payload["at"] == "2026-11-22T15:00:03Z"
    assert (having["data"]["events"]["sequence"], having["data"]["events"]["at"]) == (99, "now")


async def test_the_subscription_stands_when_it_is_said(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    messages = streams.messages(
        LiveSubscription(live_query(execution), {"id": "strm_1"}, ANONYMOUS)
    )
    async with aclosing(messages):
        assert await anext(messages) is STANDING
        source.happen(event(1))
        assert content(await anext(messages))["data"]["events"]["number"] == 1


async def test_every_message_carries_a_cursor_that_resumes_after_it(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    query = live_query(execution)
    source.keep(event(1), event(2))
    (answer,) = await subscribe_and(streams, query, source, event(3))
    cursor = answer["extensions"]["cursor"]
    assert answer["data"]["events"]["cursor"] == cursor
    assert CODEC.decode(cursor).sequence == 3
    source.happen(event(4))
    variables = {"id": "strm_1", "after": cursor}
    async with aclosing(
        streams.messages(LiveSubscription(query, variables, ANONYMOUS))
    ) as messages:
        message = await following(messages)
    assert content(message)["data"]["events"]["sequence"] == 4
    assert message.cursor == content(message)["extensions"]["cursor"]


async def test_the_transports_cursor_goes_before_the_argument(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(1), event(2), event(3))
    query = live_query(execution)
    variables = {"id": "strm_1", "after": CODEC.encode(cursor_at(1))}
    newer = CODEC.encode(cursor_at(2))
    async with aclosing(
        streams.messages(LiveSubscription(query, variables, ANONYMOUS), newer)
    ) as messages:
        assert content(await following(messages))["data"]["events"]["sequence"] == 3


def cursor_at(sequence: int, key: str = "strm_1", topic: str = TOPIC) -> Cursor:
    return Cursor(topic, key, sequence, "2026-11-22T15:00:00Z")


@pytest.mark.parametrize(
    "after",
    [
        "nonsense",
        CODEC.encode(cursor_at(1, key="strm_2")),
        CODEC.encode(cursor_at(1, topic="fc.other.v1")),
    ],
)
async def test_a_cursor_of_another_stream_is_refused(
    streams: EventStreams, execution: Execution, after: str
) -> None:
    query = live_query(execution)
    with pytest.raises(RequestError) as raised:
        await following(
            streams.messages(LiveSubscription(query, {"id": "strm_1", "after": after}, ANONYMOUS))
        )
    assert raised.value.extensions["code"] == "CURSOR_INVALID"


async def test_filtered_events_are_not_executed(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(1, type="CHAT"), event(2, type="PINNED"), event(3, type="CHAT"))
    variables = {"id": "strm_1", "types": ["PINNED"], "after": CODEC.encode(cursor_at(0))}
    query = live_query(execution)
    async with aclosing(
        streams.messages(LiveSubscription(query, variables, ANONYMOUS))
    ) as messages:
        assert content(await following(messages))["data"]["events"]["type"] == "PINNED"
    assert len(execution.contexts) == 1


async def test_state_begins_with_the_latest_event(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(1), event(2))
    query = live_query(execution, "STATE")
    async with aclosing(
        streams.messages(LiveSubscription(query, {"id": "strm_1"}, ANONYMOUS))
    ) as messages:
        assert content(await following(messages))["data"]["events"]["number"] == 2
        source.happen(event(3), event(4))
        assert content(await following(messages))["data"]["events"]["number"] == 4


async def test_state_tells_how_many_events_were_overtaken_since_the_last_message(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(7))
    query = live_query(execution, "STATE")
    async with aclosing(
        streams.messages(LiveSubscription(query, {"id": "strm_1"}, ANONYMOUS))
    ) as messages:
        told = [content(await following(messages))]
        source.happen(event(8), event(9), event(10))
        told.append(content(await following(messages)))
        source.happen(event(11))
        told.append(content(await following(messages)))
    assert [each["data"]["events"]["sequence"] for each in told] == [7, 10, 11]
    assert [each["extensions"].get("dropped") for each in told] == [None, 2, None]
    assert CODEC.decode(told[1]["extensions"]["cursor"]).sequence == 10


async def test_overtaken_events_count_towards_the_next_message_that_passes_the_filter(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    query = live_query(execution, "STATE")
    variables = {"id": "strm_1", "types": ["CHAT"]}
    async with aclosing(
        streams.messages(LiveSubscription(query, variables, ANONYMOUS))
    ) as messages:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(following(messages))
            await asyncio.sleep(0)
            source.happen(event(1, type="CHAT"))
        source.happen(event(2, type="CHAT"), event(3, type="GIFT"))
        async with asyncio.TaskGroup() as group:
            second = group.create_task(following(messages))
            await asyncio.sleep(0)
            source.happen(event(4, type="CHAT"))
    assert "dropped" not in content(first.result())["extensions"]
    assert content(second.result())["extensions"]["dropped"] == 1


async def test_when_the_gateway_stops_a_log_is_told_where_to_go_on(
    execution: Execution, source: ScriptedSource
) -> None:
    hub = Hub(source)
    streams = EventStreams(hub, CODEC, clock=lambda: 1_000.0)
    async with hub.running():
        subscription = LiveSubscription(live_query(execution), {"id": "strm_1"}, ANONYMOUS)
        messages = streams.messages(subscription)
        async with asyncio.TaskGroup() as group:
            first = group.create_task(following(messages))
            await asyncio.sleep(0)
            source.happen(event(1))
        assert first.result().cursor is not None
    with pytest.raises(HubClosed) as closed:
        await following(messages)
    assert CODEC.decode(closed.value.extensions["cursor"]).sequence == 1


async def test_a_slow_subscriber_is_told_where_to_go_on(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(1))
    query = live_query(execution)
    variables = {"id": "strm_1", "after": CODEC.encode(cursor_at(0))}
    async with aclosing(
        streams.messages(LiveSubscription(query, variables, ANONYMOUS))
    ) as messages:
        await following(messages)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(following(messages))
            await asyncio.sleep(0)
            source.happen(event(2))
        assert content(waiting.result())["data"]["events"]["number"] == 2
        source.happen(event(3), event(4), event(5), event(6))
        await asyncio.sleep(0.001)  # the moment is over
        with pytest.raises(RequestError) as raised:
            await following(messages)
    assert raised.value.extensions["code"] == "SUBSCRIPTION_SLOW_CONSUMER"
    assert CODEC.decode(raised.value.extensions["cursor"]).sequence == 2


async def test_identical_subscribers_share_one_execution_per_event(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(1))
    query = live_query(execution)
    execution.gate.clear()
    async with asyncio.TaskGroup() as group:
        for number in range(50):
            subscriber = Subscriber(context=number, identity=(None, frozenset()))
            variables = {"id": "strm_1", "after": CODEC.encode(cursor_at(0))}
            group.create_task(
                following(streams.messages(LiveSubscription(query, variables, subscriber)))
            )
        await asyncio.sleep(0)
        execution.gate.set()
    assert len(execution.contexts) == 1


async def test_answers_do_not_cross_identities(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(1))
    query = live_query(execution)
    variables = {"id": "strm_1", "after": CODEC.encode(cursor_at(0))}
    async with asyncio.TaskGroup() as group:
        for name in ("ann", "bob", "ann"):
            subscriber = Subscriber(context=name, identity=(name, frozenset()), subject=name)
            group.create_task(
                following(streams.messages(LiveSubscription(query, variables, subscriber)))
            )
    assert sorted(execution.contexts) == ["ann", "bob"]


async def test_a_subscriber_that_leaves_does_not_take_a_shared_execution_along(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(1))
    query = live_query(execution)
    variables = {"id": "strm_1", "after": CODEC.encode(cursor_at(0))}
    execution.gate.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(
            following(streams.messages(LiveSubscription(query, variables, ANONYMOUS)))
        )
        second = group.create_task(
            following(streams.messages(LiveSubscription(query, variables, ANONYMOUS)))
        )
        await execution.begun.wait()
        first.cancel()
        await asyncio.sleep(0)
        execution.gate.set()
    assert content(second.result())["data"]["events"]["number"] == 1
    assert len(execution.contexts) == 1


async def test_a_failed_execution_ends_the_subscription_with_its_error(
    streams: EventStreams, execution: Execution, source: ScriptedSource
) -> None:
    source.keep(event(1))
    execution.fault = RequestError("no", code="EXAMPLE")
    variables = {"id": "strm_1", "after": CODEC.encode(cursor_at(0))}
    with pytest.raises(RequestError) as raised:
        await following(
            streams.messages(LiveSubscription(live_query(execution), variables, ANONYMOUS))
        )
    assert raised.value.extensions["code"] == "EXAMPLE"


@pytest.mark.parametrize("event_class", ["LOG", "STATE"])
async def test_a_subscription_ends_when_the_token_expires(
    streams: EventStreams, execution: Execution, event_class: str
) -> None:
    subscriber = Subscriber(context=None, subject="ann", expires_at=1_000.02)
    query = live_query(execution, event_class)
    with pytest.raises(RequestError) as raised:
        await following(streams.messages(LiveSubscription(query, {"id": "strm_1"}, subscriber)))
    assert raised.value.extensions["code"] == "SUBSCRIPTION_TOKEN_EXPIRED"


async def test_closing_a_subscription_frees_its_place(
    source: ScriptedSource, execution: Execution
) -> None:
    hub = Hub(source)
    async with hub.running():
        streams = EventStreams(hub, CODEC)
        messages = streams.messages(
            LiveSubscription(live_query(execution), {"id": "strm_1"}, ANONYMOUS)
        )
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(following(messages))
            while hub.followed_topics != {TOPIC: 1}:  # noqa: ASYNC110 (it gives no sign)
                await asyncio.sleep(0)
            waiting.cancel()
        await messages.aclose()
        assert hub.followed_topics == {TOPIC: 0}
