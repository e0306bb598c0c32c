import asyncio
import threading

import pytest

from gateway.config.settings import Settings
from gateway.errors import RequestErrors
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.engine import Engine, Runnable
from gateway.pipeline.errors import PlanningTimeout
from gateway.security.identity import ANONYMOUS, Identity
from tests.support.gateway import shop_settings
from tests.support.shop import SUPERGRAPH

COSTS = "{ products { name cost } }"
BUYER = Identity("usr_1", frozenset({"costs"}))


class Counted:
    """An engine, and how often it had to work."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.metrics = GatewayMetrics()
        self.engine = Engine(SUPERGRAPH.read_text(), settings or shop_settings(), self.metrics)

    @property
    def works(self) -> int:
        return int(self.metrics.registry.get_sample_value("gateway_planning_seconds_count") or 0)

    async def run(self, text: str, identity: Identity = ANONYMOUS) -> Runnable:
        return await self.engine.runnable(await self.engine.prepare(text, None), identity)


async def test_a_text_is_parsed_and_planned_once():
    counted = Counted()
    first = await counted.run("{ products { name } }")
    assert counted.works == 2
    assert await counted.run("{ products { name } }") is first
    assert counted.works == 2


async def test_texts_that_differ_only_in_layout_and_name_share_a_plan():
    counted = Counted()
    first = await counted.run("{ products { name id } }")
    second = await counted.run(
        "query A {\n ...f }\nfragment f on Query { products { name id name } }"
    )
    assert second is first


async def test_clients_that_ask_for_the_same_at_once_wait_for_one_plan():
    counted = Counted()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(counted.run("{ products { name rating } }")) for _ in range(20)]
    assert len({id(task.result()) for task in tasks}) == 1
    assert counted.works == 2


async def test_a_client_that_goes_away_takes_the_plan_from_no_other():
    counted = Counted()
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(counted.run("{ products { name rating } }"))
        stays = group.create_task(counted.run("{ products { name rating } }"))
        await asyncio.sleep(0)
        gone.cancel()
    assert stays.result().plan.node is not None
    assert counted.works == 2


async def test_a_faulty_text_is_looked_at_once_and_told_each_time():
    counted = Counted()
    raised = []
    for _ in range(3):
        with pytest.raises(RequestErrors) as error:
            await counted.run("{ nothing }")
        raised.append(error.value)
    assert counted.works == 1
    assert len({id(error) for error in raised}) == 3


async def test_the_operation_s_name_chooses_what_is_remembered():
    counted = Counted()
    text = "query A { me } query B { products { id } }"
    assert (await counted.engine.prepare(text, "A")).operation.name == "A"
    assert (await counted.engine.prepare(text, "B")).operation.name == "B"


async def test_clients_with_other_scopes_have_another_plan_and_share_it():
    counted = Counted()
    anonymous = await counted.run(COSTS)
    buyer = await counted.run(COSTS, BUYER)
    assert anonymous.denied == (("products", "cost"),)
    assert buyer.denied == ()
    assert await counted.run(COSTS, Identity("usr_2", frozenset({"costs"}))) is buyer
    assert await counted.run(COSTS, Identity("usr_3")) is anonymous


async def test_the_oldest_text_is_forgotten_first():
    counted = Counted(shop_settings(query_planner={"cache": {"documents": 2, "plans": 1}}))
    for text in ("{ a: me }", "{ b: me }", "{ a: me }", "{ c: me }"):
        await counted.engine.prepare(text, None)
    works = counted.works
    await counted.engine.prepare("{ a: me }", None)
    assert counted.works == works
    await counted.engine.prepare("{ b: me }", None)
    assert counted.works == works + 1


async def test_a_plan_over_its_budget_is_refused():
    counted = Counted(shop_settings(query_planner={"max_steps": 1}))
    with pytest.raises(RequestErrors) as raised:
        await counted.run("{ products { name rating } }")
    assert raised.value.errors[0].extensions["code"] == "QUERY_PLAN_TOO_COMPLEX"


async def test_planning_that_takes_too_long_is_given_up(monkeypatch):
    counted = Counted(shop_settings(query_planner={"timeout": "10ms"}))
    release = threading.Event()
    prepare = counted.engine._prepare

    def slow(text: str, name: str | None):
        release.wait(60)
        return prepare(text, name)

    monkeypatch.setattr(counted.engine, "_prepare", slow)
    try:
        with pytest.raises(PlanningTimeout) as raised:
            await counted.run("{ me }")
    finally:
        release.set()
    assert (raised.value.http_status, raised.value.extensions["code"]) == (
        503,
        "QUERY_PLANNING_TIMEOUT",
    )


async def test_planning_leaves_the_event_loop_free(monkeypatch):
    counted = Counted()
    threads = []
    plan = counted.engine._planner.plan

    def watched(*arguments):
        threads.append(threading.current_thread().name)
        return plan(*arguments)

    monkeypatch.setattr(counted.engine._planner, "plan", watched)
    await counted.run("{ products { name } }")
    assert [name.startswith("planning") for name in threads] == [True]
