"""What reaches a subscription through the callback endpoint, and what does not."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.executor.errors import SubgraphAnswerMalformed, SubgraphTimeout
from gateway.server.callback import CallbackEndpoint
from gateway.subscriptions.upstream.callbacks import Callbacks, Inbox

LIMIT = 1000


@pytest.fixture
def callbacks() -> Callbacks:
    return Callbacks("http://gateway/callback/")


@pytest.fixture
async def http(callbacks: Callbacks) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[Route("/callback/{id}", CallbackEndpoint(callbacks, LIMIT, 5))])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


def call(inbox: Inbox, action: str = "next", **changes: Any) -> str:
    message = {"kind": "subscription", "action": action, "id": inbox.id}
    return json.dumps({**message, "verifier": inbox.verifier, **changes})


async def test_calls_are_answered_and_come_in_order(
    callbacks: Callbacks, http: httpx.AsyncClient
) -> None:
    with callbacks.inbox() as inbox:
        checked = await http.post(inbox.url, content=call(inbox, "check"))
        event = await http.post(inbox.url, content=call(inbox, payload={"data": 1}))
        end = await http.post(inbox.url, content=call(inbox, "complete"))
        assert [checked.status_code, event.status_code, end.status_code] == [204, 204, 202]
        assert checked.headers["subscription-protocol"] == "callback/1.0"
        calls = [await inbox.next(1) for _ in range(3)]
    assert [each.action for each in calls] == ["check", "next", "complete"]
    assert calls[1].payload == {"data": 1}


async def test_what_has_ended_is_not_found(callbacks: Callbacks, http: httpx.AsyncClient) -> None:
    with callbacks.inbox() as inbox:
        pass
    assert (await http.post(inbox.url, content=call(inbox))).status_code == 404


@pytest.mark.parametrize("change", [{"verifier": "x"}, {"id": "x"}, {"verifier": "\u00e9"}])
async def test_a_stranger_learns_and_changes_nothing(
    callbacks: Callbacks, http: httpx.AsyncClient, change: dict[str, str]
) -> None:
    """It is answered as for an id that nobody waits for."""
    with callbacks.inbox() as inbox:
        for action in ("check", "next", "complete", "unknown"):
            answer = await http.post(inbox.url, content=call(inbox, action, **change))
            unknown = await http.post("/callback/unknown", content=call(inbox, action))
            assert answer.status_code == unknown.status_code == 404
            assert answer.content == unknown.content
        assert not inbox.is_checked
        with pytest.raises(SubgraphTimeout):
            await inbox.next(0)


@pytest.mark.parametrize("body", ["no JSON", "[]", "{}", '{"id": 1}', "[" * 500])
async def test_what_is_no_call_is_refused_and_changes_nothing(
    callbacks: Callbacks, http: httpx.AsyncClient, body: str
) -> None:
    with callbacks.inbox() as inbox:
        assert (await http.post(inbox.url, content=body)).status_code == 400
        with pytest.raises(SubgraphTimeout):
            await inbox.next(0)


async def test_an_unknown_call_of_the_subgraph_ends_the_subscription(
    callbacks: Callbacks, http: httpx.AsyncClient
) -> None:
    with callbacks.inbox() as inbox:
        assert (await http.post(inbox.url, content=call(inbox, "unknown"))).status_code == 400
        with pytest.raises(SubgraphAnswerMalformed):
            await inbox.next(1)


async def test_a_large_call_is_refused(callbacks: Callbacks, http: httpx.AsyncClient) -> None:
    with callbacks.inbox() as inbox:
        body = call(inbox, payload={"data": "x" * LIMIT})
        assert (await http.post(inbox.url, content=body)).status_code == 413


async def test_nothing_is_read_of_a_call_that_nobody_waits_for(http: httpx.AsyncClient) -> None:
    assert (await http.post("/callback/unknown", content="x" * 10 * LIMIT)).status_code == 404


async def test_only_post_is_used(callbacks: Callbacks, http: httpx.AsyncClient) -> None:
    with callbacks.inbox() as inbox:
        for method in ("PUT", "DELETE", "PATCH"):
            assert (await http.request(method, inbox.url)).status_code == 405


async def test_more_calls_than_can_wait_are_put_off(
    callbacks: Callbacks, http: httpx.AsyncClient
) -> None:
    with callbacks.inbox() as inbox:
        statuses = {inbox.take(call(inbox).encode()) for _ in range(1024)}
        assert statuses == {204}
        assert (await http.post(inbox.url, content=call(inbox))).status_code == 503


def test_ids_and_verifiers_are_long_and_never_the_same(callbacks: Callbacks) -> None:
    found = set()
    for _ in range(100):
        with callbacks.inbox() as inbox:
            found |= {inbox.id, inbox.verifier}
            assert inbox.url == f"http://gateway/callback/{inbox.id}"
    assert len(found) == 200
    assert min(map(len, found)) >= 32
