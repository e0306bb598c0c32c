"""Subscriptions in parts, in memory; with a gateway around it in `test_live_transports.py`."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.errors import RequestErrors
from gateway.server.live import LiveRequest
from gateway.server.live_response import LiveResponse, StreamSettings
from gateway.server.negotiate import accepts_subscription_parts
from gateway.server.subscription_parts import SubscriptionPartsForm
from gateway.subscriptions.errors import HubClosed, SlowConsumer
from gateway.subscriptions.stream import Message
from tests.gateway.server.live_operations import ScriptedOperations
from tests.gateway.server.stream_client import StreamClient, streamed

BOUNDARY = "\r\n--graphql"
HEAD = "\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
END = "--\r\n"


@pytest.fixture
def operations() -> ScriptedOperations:
    return ScriptedOperations()


@asynccontextmanager
async def streaming(
    operations: ScriptedOperations, query: str, **settings: Any
) -> AsyncIterator[StreamClient]:
    async with streamed(SubscriptionPartsForm(), operations, query, **settings) as client:
        yield client


def content(part: str) -> Any:
    assert part.startswith(HEAD)
    assert part.endswith(BOUNDARY)
    return json.loads(part.removeprefix(HEAD).removesuffix(BOUNDARY))


async def opened(client: StreamClient) -> None:
    await client.started()
    assert content((await client.chunk()).removeprefix(BOUNDARY)) == {}


async def test_the_stream_opens_with_a_boundary_and_a_heartbeat(
    operations: ScriptedOperations,
) -> None:
    async with streaming(operations, "live") as client:
        headers = await client.started()
        assert headers[b"content-type"] == (
            b'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'
        )
        assert headers[b"x-request-id"] == b"7"
        assert await client.chunk() == BOUNDARY + HEAD + "{}" + BOUNDARY


async def test_each_answer_is_a_payload_with_the_boundary_behind_it(
    operations: ScriptedOperations,
) -> None:
    async with streaming(operations, "live") as client:
        await opened(client)
        answer = {"data": {"a": 1}, "errors": [{"message": "b"}], "extensions": {"cursor": "c"}}
        operations.events.put_nowait(Message(json.dumps(answer).encode(), "c"))
        assert content(await client.chunk()) == {"payload": answer}
        operations.events.put_nowait(None)
        assert await client.chunk() == END
        assert await client.chunk() == ""


async def test_a_quiet_stream_has_a_heartbeat(operations: ScriptedOperations) -> None:
    async with streaming(operations, "live", heartbeat_interval=0.01) as client:
        await opened(client)
        for _ in range(3):
            assert content(await client.chunk()) == {}


async def test_the_stream_opens_although_the_subscription_takes_its_time(
    operations: ScriptedOperations,
) -> None:
    async with streaming(operations, "late", opening_timeout=0.01) as client:
        await opened(client)


async def test_an_error_that_ends_it_comes_without_a_payload(
    operations: ScriptedOperations,
) -> None:
    async with streaming(operations, "live") as client:
        await opened(client)
        operations.events.put_nowait(SlowConsumer("too slow", extensions={"cursor": "c"}))
        told = content(await client.chunk())
        assert told["payload"] is None
        assert told["errors"][0]["extensions"] == {
            "code": "SUBSCRIPTION_SLOW_CONSUMER",
            "cursor": "c",
        }
        assert await client.chunk() == END
        assert await client.chunk() == ""


async def test_an_unexpected_failure_is_masked(operations: ScriptedOperations) -> None:
    async with streaming(operations, "live") as client:
        await opened(client)
        operations.events.put_nowait(ZeroDivisionError("a secret"))
        told = content(await client.chunk())
        assert told["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert "secret" not in json.dumps(told)
        assert await client.chunk() == END


async def test_a_gateway_that_shuts_down_tells_where_to_go_on(
    operations: ScriptedOperations,
) -> None:
    async with streaming(operations, "live") as client:
        await opened(client)
        operations.events.put_nowait(HubClosed("bye", extensions={"cursor": "c"}))
        told = content(await client.chunk())
        assert told["errors"][0]["extensions"] == {
            "code": "SUBSCRIPTION_SERVER_CLOSING",
            "cursor": "c",
        }
        assert await client.chunk() == END


async def test_an_operation_that_cannot_begin_is_the_callers_to_refuse(
    operations: ScriptedOperations,
) -> None:
    client = StreamClient()
    messages = operations.messages(LiveRequest({"query": "invalid"}, None))
    response = LiveResponse(SubscriptionPartsForm(), messages, StreamSettings())
    with pytest.raises(RequestErrors):
        await response.serve(client.receive, client.send)
    assert client.messages.empty()


async def test_a_client_that_stops_reading_is_cut_off(operations: ScriptedOperations) -> None:
    async with streaming(operations, "live", write_timeout=0.02) as client:
        await opened(client)
        client.reads.clear()
        operations.events.put_nowait(Message(b"{}"))
        await operations.all_ended.wait()


@pytest.mark.parametrize(
    ("accept", "accepted"),
    [
        ('multipart/mixed;subscriptionSpec="1.0", application/json', True),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json;q=0.9", True),
        ("Multipart/Mixed; subscriptionSpec=1.0", True),
        ("multipart/mixed;subscriptionSpec=1.0;q=0", False),
        ("multipart/mixed;subscriptionSpec=2.0", False),
        ("multipart/mixed;deferSpec=20220824", False),
        ("multipart/mixed", False),
        ("application/json", False),
        ("*/*", False),
    ],
)
def test_only_clients_that_name_the_form_get_it(accept: str, accepted: bool) -> None:
    assert accepts_subscription_parts(accept) is accepted
