import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.server.sse import EventStreamForm
from gateway.subscriptions.stream import Message
from tests.gateway.server.live_operations import ScriptedOperations
from tests.gateway.server.stream_client import StreamClient, streamed


@pytest.fixture
def operations() -> ScriptedOperations:
    return ScriptedOperations()


@asynccontextmanager
async def streaming(
    operations: ScriptedOperations, query: str, **settings: Any
) -> AsyncIterator[StreamClient]:
    async with streamed(EventStreamForm(), operations, query, **settings) as client:
        yield client


async def test_the_stream_opens_before_anything_happens(operations: ScriptedOperations) -> None:
    async with streaming(operations, "live") as client:
        headers = await client.started()
        assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
        assert headers[b"cache-control"] == b"no-cache, no-transform"
        assert headers[b"x-request-id"] == b"7"
        assert await client.chunk() == ": subscribed\n\n"


async def test_the_stream_opens_although_the_subscription_takes_its_time(
    operations: ScriptedOperations,
) -> None:
    async with streaming(operations, "late", opening_timeout=0.01) as client:
        await client.started()
        assert await client.chunk() == ":\n\n"


async def test_each_answer_is_an_event_with_its_cursor(operations: ScriptedOperations) -> None:
    async with streaming(operations, "live") as client:
        await client.started()
        await client.chunk()
        operations.events.put_nowait(Message(b'{"data":1}', "cursor-1"))
        assert await client.chunk() == 'event: next\nid: cursor-1\ndata: {"data":1}\n\n'
        operations.events.put_nowait(Message(b'{"data":2}'))
        assert await client.chunk() == 'event: next\ndata: {"data":2}\n\n'
        operations.events.put_nowait(None)
        assert await client.chunk() == "event: complete\ndata:\n\n"
        assert await client.chunk() == ""


async def test_a_query_is_one_event(operations: ScriptedOperations) -> None:
    async with streaming(operations, "one") as client:
        await client.started()
        assert await client.chunk() == 'event: next\ndata: {"data":{"a":1}}\n\n'
        assert await client.chunk() == "event: complete\ndata:\n\n"


async def test_errors_are_an_answer(operations: ScriptedOperations) -> None:
    async with streaming(operations, "invalid") as client:
        await client.started()
        event = await client.chunk()
        assert event.startswith('event: next\ndata: {"errors":[{"message":"no"')
        assert await client.chunk() == "event: complete\ndata:\n\n"


async def test_an_unexpected_failure_is_masked(operations: ScriptedOperations) -> None:
    async with streaming(operations, "broken") as client:
        await client.started()
        event = await client.chunk()
        assert "INTERNAL_SERVER_ERROR" in event
        assert "secret" not in event
        assert await client.chunk() == "event: complete\ndata:\n\n"


async def test_a_gateway_that_shuts_down_does_not_complete(operations: ScriptedOperations) -> None:
    """So the client reconnects and resumes."""
    async with streaming(operations, "closed") as client:
        await client.started()
        assert await client.chunk() == ""


async def test_a_quiet_stream_has_a_heartbeat(operations: ScriptedOperations) -> None:
    async with streaming(operations, "live", heartbeat_interval=0.01) as client:
        await client.started()
        assert await client.chunk() == ": subscribed\n\n"
        for _ in range(3):
            assert await client.chunk() == ":\n\n"


async def test_a_client_that_leaves_ends_its_operation(operations: ScriptedOperations) -> None:
    async with streaming(operations, "live") as client:
        await client.started()
        await client.chunk()
        operations.events.put_nowait(Message(b"{}"))
        await client.chunk()
        assert operations.open == 1
    assert operations.open == 0


async def test_a_client_that_stops_reading_is_cut_off(operations: ScriptedOperations) -> None:
    async with streaming(operations, "live", write_timeout=0.02) as client:
        await client.started()
        await client.chunk()
        client.reads.clear()
        operations.events.put_nowait(Message(b"{}"))
        async with asyncio.timeout(60):
            await operations.all_ended.wait()
