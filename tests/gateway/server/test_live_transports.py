"""Live queries of a whole gateway over each transport."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.config.identity import Jwt
from gateway.config.settings import Settings
from gateway.server.live_response import StreamSettings
from gateway.subscriptions.cursor import CursorCodec
from gateway.subscriptions.expiry import Expiry
from tests.gateway.security.forge import AUDIENCE, ISSUER, claims, jwks, sign
from tests.gateway.subscriptions.live_shop import (
    SECRET,
    chat,
    serving,
    settings,
    until_measured,
    until_standing,
)
from tests.gateway.subscriptions.outbox_log import OutboxLog, append
from tests.support.live import (
    Payloads,
    over_legacy_websocket,
    over_multipart,
    over_shared_sse,
    over_sse,
    over_websocket,
)

Transport = Callable[..., AbstractAsyncContextManager[Payloads]]
TRANSPORTS: list[Transport] = [
    over_sse,
    over_shared_sse,
    over_multipart,
    over_websocket,
    over_legacy_websocket,
]
EVENTS = """
subscription Events($id: ID!, $after: EventCursor) {
  streamEvents(streamId: $id, after: $after) { sequence ... on ChatEvent { body } }
}
"""
STATE = "subscription State($id: ID!) { streamState(streamId: $id) { viewers sequence } }"
ROOM = {"id": "strm_1"}
PARTS = 'multipart/mixed;subscriptionSpec="1.0", application/json'


def each_transport(test: Any) -> Any:
    return pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda each: each.__name__)(test)


@pytest.fixture
async def log(database_url: str) -> OutboxLog:
    log = OutboxLog(database_url)
    await log.create("livestream")
    return log


def options(log: OutboxLog, folder: Path, **subscriptions: Any) -> Settings:
    protocols = ["graphql-transport-ws", "graphql-ws", "sse", "multipart"]
    return settings(log, folder, **{"protocols": protocols, **subscriptions})


def with_tokens(found: Settings, folder: Path) -> Settings:
    keys = folder / "jwks.json"
    keys.write_text(json.dumps(jwks()))
    jwt = {
        "jwks_providers": [{"file": str(keys)}],
        "issuer": ISSUER,
        "audience": AUDIENCE,
    }
    return found.model_copy(update={"jwt": Jwt.model_validate(jwt)})


def token(subject: str = "usr_1", seconds: float = 300, scope: str | None = None) -> dict[str, str]:
    now = time.time()
    told = claims(sub=subject, iat=int(now) - 10, exp=now + seconds)
    signed = sign(told if scope is None else {**told, "scope": scope})
    return {"authorization": f"Bearer {signed}"}


async def take(payloads: Payloads, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        return [await anext(payloads) for _ in range(count)]


@each_transport
async def test_events_come_in_order_and_resume_after_a_cursor(
    log: OutboxLog, tmp_path: Path, transport: Transport
) -> None:
    topic = log.topic("event")
    async with serving(options(log, tmp_path)) as url:
        async with transport(url, EVENTS, ROOM) as viewer:
            await until_standing(url, topic, 1)
            for body in ("one", "two", "three"):
                await log.append(topic, "strm_1", chat(body))
            seen = await take(viewer, 3)
        assert [each["data"]["streamEvents"]["body"] for each in seen] == ["one", "two", "three"]
        resumed = {**ROOM, "after": seen[0]["extensions"]["cursor"]}
        async with transport(url, EVENTS, resumed) as viewer:
            assert await take(viewer, 2) == seen[1:]


@each_transport
async def test_a_transaction_with_many_events_cuts_nobody_off(
    log: OutboxLog, tmp_path: Path, transport: Transport
) -> None:
    """More than may wait for a client that does not read."""
    topic, count = log.topic("event"), 300
    async with serving(options(log, tmp_path)) as url, transport(url, EVENTS, ROOM) as viewer:
        await until_standing(url, topic, 1)
        async with log.connection() as connection, connection.transaction():
            for number in range(count):
                await append(connection, "livestream", topic, "strm_1", chat(str(number)))
        seen = [each["data"]["streamEvents"]["body"] for each in await take(viewer, count)]
    assert seen == [str(number) for number in range(count)]


@pytest.mark.parametrize("transport", [over_sse, over_multipart], ids=lambda one: one.__name__)
async def test_a_header_resumes_and_goes_before_the_argument(
    log: OutboxLog, tmp_path: Path, transport: Transport
) -> None:
    topic = log.topic("event")
    async with serving(options(log, tmp_path)) as url:
        async with transport(url, EVENTS, ROOM) as viewer:
            await until_standing(url, topic, 1)
            for body in ("one", "two", "three"):
                await log.append(topic, "strm_1", chat(body))
            first, second, third = await take(viewer, 3)
        variables = {**ROOM, "after": first["extensions"]["cursor"]}
        header = {"last-event-id": second["extensions"]["cursor"]}
        async with transport(url, EVENTS, variables, header) as viewer:
            assert await take(viewer, 1) == [third]


@each_transport
async def test_what_cannot_begin_is_told_with_its_code(
    log: OutboxLog, tmp_path: Path, transport: Transport
) -> None:
    variables = {**ROOM, "after": "forged"}
    async with (
        serving(options(log, tmp_path)) as url,
        transport(url, EVENTS, variables) as viewer,
    ):
        (answer,) = await take(viewer, 1)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["CURSOR_INVALID"]


@each_transport
async def test_state_that_was_overtaken_is_counted(
    log: OutboxLog, tmp_path: Path, transport: Transport
) -> None:
    """One transaction of five states: the last overtakes the others before anyone reads."""
    topic = log.topic("state")
    await log.append(topic, "strm_1", {"viewers": 1})
    async with serving(options(log, tmp_path)) as url, transport(url, STATE, ROOM) as viewer:
        (first,) = await take(viewer, 1)
        async with log.connection() as connection, connection.transaction():
            for viewers in range(2, 7):
                await append(connection, "livestream", topic, "strm_1", {"viewers": viewers})
        told = [first]
        while told[-1]["data"]["streamState"]["viewers"] < 6:
            told += await take(viewer, 1)
    counts = [each["extensions"].get("dropped", 0) for each in told]
    assert counts[0] == 0
    assert sum(counts) == 6 - len(told)
    assert sum(counts) > 0


@each_transport
async def test_a_subscription_ends_when_its_token_expires(
    log: OutboxLog, tmp_path: Path, expiries: list[Expiry], transport: Transport
) -> None:
    found = with_tokens(options(log, tmp_path), tmp_path)
    async with serving(found) as url, transport(url, EVENTS, ROOM, token()) as viewer:
        await until_standing(url, log.topic("event"), 1)
        await log.append(log.topic("event"), "strm_1", chat("one"))
        (answer,) = await take(viewer, 1)
        expiries[0].expire()
        (ended,) = await take(viewer, 1)
    assert answer["data"]["streamEvents"]["body"] == "one"
    (error,) = ended["errors"]
    assert error["extensions"]["code"] == "SUBSCRIPTION_TOKEN_EXPIRED"
    codec = CursorCodec(SECRET.encode())
    assert codec.decode(error["extensions"]["cursor"]).sequence == 1


# --- multipart -------------------------------------------------------------


@pytest.fixture
async def gateway(
    log: OutboxLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """One that opens no stream before it knows whether the subscription can begin."""
    patient = partial(StreamSettings, opening_timeout=3600)
    monkeypatch.setattr("gateway.server.graphql_http.StreamSettings", patient)
    found = with_tokens(options(log, tmp_path), tmp_path)
    async with serving(found) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield http


async def post(http: httpx.AsyncClient, query: str, accept: str, **more: Any) -> httpx.Response:
    body = {"query": query, "variables": ROOM}
    return await http.post("/graphql", json=body, headers={"accept": accept, **more})


async def test_a_query_of_a_client_that_takes_parts_is_one_answer(
    gateway: httpx.AsyncClient,
) -> None:
    for query in ("{ live }", "query subscription { live }"):
        response = await post(gateway, query, PARTS)
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        assert response.json() == {"data": {"live": True}}


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (PARTS, 200),
        ("multipart/mixed;subscriptionSpec=1.0, application/graphql-response+json", 400),
        ("multipart/mixed;subscriptionSpec=1.0", 200),
    ],
)
async def test_a_subscription_that_cannot_begin_is_an_ordinary_answer(
    gateway: httpx.AsyncClient, accept: str, status: int
) -> None:
    response = await post(gateway, "subscription { unknown }", accept)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/")
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_a_wrong_token_is_unauthorized_in_parts_too(gateway: httpx.AsyncClient) -> None:
    response = await post(gateway, EVENTS, PARTS, authorization="Bearer wrong")
    assert response.status_code == 401


async def test_without_a_stream_a_subscription_is_told_the_ways(
    gateway: httpx.AsyncClient,
) -> None:
    response = await post(gateway, EVENTS, "multipart/mixed, application/json")
    assert response.status_code == 406
    assert "subscriptionSpec=1.0" in response.json()["errors"][0]["message"]


async def test_parts_can_be_switched_off(log: OutboxLog, tmp_path: Path) -> None:
    async with (
        serving(options(log, tmp_path, protocols=["sse"])) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as http,
    ):
        assert (await post(http, EVENTS, PARTS)).status_code == 406


# --- one event stream for many operations ----------------------------------


async def reserve(http: httpx.AsyncClient, **headers: str) -> dict[str, str]:
    response = await http.put("/graphql", headers=headers)
    assert response.status_code == 201
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    return {"x-graphql-event-stream-token": response.text, **headers}


async def operate(
    http: httpx.AsyncClient, headers: dict[str, str], query: str = "{ live }", **more: Any
) -> httpx.Response:
    body = {"query": query, "variables": ROOM, "extensions": {"operationId": "1", **more}}
    return await http.post("/graphql", json=body, headers=headers)


def code(response: httpx.Response) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


async def test_only_who_reserved_uses_a_stream(gateway: httpx.AsyncClient) -> None:
    """Whatever the request, to another user it is as if there were no such stream."""
    mine, theirs = token("usr_1"), token("usr_2")
    reserved = await reserve(gateway, **mine)
    for identity in (theirs, {"authorization": ""}):
        stolen = {**reserved, **identity}
        accept = {**stolen, "accept": "text/event-stream"}
        for response in (
            await operate(gateway, stolen),
            await gateway.get("/graphql", headers=accept),
            await gateway.delete("/graphql", params={"operationId": "1"}, headers=stolen),
        ):
            assert (response.status_code, code(response)) in (
                (404, "EVENT_STREAM_NOT_FOUND"),
                (401, "UNAUTHENTICATED"),
            )
    assert (await operate(gateway, reserved)).status_code == 202


async def test_a_stream_opens_once_and_its_token_goes_with_it(gateway: httpx.AsyncClient) -> None:
    reserved = await reserve(gateway)
    accept = {**reserved, "accept": "text/event-stream"}
    async with gateway.stream("GET", "/graphql", headers=accept) as stream:
        assert stream.status_code == 200
        second = await gateway.get("/graphql", headers=accept)
        assert (second.status_code, code(second)) == (409, "EVENT_STREAM_TAKEN")
        assert (await operate(gateway, reserved, EVENTS)).status_code == 202
        again = await operate(gateway, reserved, EVENTS)
        assert (again.status_code, code(again)) == (409, "OPERATION_ID_TAKEN")
    async with asyncio.timeout(60):
        while (await operate(gateway, reserved)).status_code != 404:
            pass  # until the gateway has seen the client leave


async def test_the_token_may_be_a_parameter(gateway: httpx.AsyncClient) -> None:
    reserved = (await reserve(gateway))["x-graphql-event-stream-token"]
    accept = {"accept": "text/event-stream"}
    async with gateway.stream("GET", f"/graphql?token={reserved}", headers=accept) as stream:
        body = {"query": "{ live }", "extensions": {"operationId": "1"}}
        accepted = await gateway.post(f"/graphql?token={reserved}", json=body)
        assert (accepted.status_code, accepted.content) == (202, b"")
        lines = stream.aiter_lines()
        while not (line := await anext(lines)).startswith("data"):
            pass
    assert json.loads(line.removeprefix("data: ")) == {
        "id": "1",
        "payload": {"data": {"live": True}},
    }


async def test_an_operation_that_cannot_begin_is_for_its_own_request(
    gateway: httpx.AsyncClient,
) -> None:
    reserved = await reserve(gateway)
    accept = {**reserved, "accept": "text/event-stream"}
    async with gateway.stream("GET", "/graphql", headers=accept):
        refused = await operate(gateway, reserved, "{ unknown }")
        assert (refused.status_code, code(refused)) == (400, "GRAPHQL_VALIDATION_FAILED")
        nameless = await operate(gateway, reserved, operationId=7)
        assert (nameless.status_code, code(nameless)) == (400, "BAD_REQUEST")
        nothing = await gateway.delete("/graphql", headers=reserved)
        assert (nothing.status_code, code(nothing)) == (400, "BAD_REQUEST")


async def test_an_operation_is_stopped(gateway: httpx.AsyncClient) -> None:
    reserved = await reserve(gateway)
    accept = {**reserved, "accept": "text/event-stream"}
    async with gateway.stream("GET", "/graphql", headers=accept):
        assert (await operate(gateway, reserved, EVENTS)).status_code == 202
        url = str(gateway.base_url).rstrip("/")
        await _until_subscriptions(url, 1)
        stopped = await gateway.delete("/graphql?operationId=1", headers=reserved)
        assert stopped.status_code == 200
        await _until_subscriptions(url, 0)


async def test_reservations_of_a_user_are_limited(log: OutboxLog, tmp_path: Path) -> None:
    limits = {"limits": {"per_user": 2}}
    found = with_tokens(options(log, tmp_path, **limits), tmp_path)
    async with serving(found) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        mine = token("usr_1")
        for _ in range(2):
            await reserve(http, **mine)
        response = await http.put("/graphql", headers=mine)
        assert (response.status_code, code(response)) == (429, "TOO_MANY_CONNECTIONS")
        await reserve(http, **token("usr_2"))


async def test_a_wrong_token_reserves_nothing(gateway: httpx.AsyncClient) -> None:
    response = await gateway.put("/graphql", headers={"authorization": "Bearer wrong"})
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")


async def _until_subscriptions(url: str, count: int) -> None:
    await until_measured(url, f"gateway_subscriptions {count}.0")
