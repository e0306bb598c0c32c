"""Subgraphs in the gateway's process: real schemas behind ASGI, called without a socket."""

import asyncio
from typing import Any

import orjson
import pytest

from gateway.errors import ConfigurationError
from gateway.executor.context import ExecutionContext
from gateway.executor.errors import (
    SubgraphAnswerTooLarge,
    SubgraphError,
    SubgraphHttpError,
    SubgraphTimeout,
)
from gateway.executor.transport.in_process import InProcessTransport
from gateway.plan.nodes import Sequence
from tests.support.executor import compiled, entities, fetch, key
from tests.support.federation import GraphqlApp, make_schema
from tests.support.held_up import HeldUp

CATALOG = make_schema(
    "type Query { product(id: ID!): Product }"
    ' type Product @key(fields: "id") { id: ID! name: String }',
    {"Query.product": lambda *_, id: {"id": id, "name": f"Product {id}"}},  # noqa: A006
)


def review(representation: dict[str, Any]) -> dict[str, Any]:
    if representation["id"] == "2":
        raise ValueError("no reviews for 2")
    return {"id": representation["id"], "stars": 5}


REVIEWS = make_schema(
    'type Query { x: Int } type Product @key(fields: "id") { id: ID! stars: Int }',
    {},
    {"Product": review},
)
SDL = "type Query { product(id: ID!): Product } type Product { id: ID! name: String stars: Int }"
app = GraphqlApp(CATALOG)


async def test_one_operation_over_two_real_subgraphs() -> None:
    plan = compiled(
        Sequence(
            (
                fetch(
                    "catalog",
                    "query($id: ID!) { product(id: $id) { __typename id name } }",
                    variables=("id",),
                ),
                entities(["product"], "reviews", "... on Product { stars }", key("Product")),
            )
        ),
        "query($id: ID!) { product(id: $id) { stars name } }",
        SDL,
    )
    reviews = GraphqlApp(REVIEWS)
    context = ExecutionContext(
        {
            "catalog": InProcessTransport(GraphqlApp(CATALOG)),
            "reviews": InProcessTransport(reviews),
        }
    )
    answer = await plan.execute({"id": "1"}, context)
    assert answer.body == b'{"data":{"product":{"stars":5,"name":"Product 1"}}}'
    answer = await plan.execute({"id": "2"}, context)
    told = orjson.loads(answer.body)
    assert told["data"] == {"product": {"stars": None, "name": "Product 2"}}
    assert told["errors"][0]["path"] == ["product", "stars"]
    assert len(reviews.requests) == 2


async def test_the_app_sees_the_gateway_s_headers_and_path() -> None:
    seen: list[Any] = []

    async def seeing(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, await receive()))
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"{}"})

    transport = InProcessTransport(seeing, path="/api/graphql")
    assert await transport.post(b"[1]", {"Authorization": "Bearer x"}) == b"{}"
    scope, message = seen[0]
    headers = dict(scope["headers"])
    assert headers[b"authorization"] == b"Bearer x"
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == b"3"
    assert b"application/graphql-response+json" in headers[b"accept"]
    assert (scope["method"], scope["path"]) == ("POST", "/api/graphql")
    assert message == {"type": "http.request", "body": b"[1]", "more_body": False}


def answering(status: int, body: bytes, *, whole: bool = True) -> Any:
    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body", "body": body, "more_body": not whole})

    return answer


async def hanging(_scope: Any, receive: Any, _send: Any) -> None:
    while True:
        await receive()


async def failing(*_: Any) -> None:
    raise RuntimeError("a secret")


async def silent(*_: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (answering(500, b"oops"), SubgraphHttpError),
        (answering(401, b"{}"), SubgraphHttpError),
        (answering(302, b'{"errors":[]}'), SubgraphHttpError),
        (answering(200, b"x" * 101), SubgraphAnswerTooLarge),
        (answering(200, b"x", whole=False), SubgraphError),
        (hanging, SubgraphTimeout),
        (failing, SubgraphError),
        (silent, SubgraphError),
    ],
    ids=["500", "401", "302", "large", "cut", "hanging", "failing", "silent"],
)
async def test_a_broken_app_is_a_subgraph_error(broken: Any, error: type[SubgraphError]) -> None:
    transport = InProcessTransport(broken, timeout=0.05, max_answer_bytes=100)
    with pytest.raises(SubgraphError) as raised:
        await transport.post(b"{}", {})
    assert type(raised.value) is error
    assert "secret" not in raised.value.message


async def test_an_error_status_with_a_graphql_answer_is_an_answer() -> None:
    body = b'{"errors":[{"message":"no"}]}'
    assert await InProcessTransport(answering(400, body)).post(b"{}", {}) == body


async def test_the_gateway_s_own_time_limit_cuts_a_slow_app_off() -> None:
    plan = compiled(fetch("a", "{ product { id } }"), '{ product(id: "1") { id } }', SDL)
    context = ExecutionContext({"a": InProcessTransport(hanging)}, timeout=0.05)
    told = orjson.loads((await plan.execute({}, context)).body)
    assert told["errors"][0]["extensions"]["code"] == "SUBREQUEST_TIMEOUT"


async def test_an_app_that_answers_before_the_time_limit_of_another_branch_is_heard(
    held_up: HeldUp,
) -> None:
    asked = asyncio.Event()

    async def hangs(*called: Any) -> None:
        asked.set()
        await hanging(*called)

    slow, quick = InProcessTransport(hangs), InProcessTransport(GraphqlApp(CATALOG))
    plan = compiled(
        Sequence(
            (fetch("q", '{ product(id: "1") { __typename id } }'), fetch("s", "{ other { id } }"))
        ),
        '{ product(id: "1") { id } }',
        SDL,
    )
    context = ExecutionContext({"q": quick, "s": slow}, timeout=30)
    async with asyncio.TaskGroup() as group:
        executing = group.create_task(plan.execute({}, context))
        await asked.wait()
        held_up(31)
    told = orjson.loads(executing.result().body)
    assert told["data"] == {"product": {"id": "1"}}
    assert [error["extensions"]["service"] for error in told["errors"]] == ["s"]


async def test_the_lifespan_runs_once() -> None:
    served = GraphqlApp(CATALOG)
    transport = InProcessTransport(served)
    await transport.startup()
    await transport.startup()
    assert served.events == ["startup"]
    await transport.close()
    await transport.close()
    assert served.events == ["startup", "shutdown"]


async def test_state_of_the_lifespan_reaches_requests() -> None:
    async def stateful(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["pool"] = "p"
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await answering(200, scope["state"]["pool"].encode())(scope, receive, send)

    transport = InProcessTransport(stateful)
    await transport.startup()
    assert await transport.post(b"{}", {}) == b"p"
    await transport.close()


async def test_an_app_without_lifespan_is_fine() -> None:
    transport = InProcessTransport(failing)
    await transport.startup()
    await transport.close()


async def test_an_app_that_cannot_start_says_so() -> None:
    async def refusing(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        message = "Traceback (most recent call last):\n  File x\nOSError: no database"
        await send({"type": "lifespan.startup.failed", "message": message})

    transport = InProcessTransport(refusing)
    with pytest.raises(ConfigurationError, match=r"cannot start: OSError: no database$"):
        await transport.startup()
    await transport.close()


async def test_a_shutdown_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def stubborn(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "still busy"})

    transport = InProcessTransport(stubborn)
    await transport.startup()
    await transport.close()
    assert "still busy" in caplog.text


async def test_an_app_is_found_by_name() -> None:
    transport = InProcessTransport(f"{__name__}:app")
    answer = await transport.post(b'{"query": "{ product(id: 3) { name } }"}', {})
    assert answer == b'{"data":{"product":{"name":"Product 3"}}}'


@pytest.mark.parametrize(
    "name", ["", "x", "x:", ":y", "no.such.module:app", "json:nothing", "json:__name__"]
)
def test_a_name_that_is_no_app_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        InProcessTransport(name)


async def test_a_cancelled_request_cancels_the_app() -> None:
    cancelled = asyncio.Event()

    async def waiting(_scope: Any, receive: Any, _send: Any) -> None:
        await receive()
        try:
            await receive()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with asyncio.TaskGroup() as group:
        task = group.create_task(InProcessTransport(waiting).post(b"{}", {}))
        await asyncio.sleep(0)
        task.cancel()
    assert cancelled.is_set()
