"""One event stream for many operations, in memory."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.config.live import SubscriptionLimits
from gateway.errors import RequestErrors
from gateway.server.errors import (
    EventStreamNotFound,
    EventStreamTaken,
    OperationIdTaken,
    TooManyConnections,
    TooManyOperations,
)
from gateway.server.live import LiveRequest
from gateway.server.live_clients import LiveClients
from gateway.server.live_response import StreamSettings
from gateway.server.reservations import Reservations
from gateway.server.shared_stream import SharedStream
from gateway.subscriptions.errors import HubClosed, SlowConsumer
from gateway.subscriptions.stream import Message
from tests.gateway.server.live_operations import ScriptedOperations
from tests.gateway.server.stream_client import StreamClient


class Scene:
    """A stream, its client, and operations that do what their text says."""

    def __init__(self, max_operations: int = 3) -> None:
        self.operations = ScriptedOperations()
        self.stream = SharedStream(max_operations)
        self.client = StreamClient()
        self.stopping = asyncio.Event()

    async def start(self, operation: str, query: str) -> None:
        def begin() -> AsyncGenerator[Message]:
            return self.operations.messages(LiveRequest({"query": query}, None))

        await self.stream.start(operation, begin)

    @asynccontextmanager
    async def open(self, **settings: Any) -> AsyncIterator[None]:
        client = self.client
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            serving = group.create_task(
                self.stream.serve(
                    client.receive, client.send, StreamSettings(**settings), (), self.stopping
                )
            )
            headers = await client.started()
            assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
            assert await client.chunk() == ":\n\n"
            yield
            client.leave()
            await serving
        assert self.operations.open == 0

    async def event(self) -> tuple[str, Any]:
        """The next event's name and data."""
        name, data, *rest = (await self.client.chunk()).split("\n")
        assert rest == ["", ""]
        return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_an_operation_is_answered_under_its_id(scene: Scene) -> None:
    async with scene.open():
        await scene.start("a", "one")
        assert await scene.event() == ("next", {"id": "a", "payload": {"data": {"a": 1}}})
        assert await scene.event() == ("complete", {"id": "a"})


async def test_operations_run_beside_each_other(scene: Scene) -> None:
    async with scene.open():
        await scene.start("live", "live")
        await scene.start("one", "one")
        assert (await scene.event())[1]["id"] == "one"
        assert (await scene.event())[1]["id"] == "one"
        scene.operations.events.put_nowait(Message(b'{"data":1}', "cursor"))
        assert await scene.event() == ("next", {"id": "live", "payload": {"data": 1}})
        scene.operations.events.put_nowait(None)
        assert await scene.event() == ("complete", {"id": "live"})


async def test_what_cannot_begin_is_for_its_own_request(scene: Scene) -> None:
    async with scene.open():
        with pytest.raises(RequestErrors):
            await scene.start("a", "invalid")
        await scene.start("a", "one")
        assert (await scene.event())[1] == {"id": "a", "payload": {"data": {"a": 1}}}


async def test_what_fails_later_is_told_and_completed(scene: Scene) -> None:
    async with scene.open():
        await scene.start("a", "live")
        scene.operations.events.put_nowait(SlowConsumer("too slow"))
        _, told = await scene.event()
        assert [error["message"] for error in told["payload"]["errors"]] == ["too slow"]
        assert await scene.event() == ("complete", {"id": "a"})


async def test_an_unexpected_failure_is_masked(scene: Scene) -> None:
    async with scene.open():
        await scene.start("a", "broken")
        _, told = await scene.event()
        assert told["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert "secret" not in json.dumps(told)
        assert await scene.event() == ("complete", {"id": "a"})


async def test_a_client_stops_an_operation(scene: Scene) -> None:
    async with scene.open():
        await scene.start("a", "live")
        assert scene.operations.open == 1
        scene.stream.stop("a")
        await scene.operations.all_ended.wait()
        scene.stream.stop("a")
        await scene.start("a", "one")
        assert (await scene.event())[1]["payload"] == {"data": {"a": 1}}


async def test_an_id_is_given_once(scene: Scene) -> None:
    async with scene.open():
        await scene.start("a", "live")
        with pytest.raises(OperationIdTaken):
            await scene.start("a", "one")


async def test_operations_are_limited(scene: Scene) -> None:
    async with scene.open():
        for operation in "abc":
            await scene.start(operation, "live")
        with pytest.raises(TooManyOperations):
            await scene.start("d", "one")


async def test_operations_wait_for_the_stream(scene: Scene) -> None:
    await scene.start("a", "one")
    await scene.start("b", "invalid")
    await scene.start("c", "live")
    scene.stream.stop("c")
    with pytest.raises(OperationIdTaken):
        await scene.start("a", "one")
    assert scene.operations.requests == []
    async with scene.open():
        told = [await scene.event() for _ in range(4)]
    assert [(kind, data["id"]) for kind, data in told if data["id"] == "a"] == [
        ("next", "a"),
        ("complete", "a"),
    ]
    (refused,) = [data for kind, data in told if data["id"] == "b" and kind == "next"]
    assert [error["message"] for error in refused["payload"]["errors"]] == ["no", "never"]


async def test_a_client_that_leaves_ends_its_operations(scene: Scene) -> None:
    async with scene.open():
        await scene.start("a", "live")
        await scene.start("b", "live")
    with pytest.raises(EventStreamNotFound):
        await scene.start("c", "one")


async def test_a_stream_that_ends_answers_requests_that_wait_to_begin(scene: Scene) -> None:
    async with asyncio.TaskGroup() as group, scene.open():
        late = group.create_task(failure(scene, "late"))
        while not scene.operations.open:  # noqa: ASYNC110 (begins in another task)
            await asyncio.sleep(0)
    assert isinstance(late.result(), EventStreamNotFound)


async def failure(scene: Scene, query: str) -> Exception | None:
    try:
        await scene.start("a", query)
    except Exception as error:  # the test looks at it
        return error
    return None


async def test_a_client_that_stops_reading_is_cut_off(scene: Scene) -> None:
    async with scene.open(write_timeout=0.02):
        await scene.start("a", "live")
        scene.client.reads.clear()
        scene.operations.events.put_nowait(Message(b"{}"))
        await scene.operations.all_ended.wait()


@pytest.mark.parametrize("how", ["told", "by an operation"])
async def test_when_the_gateway_stops_the_stream_ends_and_nothing_is_completed(
    scene: Scene, how: str
) -> None:
    async with scene.open():
        await scene.start("a", "live")
        if how == "told":
            scene.stopping.set()
        else:
            scene.operations.events.put_nowait(HubClosed("bye"))
        assert await scene.client.chunk() == ""


async def test_a_quiet_stream_has_a_heartbeat(scene: Scene) -> None:
    async with scene.open(heartbeat_interval=0.01):
        assert await scene.client.chunk() == ":\n\n"


# --- reservations ----------------------------------------------------------


@pytest.fixture
def clients() -> LiveClients:
    return LiveClients(SubscriptionLimits(per_user=2, connections=3))


async def test_a_token_is_good_for_who_reserved(clients: LiveClients) -> None:
    reservations = Reservations(clients, 10, 100)
    token = reservations.reserve("u_1", "user u_1")
    assert len(token) >= 43
    assert reservations.find(token, "u_1").subject == "u_1"
    for subject in ("u_2", None):
        with pytest.raises(EventStreamNotFound):
            reservations.find(token, subject)
    with pytest.raises(EventStreamNotFound):
        reservations.find("x" * 43, "u_1")


async def test_the_stream_opens_once(clients: LiveClients) -> None:
    reservations = Reservations(clients, 10, 100)
    reservation = reservations.find(reservations.reserve(None, "address a"), None)
    reservations.open(reservation)
    with pytest.raises(EventStreamTaken):
        reservations.open(reservation)
    reservations.end(reservation)
    reservations.end(reservation)
    with pytest.raises(EventStreamNotFound):
        reservations.find(reservation.token, None)


async def test_reservations_count_as_connections(clients: LiveClients) -> None:
    reservations = Reservations(clients, 10, 100)
    tokens = [reservations.reserve("u_1", "user u_1") for _ in range(2)]
    with pytest.raises(TooManyConnections):
        reservations.reserve("u_1", "user u_1")
    reservations.reserve("u_2", "user u_2")
    with pytest.raises(TooManyConnections):
        reservations.reserve("u_3", "user u_3")
    reservations.end(reservations.find(tokens[0], "u_1"))
    reservations.reserve("u_1", "user u_1")


async def test_a_reservation_that_is_not_used_expires(clients: LiveClients) -> None:
    reservations = Reservations(clients, 0.01, 100)
    token = reservations.reserve("u_1", "user u_1")
    async with asyncio.timeout(60):
        while True:
            try:
                reservations.find(token, "u_1")
            except EventStreamNotFound:
                break
            await asyncio.sleep(0.01)
    assert not clients.is_full
    for _ in range(2):
        reservations.reserve("u_1", "user u_1")
