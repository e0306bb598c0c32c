"""The driver, over an ASGI socket in memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.websockets import WebSocket

from gateway.server.websocket import WebSocketSettings, serve_websocket
from gateway.subscriptions.stream import Message
from tests.gateway.server.live_operations import ScriptedOperations
from tests.support.held_up import HeldUp


class Client:
    """The other end of the socket."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()

    async def receive(self) -> dict[str, Any]:
        return await self.incoming.get()

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        self.outgoing.put_nowait(dict(message))

    def say(self, message: Any) -> None:
        self.incoming.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    def leave(self) -> None:
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": 1006})

    async def heard(self) -> Any:
        async with asyncio.timeout(60):
            message = await self.outgoing.get()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def closed(self) -> tuple[int, str]:
        async with asyncio.timeout(60):
            message = await self.outgoing.get()
        assert message["type"] == "websocket.close", message
        return message["code"], message["reason"]


@pytest.fixture
def operations() -> ScriptedOperations:
    return ScriptedOperations()


@asynccontextmanager
async def connected(
    operations: ScriptedOperations,
    *,
    headers: dict[str, str] | None = None,
    subprotocols: tuple[str, ...] = ("graphql-transport-ws",),
    accepted: bool = True,
    clock: Any = None,
    **settings: Any,
) -> AsyncIterator[Client]:
    client = Client()
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "headers": [
            (name.encode(), value.encode())
            for name, value in {"host": "shop.example", **(headers or {})}.items()
        ],
        "subprotocols": list(subprotocols),
    }
    client.incoming.put_nowait({"type": "websocket.connect"})
    socket = WebSocket(scope, client.receive, client.send)
    options = {} if clock is None else {"clock": clock}
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        serving = group.create_task(
            serve_websocket(socket, operations, WebSocketSettings(**settings), **options)
        )
        if accepted:
            message = await client.outgoing.get()
            assert message["type"] == "websocket.accept"
            assert message["subprotocol"] == (
                "graphql-transport-ws" if "graphql-transport-ws" in subprotocols else None
            )
        yield client
        client.leave()
        await serving
    assert operations.open == 0


async def initialised(client: Client, payload: dict[str, Any] | None = None) -> None:
    client.say({"type": "connection_init", "payload": payload or {}})
    assert await client.heard() == {"type": "connection_ack"}


def subscribe(client: Client, query: str, operation: str = "1") -> None:
    client.say({"type": "subscribe", "id": operation, "payload": {"query": query}})


async def test_an_operation_with_one_answer_is_answered_and_completed(
    operations: ScriptedOperations,
) -> None:
    async with connected(operations) as client:
        await initialised(client)
        subscribe(client, "one")
        assert await client.heard() == {"id": "1", "type": "next", "payload": {"data": {"a": 1}}}
        assert await client.heard() == {"id": "1", "type": "complete"}


async def test_a_live_query_is_answered_as_events_happen(operations: ScriptedOperations) -> None:
    async with connected(operations) as client:
        await initialised(client)
        subscribe(client, "live")
        for number in range(3):
            operations.events.put_nowait(Message(b'{"data":%d}' % number, "cursor"))
            assert (await client.heard())["payload"] == {"data": number}
        operations.events.put_nowait(None)
        assert await client.heard() == {"id": "1", "type": "complete"}


async def test_operations_run_beside_each_other(operations: ScriptedOperations) -> None:
    async with connected(operations) as client:
        await initialised(client)
        subscribe(client, "live", "a")
        subscribe(client, "one", "b")
        assert (await client.heard())["id"] == "b"
        assert await client.heard() == {"id": "b", "type": "complete"}
        operations.events.put_nowait(Message(b"{}"))
        assert (await client.heard())["id"] == "a"


async def test_completing_an_operation_ends_it(operations: ScriptedOperations) -> None:
    async with connected(operations) as client:
        await initialised(client)
        subscribe(client, "live")
        operations.events.put_nowait(Message(b"{}"))
        await client.heard()
        client.say({"type": "complete", "id": "1"})
        subscribe(client, "one")
        assert (await client.heard())["payload"] == {"data": {"a": 1}}
        assert operations.open == 0
        assert (await client.heard())["type"] == "complete"


async def test_errors_of_an_operation_are_told(operations: ScriptedOperations) -> None:
    async with connected(operations) as client:
        await initialised(client)
        subscribe(client, "invalid")
        answer = await client.heard()
        assert (answer["type"], answer["id"]) == ("error", "1")
        assert [error["message"] for error in answer["payload"]] == ["no", "never"]


async def test_an_unexpected_failure_is_masked(operations: ScriptedOperations) -> None:
    async with connected(operations) as client:
        await initialised(client)
        subscribe(client, "broken")
        answer = await client.heard()
        assert answer["payload"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert "secret" not in json.dumps(answer)


async def test_a_gateway_that_shuts_down_closes_so_that_clients_reconnect(
    operations: ScriptedOperations,
) -> None:
    async with connected(operations) as client:
        await initialised(client)
        subscribe(client, "closed")
        assert (await client.closed())[0] == 1001


async def test_a_token_in_the_init_payload_goes_before_the_header(
    operations: ScriptedOperations,
) -> None:
    async with connected(operations, headers={"authorization": "Bearer handshake"}) as client:
        await initialised(client, {"Authorization": "Bearer init", "other": 1})
        subscribe(client, "one")
        await client.heard()
        await client.heard()
    assert operations.requests[0].identity == "Bearer init"


async def test_the_handshakes_token_is_used_where_there_is_no_other(
    operations: ScriptedOperations,
) -> None:
    async with connected(operations, headers={"authorization": "Bearer handshake"}) as client:
        await initialised(client)
    assert operations.headers[0]["authorization"] == "Bearer handshake"


@pytest.mark.parametrize(("token", "code"), [("wrong", 4403), ("broken", 4500)])
async def test_a_client_that_cannot_be_authenticated_is_closed(
    operations: ScriptedOperations, token: str, code: int
) -> None:
    async with connected(operations) as client:
        client.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert (await client.closed())[0] == code


async def test_subscribing_while_being_authenticated_is_unauthorized(
    operations: ScriptedOperations,
) -> None:
    operations.authentication.clear()
    async with connected(operations) as client:
        client.say({"type": "connection_init"})
        subscribe(client, "one")
        assert (await client.closed())[0] == 4401


async def test_a_client_that_does_not_begin_is_closed(operations: ScriptedOperations) -> None:
    async with connected(operations, init_timeout=0.01) as client:
        assert (await client.closed())[0] == 4408


async def test_other_subprotocols_are_not_acceptable(operations: ScriptedOperations) -> None:
    async with connected(operations, subprotocols=("graphql-ws",)) as client:
        assert (await client.closed())[0] == 4406


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example", True),
        ("https://partner.example", True),
        ("https://evil.example", False),
        ("null", False),
    ],
)
async def test_pages_of_unknown_origins_may_not_connect(
    operations: ScriptedOperations, origin: str, allowed: bool
) -> None:
    connection = connected(
        operations,
        headers={"origin": origin},
        origins=("https://partner.example",),
        accepted=allowed,
    )
    async with connection as client:
        if allowed:
            await initialised(client)
        else:
            await client.closed()
    assert len(operations.headers) == int(allowed)


async def test_quiet_connections_are_pinged(operations: ScriptedOperations) -> None:
    async with connected(operations, ping_interval=0.05) as client:
        await initialised(client)
        for _ in range(3):
            assert await client.heard() == {"type": "ping"}
            client.say({"type": "pong"})


async def test_a_client_that_answers_no_ping_is_closed(operations: ScriptedOperations) -> None:
    async with connected(operations, ping_interval=0.02) as client:
        await initialised(client)
        assert await client.heard() == {"type": "ping"}
        assert await client.closed() == (1001, "No answer to a ping")


async def test_a_client_that_began_while_the_gateway_was_held_up_is_served(
    operations: ScriptedOperations, held_up: HeldUp
) -> None:
    async with connected(operations, init_timeout=5) as client:
        client.say({"type": "ping"})
        assert await client.heard() == {"type": "pong"}
        held_up(6, lambda: client.say({"type": "connection_init"}))
        assert await client.heard() == {"type": "connection_ack"}


async def test_a_ping_that_was_answered_while_the_gateway_was_held_up_is_answered(
    operations: ScriptedOperations, held_up: HeldUp
) -> None:
    async with connected(operations, init_timeout=5, ping_interval=5) as client:
        await initialised(client)
        held_up(6)
        assert await client.heard() == {"type": "ping"}
        held_up(6, lambda: client.say({"type": "pong"}))
        assert await client.heard() == {"type": "ping"}


async def test_however_long_the_gateway_was_held_up_a_client_has_its_time_to_answer_a_ping(
    operations: ScriptedOperations, held_up: HeldUp
) -> None:
    async with connected(operations, init_timeout=5, ping_interval=5) as client:
        await initialised(client)
        held_up(20)
        assert await client.heard() == {"type": "ping"}
        client.say({"type": "ping"})
        assert await client.heard() == {"type": "pong"}


async def test_a_message_that_is_too_big_closes(operations: ScriptedOperations) -> None:
    async with connected(operations, max_frame=100) as client:
        await initialised(client)
        subscribe(client, "x" * 100)
        assert (await client.closed())[0] == 1009


async def test_too_many_messages_a_second_close(operations: ScriptedOperations) -> None:
    now = 0.0
    async with connected(operations, clock=lambda: now, frames_per_second=5, max_burst=5) as client:
        await initialised(client)
        for _ in range(4):
            client.say({"type": "ping"})
            assert await client.heard() == {"type": "pong"}
        now = 1.0
        for _ in range(5):
            client.say({"type": "ping"})
            assert await client.heard() == {"type": "pong"}
        client.say({"type": "ping"})
        assert (await client.closed())[0] == 1008


async def test_a_client_that_leaves_ends_its_operations(operations: ScriptedOperations) -> None:
    async with connected(operations) as client:
        await initialised(client)
        for operation in ("a", "b", "c"):
            subscribe(client, "live", operation)
        operations.events.put_nowait(Message(b"{}"))
        await client.heard()
        assert operations.open == 3
    assert operations.open == 0


async def test_a_client_that_stops_reading_is_cut_off(operations: ScriptedOperations) -> None:
    async with connected(operations, write_timeout=0.02) as client:
        await initialised(client)
        subscribe(client, "live")
        operations.events.put_nowait(Message(b"{}"))
        await client.heard()
        client.reads.clear()
        operations.events.put_nowait(Message(b"{}"))
        async with asyncio.timeout(60):
            await operations.all_ended.wait()
