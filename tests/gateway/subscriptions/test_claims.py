"""Events for some viewers alone: the claim that `@eventStream` names, through the whole gateway."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway.composition.compose import Composed, SubgraphSource, compose
from gateway.config.settings import Settings
from gateway.supergraph.parse import parse_supergraph
from tests.gateway.server.test_live_transports import token, with_tokens
from tests.gateway.subscriptions.live_shop import CATALOG, catalog, serving, settings
from tests.gateway.subscriptions.outbox_log import OutboxLog
from tests.support.live import Payloads, over_sse, over_websocket

LIVESTREAM = """
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9",
        import: ["@key", "@composeDirective", "@authenticated", "@requiresScopes"])
  @link(url: "https://fusioncommerce.dev/specs/event-stream/v1.0", import: ["@eventStream"])
  @composeDirective(name: "@eventStream")
directive @eventStream(
  topic: String!, key: String!, class: EventStreamClass!, claim: String, field: String
) on FIELD_DEFINITION
enum EventStreamClass { LOG STATE }
type Query { live: Boolean }
type Subscription {
  whispers(room: ID!, after: String): Whisper!
    @eventStream(topic: "fc.whisper.v1", key: "room", class: LOG, claim: "sub", field: "for")
  talk(room: ID!): Talk! @eventStream(topic: "fc.talk.v1", key: "room", class: LOG)
  staff(room: ID!): Mood!
    @authenticated @eventStream(topic: "fc.staff.v1", key: "room", class: LOG)
  mood(room: ID!): Mood!
    @eventStream(topic: "fc.mood.v1", key: "room", class: STATE, claim: "tenant", field: "tenant")
}
type Whisper { sequence: Int! product: Product! }
type Talk {
  sequence: Int!
  cost: Int @requiresScopes(scopes: [["costs"]])
  product: Product @authenticated
}
type Mood { sequence: Int! }
type Product @key(fields: "id") { id: ID! }
"""
WHISPERS = """subscription ($room: ID!, $after: String) {
  whispers(room: $room, after: $after) { sequence product { name } } }"""
MOOD = "subscription ($room: ID!) { mood(room: $room) { sequence } }"
ROOM = {"room": "r"}


def options(log: OutboxLog, folder: Path) -> Settings:
    found = with_tokens(settings(log, folder), folder)
    composed = compose(
        [
            SubgraphSource("livestream", "http://livestream", LIVESTREAM),
            SubgraphSource("catalog", "http://catalog", CATALOG),
        ]
    )
    assert isinstance(composed, Composed), composed
    (folder / "supergraph.graphql").write_text(composed.supergraph_sdl)
    return found


def whisper(*to: str) -> dict[str, Any]:
    return {"product": {"id": "1"}, "for": list(to)}


async def numbers(viewer: Payloads, count: int) -> list[int]:
    async with asyncio.timeout(60):
        return [(await anext(viewer))["data"]["whispers"]["sequence"] for _ in range(count)]


@pytest.fixture
async def log(database_url: str) -> OutboxLog:
    log = OutboxLog(database_url)
    await log.create("livestream")
    return log


async def test_each_viewer_gets_the_events_that_are_for_them_in_order(
    log: OutboxLog, tmp_path: Path
) -> None:
    to = [("ann",), ("bob",), ("ann", "bob"), (), ("eve",), ("bob", "eve"), ("ann", "bob")]
    async with serving(options(log, tmp_path)) as url, AsyncExitStack() as stack:
        viewers = {}
        for name, transport in (("ann", over_sse), ("bob", over_sse), ("eve", over_sse)):
            subscribing = transport(url, WHISPERS, ROOM, token(name))
            viewers[name] = await stack.enter_async_context(subscribing)
        for each in to:
            await log.append("fc.whisper.v1", "r", whisper(*each))
        assert await numbers(viewers["ann"], 3) == [1, 3, 7]
        assert await numbers(viewers["bob"], 4) == [2, 3, 6, 7]
        assert await numbers(viewers["eve"], 2) == [5, 6]


async def test_what_is_for_others_is_passed_over_on_resuming(
    log: OutboxLog, tmp_path: Path
) -> None:
    async with serving(options(log, tmp_path)) as url:
        async with over_sse(url, WHISPERS, ROOM, token("ann")) as ann:
            await log.append("fc.whisper.v1", "r", whisper("ann"))
            cursor = (await anext(ann))["extensions"]["cursor"]
        for each in ("bob", "bob", "ann"):
            await log.append("fc.whisper.v1", "r", whisper(each))
        async with over_sse(url, WHISPERS, {**ROOM, "after": cursor}, token("ann")) as ann:
            assert await numbers(ann, 1) == [4]
        # A cursor is a position and no right: who takes another's sees their own events alone.
        async with over_sse(url, WHISPERS, {**ROOM, "after": cursor}, token("bob")) as bob:
            assert await numbers(bob, 2) == [2, 3]


async def test_nothing_is_fetched_for_an_event_that_is_for_nobody_here(
    log: OutboxLog, tmp_path: Path
) -> None:
    async with (
        serving(options(log, tmp_path)) as url,
        over_sse(url, WHISPERS, ROOM, token("ann")) as ann,
    ):
        for each in ("bob", "bob", "ann"):
            await log.append("fc.whisper.v1", "r", whisper(each))
        assert await numbers(ann, 1) == [3]
        assert len(catalog.calls) == 1


async def test_a_viewer_without_the_claim_is_refused(log: OutboxLog, tmp_path: Path) -> None:
    async with serving(options(log, tmp_path)) as url:
        for query, headers, code in (
            (WHISPERS, {}, "UNAUTHENTICATED"),
            (MOOD, token("ann"), "UNAUTHORIZED_FIELD_OR_TYPE"),
        ):
            async with over_websocket(url, query, ROOM, headers) as viewer:
                (error,) = (await anext(viewer))["errors"]
                assert error["extensions"]["code"] == code


async def test_fields_of_an_event_are_told_to_those_who_may_see_them(
    log: OutboxLog, tmp_path: Path
) -> None:
    query = "subscription ($room: ID!) { talk(room: $room) { sequence cost product { name } } }"
    async with (
        serving(options(log, tmp_path)) as url,
        over_sse(url, query, ROOM) as anonymous,
        over_sse(url, query, ROOM, token("ann")) as ann,
        over_sse(url, query, ROOM, token("buyer", scope="costs")) as buyer,
    ):
        await log.append("fc.talk.v1", "r", {"cost": 7, "product": {"id": "1"}})
        async with asyncio.timeout(60):
            told = [await anext(each) for each in (anonymous, ann, buyer)]
    product = {"name": "Product 1"}
    assert [each["data"]["talk"] for each in told] == [
        {"sequence": 1, "cost": None, "product": None},
        {"sequence": 1, "cost": None, "product": product},
        {"sequence": 1, "cost": 7, "product": product},
    ]
    denied = [
        sorted(".".join(map(str, error["path"])) for error in each.get("errors", ()))
        for each in told
    ]
    assert denied == [["talk.cost", "talk.product"], ["talk.cost"], []]
    assert len(catalog.calls) == 2


async def test_a_stream_for_the_signed_in_refuses_others(log: OutboxLog, tmp_path: Path) -> None:
    query = "subscription ($room: ID!) { staff(room: $room) { sequence } }"
    async with serving(options(log, tmp_path)) as url:
        async with over_websocket(url, query, ROOM) as viewer:
            (error,) = (await anext(viewer))["errors"]
            assert error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
        async with over_sse(url, query, ROOM, token("ann")) as viewer:
            await log.append("fc.staff.v1", "r", {})
            assert (await anext(viewer))["data"]["staff"] == {"sequence": 1}


def test_subgraphs_may_know_the_directive_with_and_without_a_claim() -> None:
    older = """
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective"])
      @link(url: "https://fusioncommerce.dev/specs/event-stream/v1.0", import: ["@eventStream"])
      @composeDirective(name: "@eventStream")
    directive @eventStream(topic: String!, key: String!, class: EventStreamClass!)
      on FIELD_DEFINITION
    enum EventStreamClass { LOG STATE }
    type Query { older: Int }
    type Subscription {
      ticks(id: ID!): Int @eventStream(topic: "t", key: "id", class: LOG)
    }
    """
    for sources in ([("a", LIVESTREAM), ("b", older)], [("a", older), ("b", LIVESTREAM)]):
        composed = compose([SubgraphSource(name, f"http://{name}", sdl) for name, sdl in sources])
        assert isinstance(composed, Composed), composed
        streams = parse_supergraph(composed.supergraph_sdl).event_streams
        assert (streams["ticks"].claim, streams["whispers"].claim) == (None, "sub")
