import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.pipeline import transports
from gateway.pipeline.engine import Engine
from tests.gateway.reload.reloading import FIRST, SECOND, Shop, shop
from tests.support.gateway import PLACES

FIELDS = '{ products { name rating } __type(name: "Product") { fields { name } } }'
REFUSED = 'gateway_supergraph_reloads_total{result="refused"}'
KAFKA = {"kind": "kafka", "bootstrap_servers": ["127.0.0.1:1"], "topics": ["pins"]}
STREAM = """
directive @eventStream(topic: String!, key: String!, class: String!) on FIELD_DEFINITION
type Subscription @join__type(graph: CATALOG) {
  stock(id: ID!): Int @eventStream(topic: "stock", key: "id", class: "LOG")
}
"""


async def fields(gateway: Shop) -> list[str]:
    answer = await gateway.ask(FIELDS)
    return [field["name"] for field in answer["data"]["__type"]["fields"]]


async def test_no_request_fails_while_supergraphs_are_exchanged(tmp_path: Path) -> None:
    """Each answer is of one supergraph, whole: its schema and its data."""
    stop, seen = asyncio.Event(), set()

    async def ask(gateway: Shop) -> int:
        count = 0
        while not stop.is_set():
            answer = await gateway.ask(FIELDS)
            assert answer["data"]["products"] == [
                {"name": "Product 1", "rating": 1},
                {"name": "Product 2", "rating": 2},
            ]
            assert "errors" not in answer
            seen.add(len(answer["data"]["__type"]["fields"]))
            count += 1
        return count

    async with shop(tmp_path) as gateway, asyncio.TaskGroup() as group:
        clients = [group.create_task(ask(gateway)) for _ in range(8)]
        for number in range(20):
            await gateway.publish(FIRST if number % 2 else SECOND)
            await fields(gateway)
        stop.set()
    assert min(client.result() for client in clients) > 20
    assert seen == {4, 5}


async def test_a_newer_supergraph_answers_the_next_request(tmp_path: Path) -> None:
    async with shop(tmp_path) as gateway:
        assert "stars" not in await fields(gateway)
        await gateway.publish(SECOND)
        assert "stars" in await fields(gateway)
        assert await gateway.metric('gateway_supergraph_reloads_total{result="swapped"}') == 1


async def test_the_same_supergraph_written_again_is_no_newer_one(tmp_path: Path) -> None:
    async with shop(tmp_path) as gateway:
        await gateway.publish(FIRST)
        assert await gateway.metric('gateway_supergraph_reloads_total{result="swapped"}') == 0


async def test_a_change_is_noticed_without_being_told(tmp_path: Path) -> None:
    async with shop(tmp_path, supergraph={"poll_interval": "10ms"}) as gateway:
        gateway.file.write_text(SECOND)
        async with asyncio.timeout(60):
            while "stars" not in await fields(gateway):
                pass


@pytest.mark.parametrize(
    ("sdl", "reason"),
    [
        ("type Query {", "Syntax Error"),
        ("type Query { a: Int }", "does not link to the join specification"),
        (FIRST.replace('"reviews"', '"opinions"'), "names the subgraph reviews"),
        (
            FIRST.replace(
                "  REVIEWS @join", '  EXTRA @join__graph(name: "extra", url: "")\n  REVIEWS @join'
            ),
            "The subgraph extra has no URL",
        ),
        (
            FIRST.replace(
                "  me: String", "  __me: String @join__field(graph: CATALOG)\n  me: String"
            ),
            "The API schema of the supergraph is not valid",
        ),
        (
            FIRST.replace("  query: Query\n", "  query: Query\n  subscription: Subscription\n")
            + STREAM,
            "No provider of events has the topic stock",
        ),
    ],
)
async def test_a_supergraph_that_cannot_be_served_is_refused_and_the_old_one_stays(
    tmp_path: Path, sdl: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with shop(tmp_path, events={"providers": [KAFKA]}) as gateway:
        with caplog.at_level(logging.ERROR, "gateway"):
            await gateway.publish(sdl)
            await gateway.reloader.check(force=True)
        (logged,) = (each for each in caplog.records if each.name.startswith("gateway"))
        assert reason in logged.getMessage()
        assert await fields(gateway) == ["id", "name", "cost", "rating"]
        told = await gateway.readiness()
        assert (told["status"], told["supergraph"]["state"]) == ("ready", "refused")
        assert reason in told["supergraph"]["reason"]
        assert told["supergraph"]["since"].startswith("20")
        assert await gateway.metric("gateway_supergraph_refused ") == 1
        assert await gateway.metric(REFUSED) == 2


@pytest.mark.parametrize("mended", [FIRST, SECOND])
async def test_a_fault_is_forgotten_when_it_is_mended(tmp_path: Path, mended: str) -> None:
    async with shop(tmp_path) as gateway:
        await gateway.publish("broken")
        await gateway.publish(mended)
        assert await gateway.readiness() == {"status": "ready"}
        assert await gateway.metric("gateway_supergraph_refused ") == 0
        assert ("stars" in await fields(gateway)) is (mended is SECOND)


async def test_a_refused_supergraph_is_not_built_again_until_it_changes(tmp_path: Path) -> None:
    async with shop(tmp_path) as gateway:
        await gateway.publish("broken")
        for _ in range(3):
            await gateway.reloader.check()
        assert await gateway.metric(REFUSED) == 1


async def test_a_file_that_is_gone_is_told_and_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with shop(tmp_path) as gateway:
        gateway.file.unlink()
        with caplog.at_level(logging.WARNING, "gateway"):
            for _ in range(3):
                await gateway.reloader.check()
        assert len(caplog.records) == 1
        told = (await gateway.readiness())["supergraph"]
        assert told["state"] == "unreachable"
        assert "supergraph.graphql: cannot be read" in told["reason"]
        assert len(await fields(gateway)) == 4
        await gateway.publish(SECOND)
        assert await gateway.readiness() == {"status": "ready"}


async def test_what_was_asked_most_is_planned_before_the_swap(tmp_path: Path) -> None:
    async with shop(tmp_path, query_planner={"cache": {"warm_up": 2}}) as gateway:
        often, seldom = (
            ["{ products { id } }", "{ products { name cost } }"],
            "{ products { name } }",
        )
        await gateway.ask(seldom)
        for query in often * 3:
            await gateway.ask(query)
        misses = 'gateway_operation_cache_lookups_total{result="miss"}'
        planned = "gateway_planning_seconds_count"
        before = (0.0, 0.0)
        for sdl in (SECOND, FIRST):
            await gateway.publish(sdl)
            before = await gateway.metric(misses), await gateway.metric(planned)
            for query in often:
                await gateway.ask(query)
            assert (await gateway.metric(misses), await gateway.metric(planned)) == before
        await gateway.ask(seldom)
        assert await gateway.metric(misses) == before[0] + 1


async def test_warming_up_does_not_hold_the_swap_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_engine: Engine, _used: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Engine, "warm", never)
    async with shop(tmp_path, reload={"warm_up_timeout": "20ms"}) as gateway:
        await gateway.ask("{ products { id } }")
        await gateway.publish(SECOND)
        assert "stars" in await fields(gateway)


async def test_an_operation_that_is_no_longer_valid_does_not_end_the_warm_up(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path, SECOND) as gateway:
        for query in ["{ products { stars } }"] * 2 + ["{ products { id } }"]:
            await gateway.ask(query)
        await gateway.publish(FIRST)
        before = await gateway.metric("gateway_planning_seconds_count")
        await gateway.ask("{ products { id } }")
        assert await gateway.metric("gateway_planning_seconds_count") == before


class Elsewhere:
    """A subgraph at a URL: answers when it is let, and remembers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked, self.gate, self.closed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.startups = 0

    async def startup(self) -> None:
        self.startups += 1

    async def close(self) -> None:
        self.closed.set()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        del body, headers
        self.asked.set()
        await self.gate.wait()
        assert not self.closed.is_set()
        return b'{"data":{"_entities":[{"rating":1},{"rating":2}]}}'


async def test_a_request_under_way_finishes_and_then_its_subgraph_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Elsewhere] = []

    def connect(url: str, **_bounds: object) -> Elsewhere:
        made.append(Elsewhere(url))
        return made[-1]

    monkeypatch.setattr(transports, "http_transport", connect)
    places = {"catalog": PLACES["catalog"]}
    moved = FIRST.replace(
        'name: "reviews", url: "http://127.0.0.1:9', 'name: "reviews", url: "http://127.0.0.1:8'
    )
    async with shop(tmp_path, subgraphs=places) as gateway, asyncio.TaskGroup() as group:
        (old,) = made
        under_way = group.create_task(gateway.ask("{ products { rating } }"))
        await old.asked.wait()
        await gateway.publish(moved)
        assert [each.url for each in made] == [
            "http://127.0.0.1:9/graphql",
            "http://127.0.0.1:8/graphql",
        ]
        assert not old.closed.is_set()
        old.gate.set()
        answer = await under_way
        assert answer == {"data": {"products": [{"rating": 1}, {"rating": 2}]}}
        async with asyncio.timeout(60):
            await old.closed.wait()
        assert not made[1].closed.is_set()
    assert [each.startups for each in made] == [1, 1]
    assert made[1].closed.is_set()


async def test_a_subgraph_that_stays_keeps_its_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Elsewhere] = []

    def connect(url: str, **_bounds: object) -> Elsewhere:
        made.append(Elsewhere(url))
        return made[-1]

    monkeypatch.setattr(transports, "http_transport", connect)
    async with shop(tmp_path, subgraphs={"catalog": PLACES["catalog"]}) as gateway:
        for sdl in (SECOND, FIRST, SECOND):
            await gateway.publish(sdl)
            await fields_alone(gateway)
        assert (len(made), made[0].startups, made[0].closed.is_set()) == (1, 1, False)


async def fields_alone(gateway: Shop) -> None:
    answer = await gateway.ask('{ __type(name: "Product") { name } }')
    assert answer["data"] == {"__type": {"name": "Product"}}
