"""One contract for every protocol by which a subgraph serves subscriptions, on real sockets."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.executor.errors import (
    SubgraphAnswerMalformed,
    SubgraphAnswerTooLarge,
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.executor.transport.in_process import InProcessTransport
from gateway.server.callback import CallbackEndpoint
from gateway.subscriptions.upstream.callback import CallbackUpstream
from gateway.subscriptions.upstream.callbacks import Callbacks
from gateway.subscriptions.upstream.errors import Refused
from gateway.subscriptions.upstream.multipart import MultipartUpstream
from gateway.subscriptions.upstream.protocol import Bounds, Subscribe, Upstream
from gateway.subscriptions.upstream.sockets import Sockets, SocketStreamClient
from gateway.subscriptions.upstream.sse import SseUpstream
from gateway.subscriptions.upstream.web_socket import WebSocketUpstream
from tests.gateway.subscriptions.upstream.scripted_subgraph import ScriptedSubgraph, Served
from tests.support.held_up import HeldUp
from tests.support.listening import listening
from tests.support.ports import free_port

BODY = b'{"query":"subscription { ticks }","variables":{"a":1}}'
CONNECTED = ["sse", "multipart", "graphql-transport-ws"]
KINDS = [*CONNECTED, "callback"]
IN_PROCESS = ["sse in process", "multipart in process"]
BOUNDS = Bounds(connect_timeout=60, answer_timeout=60, max_event_size=100_000)


class InProcessClient:
    def __init__(self, transport: InProcessTransport) -> None:
        self._transport = transport

    def post(self, body: bytes, headers: Mapping[str, str]) -> Any:
        return self._transport.stream(None, body, headers)


class Harness:
    """A subgraph, and upstreams that subscribe at it."""

    def __init__(self, kind: str, stack: AsyncExitStack) -> None:
        self.kind = kind
        self.subgraph = ScriptedSubgraph()
        self.sockets = Sockets()
        self.port = free_port()
        self.callbacks: Callbacks | None = None
        self._stack = stack
        self._serving = AsyncExitStack()

    async def start(self) -> None:
        if self.kind == "callback":
            self.callbacks = Callbacks("http://unknown")
            app = Starlette(
                routes=[Route("/cb/{id}", CallbackEndpoint(self.callbacks, 10**6, 3600))]
            )
            port = await self._stack.enter_async_context(listening(app))
            self.callbacks._public_url = f"http://127.0.0.1:{port}/cb/"
        await self.serve()

    async def serve(self) -> None:
        if self.kind not in IN_PROCESS:
            await self._serving.enter_async_context(listening(self.subgraph, self.port))

    async def stop(self) -> None:
        await self._serving.aclose()
        self._serving = AsyncExitStack()

    async def close(self) -> None:
        await self.stop()
        await self.sockets.close()

    def upstream(self, bounds: Bounds = BOUNDS) -> Upstream:
        url = f"http://127.0.0.1:{self.port}/graphql"
        client: Any = SocketStreamClient(self.sockets, url, bounds)
        if self.kind in IN_PROCESS:
            client = InProcessClient(
                InProcessTransport(self.subgraph, timeout=bounds.answer_timeout)
            )
        match self.kind.removesuffix(" in process"):
            case "sse":
                return SseUpstream(client, bounds)
            case "multipart":
                return MultipartUpstream(client, bounds)
            case "callback":
                assert self.callbacks is not None
                return CallbackUpstream(client, self.callbacks, bounds)
            case _:
                return WebSocketUpstream(self.sockets, url, bounds)

    @asynccontextmanager
    async def subscribed(
        self, bounds: Bounds = BOUNDS, seconds: float = 60
    ) -> AsyncIterator[tuple[AsyncGenerator[bytes | None], Served]]:
        """A subscription that stands, from both sides, and for so long at the most."""
        subscribe = Subscribe(BODY, lambda body: {"authorization": f"Bearer {len(body)}"})
        events = self.upstream(bounds).events(subscribe)
        async with asyncio.timeout(seconds), aclosing(events):
            assert await anext(events) is None
            yield events, await self.subgraph.begun.get()


@pytest.fixture(params=[*KINDS, *IN_PROCESS])
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        made = Harness(request.param, stack)
        stack.push_async_callback(made.close)
        await made.start()
        yield made
    if made.callbacks is not None:
        assert not made.callbacks._inboxes
    await asyncio.sleep(0)
    assert not asyncio.all_tasks() - before - {asyncio.current_task()}


def over(kinds: list[str]) -> pytest.MarkDecorator:
    """Only these: the others have no connection, or none that could break."""
    return pytest.mark.parametrize("harness", kinds, indirect=True)


async def take(events: AsyncGenerator[bytes | None], count: int) -> list[Any]:
    taken = []
    for _ in range(count):
        answer = await anext(events)
        assert answer is not None
        taken.append(json.loads(answer))
    return taken


async def refusal(harness: Harness, bounds: Bounds = BOUNDS) -> Exception:
    """What a subscription that cannot begin is told."""
    events = harness.upstream(bounds).events(Subscribe(BODY, lambda _: {}))
    async with asyncio.timeout(60), aclosing(events):
        if harness.kind == "graphql-transport-ws" and harness.subgraph.refusal is not None:
            assert await anext(events) is None, "the protocol has no answer to subscribe"
        with pytest.raises((SubgraphError, Refused)) as told:
            await anext(events)
    return told.value


async def test_events_come_in_order(harness: Harness) -> None:
    async with harness.subscribed() as (events, served):
        for number in range(5):
            served.number(number)
        assert [each["data"]["ticks"] for each in await take(events, 5)] == [0, 1, 2, 3, 4]


async def test_the_subgraph_is_told_what_is_asked_and_for_whom(harness: Harness) -> None:
    async with harness.subscribed() as (_, served):
        assert served.request["query"] == "subscription { ticks }"
        assert served.request["variables"] == {"a": 1}
        token = f"Bearer {len(served.body)}"
        assert served.headers["authorization"] == token, "signed are the bytes that are sent"
        if harness.kind == "graphql-transport-ws":
            assert served.init == {"authorization": token}


async def test_errors_in_an_event_are_part_of_it(harness: Harness) -> None:
    async with harness.subscribed() as (events, served):
        faulty = {"data": None, "errors": [{"message": "no", "path": ["ticks"]}]}
        served.event(faulty)
        served.number(2)
        assert await take(events, 2) == [faulty, {"data": {"ticks": 2}}]


async def test_the_subgraph_completes(harness: Harness) -> None:
    async with harness.subscribed() as (events, served):
        served.number(1)
        served.complete()
        await take(events, 1)
        assert await anext(events, "ended") == "ended"


async def test_errors_that_end_the_subscription_are_told(harness: Harness) -> None:
    async with harness.subscribed() as (events, served):
        served.number(1)
        served.errors("over")
        await take(events, 1)
        if harness.kind.startswith("sse"):  # where errors are an event like others
            (answer,) = await take(events, 1)
            assert await anext(events, "ended") == "ended"
        else:
            with pytest.raises(Refused) as refused:
                await anext(events)
            answer = json.loads(refused.value.answer)
        assert answer["errors"] == [{"message": "over"}]


@over([*CONNECTED, *IN_PROCESS])
async def test_a_connection_that_breaks_is_no_completion(harness: Harness) -> None:
    async with harness.subscribed() as (events, served):
        served.number(1)
        await take(events, 1)
        served.cut()
        with pytest.raises(SubgraphUnreachable):
            await anext(events)


@over(KINDS)
async def test_a_subgraph_that_restarts_is_subscribed_to_again(harness: Harness) -> None:
    bounds = msgspec.structs.replace(BOUNDS, heartbeat=0.2)
    async with harness.subscribed(bounds) as (events, served):
        served.cut()
        await harness.stop()
        with pytest.raises((SubgraphUnreachable, SubgraphTimeout)):
            await anext(events)
    assert isinstance(await refusal(harness), SubgraphUnreachable)
    await harness.serve()
    async with harness.subscribed() as (events, served):
        served.number(7)
        assert await take(events, 1) == [{"data": {"ticks": 7}}]


async def test_a_peer_that_fell_silent_is_given_up(
    harness: Harness, held_up: HeldUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.subgraph.is_deaf = True
    bounds = msgspec.structs.replace(BOUNDS, heartbeat=5.5)
    waits = Waits(monkeypatch, 5.5, 11)

    async def time_passes() -> None:
        await waits.until(1)
        held_up(12)
        if harness.kind == "graphql-transport-ws":  # where it is asked whether it is there
            await waits.until(2)
            held_up(6)

    async with harness.subscribed(bounds) as (events, _), asyncio.TaskGroup() as group:
        group.create_task(time_passes())
        with pytest.raises(SubgraphTimeout):
            await anext(events)


async def test_heartbeats_keep_a_quiet_subscription_open(
    harness: Harness, held_up: HeldUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice as long as it may be silent, with a sign of life in between."""
    harness.subgraph.is_deaf = True
    bounds = msgspec.structs.replace(BOUNDS, heartbeat=60.5)
    waits = Waits(monkeypatch, 60.5, 121)
    async with harness.subscribed(bounds, 3600) as (events, served):
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(take(events, 1))
            await waits.until(1)
            for number in range(2, 8):
                served.heartbeat()
                await waits.until(number)
                held_up(44)
            assert not waiting.done()
            served.number(1)
        assert waiting.result() == [{"data": {"ticks": 1}}]


class Waits:
    """How often somebody began to wait for so many seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
        self._count = 0
        self._more = asyncio.Event()
        real = asyncio.timeout

        def timeout(delay: float | None) -> asyncio.Timeout:
            if delay in seconds:
                self._count += 1
                self._more.set()
            return real(delay)

        monkeypatch.setattr(asyncio, "timeout", timeout)

    async def until(self, count: int) -> None:
        while self._count < count:
            self._more.clear()
            await self._more.wait()


async def test_the_subgraph_learns_that_nobody_listens_any_more(harness: Harness) -> None:
    async with harness.subscribed() as (events, served):
        served.number(1)
        await take(events, 1)
        assert not served.gone.is_set()
    async with asyncio.timeout(60):
        await served.gone.wait()
    if harness.kind == "graphql-transport-ws":
        assert served.heard == ["complete"]


async def test_graphql_errors_instead_of_events_are_told(harness: Harness) -> None:
    harness.subgraph.refusal = {"errors": [{"message": "unknown field"}]}
    error = await refusal(harness)
    assert isinstance(error, Refused)
    assert json.loads(error.answer)["errors"] == [{"message": "unknown field"}]


async def test_a_status_instead_of_events_is_told(harness: Harness) -> None:
    harness.subgraph.status = 403
    error = await refusal(harness)
    assert isinstance(error, SubgraphHttpError)
    assert error.status == 403


@over(KINDS)
async def test_redirects_are_not_followed(harness: Harness) -> None:
    """They would lead the gateway, and its token, wherever a subgraph likes."""
    elsewhere = ScriptedSubgraph()
    async with listening(elsewhere) as port:
        harness.subgraph.redirect = f"http://127.0.0.1:{port}/graphql"
        error = await refusal(harness)
    assert isinstance(error, SubgraphHttpError)
    assert error.status == 307
    assert elsewhere.begun.empty()


async def test_an_answer_that_does_not_begin_is_given_up(harness: Harness) -> None:
    harness.subgraph.is_mute = True
    error = await refusal(harness, msgspec.structs.replace(BOUNDS, answer_timeout=0.2))
    assert isinstance(error, SubgraphTimeout)


@over([*CONNECTED, *IN_PROCESS])  # of callbacks, the endpoint refuses it
async def test_an_event_over_the_limit_ends_the_subscription(harness: Harness) -> None:
    async with harness.subscribed() as (events, served):
        served.event({"data": {"ticks": "x" * 200_000}})
        with pytest.raises(SubgraphAnswerTooLarge):
            await anext(events)


async def test_what_is_no_message_ends_the_subscription(harness: Harness) -> None:
    async with harness.subscribed() as (events, served):
        served.malformed()
        with pytest.raises(SubgraphAnswerMalformed):
            await anext(events)


@pytest.mark.parametrize("answer", [None, 1, [], {}, {"hello": 1}])
async def test_what_is_no_answer_ends_the_subscription(harness: Harness, answer: Any) -> None:
    async with harness.subscribed() as (events, served):
        served.event(answer)
        with pytest.raises(SubgraphAnswerMalformed):
            await anext(events)
