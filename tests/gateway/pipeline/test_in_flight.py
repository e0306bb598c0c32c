"""Equal queries under way are executed once, but never from before a change one may know of."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, strategies as st

from gateway.executor.answer import Answer
from gateway.pipeline.in_flight import InFlight
from tests.gateway.security.forge import AUDIENCE, ISSUER, claims, jwks, sign
from tests.support.gateway import shop_gateway
from tests.support.shop import catalog, reviews

PRODUCTS = "query Products($first: Int) { products(first: $first) { id name } }"
RENAME = 'mutation { rename(id: "1", name: "New") { name } }'


async def ask(
    client: httpx.AsyncClient, query: str, user: str | None = None, **variables: Any
) -> dict[str, Any]:
    headers = {}
    if user is not None:
        now = int(time.time())
        headers["authorization"] = "Bearer " + sign(claims(sub=user, iat=now, exp=now + 300))
    body = {"query": query, "variables": variables}
    answer: dict[str, Any] = (await client.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer
    return answer


async def settled() -> None:
    """All that can be done without the subgraph has been."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_equal_queries_under_way_reach_subgraphs_once(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    async with shop_gateway() as client, asyncio.TaskGroup() as group:
        goes_on = catalog.hold()
        asking = [group.create_task(ask(client, PRODUCTS, first=1))]
        await catalog.holding.wait()
        asking += [group.create_task(ask(client, PRODUCTS, first=1)) for _ in range(5)]
        await settled()
        goes_on.set()
        answers = [await each for each in asking]
        assert answers == [answers[0]] * 6
        assert len(catalog.calls) == 1
        await ask(client, PRODUCTS, first=1)
        assert len(catalog.calls) == 2, "what is done is not remembered"
        assert "gateway_shared_queries_total 5.0" in (await client.get("/metrics")).text
    shared = [record.__dict__["shared"] for record in caplog.records if "shared" in record.__dict__]
    assert shared.count(True) == 5


@pytest.mark.parametrize(
    ("other", "user"),
    [({"first": 2}, None), ({}, None), ({"first": 1}, "usr_2"), ({"first": 1}, None)],
)
async def test_variables_and_viewers_are_told_apart(tmp_path, other, user):
    keys = tmp_path / "jwks.json"
    keys.write_bytes(msgspec.json.encode(jwks()))
    jwt = {"jwks_providers": [{"file": str(keys)}], "issuer": ISSUER, "audience": AUDIENCE}
    async with shop_gateway(jwt=jwt) as client, asyncio.TaskGroup() as group:
        goes_on = catalog.hold()
        group.create_task(ask(client, PRODUCTS, "usr_1", first=1))
        await catalog.holding.wait()
        await ask(client, PRODUCTS, user, **other)
        assert len(catalog.calls) == 2
        goes_on.set()


async def test_who_reads_after_a_mutation_joins_nothing_from_before():
    async with shop_gateway() as client, asyncio.TaskGroup() as group:
        goes_on = catalog.hold()
        group.create_task(ask(client, PRODUCTS, first=1))
        await catalog.holding.wait()
        await ask(client, RENAME)
        await ask(client, PRODUCTS, first=1)
        assert len(catalog.calls) == 3
        goes_on.set()


async def test_different_queries_share_the_equal_calls_they_cause():
    async with shop_gateway() as client, asyncio.TaskGroup() as group:
        goes_on = reviews.hold()
        first = group.create_task(ask(client, "{ products(first: 1) { rating } }"))
        await reviews.holding.wait()
        second = group.create_task(ask(client, "{ products(first: 1) { name rating } }"))
        while len(catalog.calls) < 2:  # noqa: ASYNC110 (it is planned in a thread first)
            await asyncio.sleep(0)
        await settled()
        goes_on.set()
        assert (await first)["data"] == {"products": [{"rating": 1}]}
        assert (await second)["data"] == {"products": [{"name": "Product 1", "rating": 1}]}
    assert len(reviews.calls) == 1
    assert len(catalog.calls) == 2


async def test_what_a_mutation_reads_is_not_from_before_it():
    async with shop_gateway() as client, asyncio.TaskGroup() as group:
        goes_on = reviews.hold()
        group.create_task(ask(client, "{ products(first: 1) { rating } }"))
        await reviews.holding.wait()
        await ask(client, 'mutation { rename(id: "1", name: "New") { rating } }')
        bodies = [each.body for each in reviews.calls]
        assert bodies == [bodies[0]] * 2
        goes_on.set()


async def test_mutations_are_never_shared():
    async with shop_gateway() as client, asyncio.TaskGroup() as group:
        goes_on = catalog.hold()
        group.create_task(ask(client, RENAME))
        await catalog.holding.wait()
        await ask(client, RENAME)
        assert len(catalog.calls) == 2
        goes_on.set()


async def test_it_can_be_switched_off():
    off = {"router": {"dedupe_enabled": False}}
    async with shop_gateway(traffic_shaping=off) as client, asyncio.TaskGroup() as group:
        goes_on = catalog.hold()
        group.create_task(ask(client, PRODUCTS, first=1))
        await catalog.holding.wait()
        await ask(client, PRODUCTS, first=1)
        assert len(catalog.calls) == 2
        goes_on.set()


class Executions:
    """Executions that end when told to, each with an answer of its own."""

    def __init__(self) -> None:
        self.began_after: list[int] = []
        self.open: dict[int, asyncio.Future[None]] = {}
        self.changes = 0

    async def execute(self) -> Answer:
        number = len(self.began_after)
        self.began_after.append(self.changes)
        self.open[number] = asyncio.get_running_loop().create_future()
        try:
            await self.open[number]
        finally:
            del self.open[number]
        return Answer(str(number).encode())


class Asking:
    """A query that was asked after so many changes."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.answer: Answer | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def waits(self) -> bool:
        return self.task is not None and not self.task.done()

    async def run(self, in_flight: InFlight[Answer], executions: Executions) -> None:
        with suppress(OSError):
            self.answer, _ = await in_flight.get("query", executions.execute)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "finish", "fail", "leave", "change"]),
        st.integers(0, 5),
    ),
    max_size=40,
)


@given(ACTIONS)
def test_whatever_happens_each_gets_an_answer_from_after_the_changes_it_knows(
    actions: list[tuple[str, int]],
):
    asyncio.run(_each_gets_an_answer(actions))


async def _each_gets_an_answer(actions: list[tuple[str, int]]) -> None:
    queries, executions, in_flight = list[Asking](), Executions(), InFlight[Answer]()
    left_or_failed = 0
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for action, which in actions:
            waiting = [each for each in queries if each.waits]
            under_way = list(executions.open.values())
            match action:
                case "ask":
                    query = Asking(executions.changes)
                    query.task = group.create_task(query.run(in_flight, executions))
                    queries.append(query)
                case "finish" if under_way:
                    under_way[which % len(under_way)].set_result(None)
                case "fail" if under_way:
                    failing = which % len(under_way)
                    began = executions.began_after[list(executions.open)[failing]]
                    left_or_failed += sum(each.after == began for each in waiting)
                    under_way[failing].set_exception(OSError())
                case "leave" if waiting:
                    left = waiting[which % len(waiting)].task
                    assert left is not None
                    left.cancel()
                    left_or_failed += 1
                case "change":
                    executions.changes += 1
                    in_flight.changed()
                case _:
                    pass
            await settled()
            kinds = {each.after for each in queries if each.waits}
            assert len(executions.open) == len(kinds), "one for all that are equal"
        while executions.open:
            next(iter(executions.open.values())).set_result(None)
            await settled()
    answered = [each for each in queries if each.answer is not None]
    assert len(answered) == len(queries) - left_or_failed, "who leaves takes none along"
    for each in answered:
        assert each.answer is not None
        assert executions.began_after[int(each.answer.body)] >= each.after
