"""Progressive `@override`: which requests are planned with a label, and that plans are shared."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from gateway.app import create_app
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.engine import Engine, Runnable
from gateway.pipeline.override_labels import OverrideLabels, labels_of
from gateway.plan.nodes import Fetch
from gateway.security.identity import ANONYMOUS, Identity
from gateway.supergraph.parse import parse_supergraph
from tests.support.gateway import shop_settings
from tests.support.moving import supergraph

USERS = [f"usr_{number}" for number in range(2_000)]


def drawing(*numbers: float) -> Iterator[float]:
    yield from numbers


def test_a_supergraph_tells_its_labels() -> None:
    assert labels_of(parse_supergraph(supergraph("percent(5)"))) == {"percent(5)"}


def test_a_label_has_the_share_in_its_name_unless_another_is_set() -> None:
    numbers = drawing(0.049, 0.05, 0.199, 0.2)
    own = OverrideLabels(["percent(5)"], {}, lambda: next(numbers))
    assert [bool(own.active(None)) for _ in range(2)] == [True, False]
    other = OverrideLabels(["percent(5)"], {"percent(5)": 20}, lambda: next(numbers))
    assert [bool(other.active(None)) for _ in range(2)] == [True, False]


def test_a_label_without_a_share_is_never_active_and_a_whole_one_always() -> None:
    labels = OverrideLabels(["a", "b", "percent(100)", "percent(0)"], {"b": 100.0, "other": 100.0})
    assert labels.active(None) == labels.active("usr_1") == {"b", "percent(100)"}


def test_about_as_many_users_as_the_share_says_have_moved_and_stay_so_as_it_grows() -> None:
    few, many = (OverrideLabels(["new"], {"new": share}) for share in (10, 30))
    moved = {user for user in USERS if few.active(user)}
    assert 150 < len(moved) < 250
    assert moved == {user for user in USERS if few.active(user)}
    assert moved < {user for user in USERS if many.active(user)}


def test_there_is_one_more_set_of_labels_than_shares() -> None:
    shares = {"a": 10.0, "b": 10.0, "c": 40.0, "d": 90.0}
    labels = OverrideLabels(shares, shares)
    assert len({labels.active(user) for user in USERS}) == 4


def test_a_newer_supergraph_is_warmed_up_for_the_labels_that_it_has() -> None:
    labels = OverrideLabels(["a", "b", "c"], {"a": 50, "b": 100})
    assert labels.possible(frozenset({"a", "c", "gone"})) == {"a", "b"}


class Planned:
    def __init__(self, label: str = "new", **shares: object) -> None:
        settings = shop_settings(override_labels=shares)
        self.metrics = GatewayMetrics()
        self.engine = Engine(supergraph(label), settings, self.metrics)

    async def plan(self, text: str, subject: str | None = None) -> Runnable:
        identity = ANONYMOUS if subject is None else Identity(subject)
        return await self.engine.runnable(await self.engine.prepare(text, None), identity)


def source(runnable: Runnable) -> str:
    assert isinstance(runnable.plan.node, Fetch)
    return runnable.plan.node.subgraph


async def test_users_on_both_sides_have_a_plan_each_and_share_it() -> None:
    planned = Planned(new="50%")
    runnables = [await planned.plan("{ title }", user) for user in USERS[:50]]
    assert {source(each) for each in runnables} == {"old", "new"}
    assert len({id(each) for each in runnables}) == 2
    works = planned.metrics.registry.get_sample_value("gateway_planning_seconds_count")
    assert works == 3  # the text, and two plans


async def test_a_newer_supergraph_s_engine_is_warmed_up_on_both_sides() -> None:
    planned, newer = Planned(new="50%"), Planned(new="50%")
    for user in USERS[:50]:
        await planned.plan("{ title }", user)
    (used,) = planned.engine.most_used(1)
    await newer.engine.warm(used)
    works = newer.metrics.registry.get_sample_value("gateway_planning_seconds_count")
    for user in USERS[:50]:
        await newer.plan("{ title }", user)
    assert works == newer.metrics.registry.get_sample_value("gateway_planning_seconds_count")


@pytest.mark.parametrize(
    ("shares", "answered"),
    [({}, "old"), ({"new": True}, "new"), ({"new": "100 %"}, "new"), ({"new": False}, "old")],
)
async def test_the_setting_decides_who_is_asked(
    tmp_path: Path, shares: dict[str, Any], answered: str
) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text(supergraph("new"))
    places = {name: {"app": f"tests.support.moving:{name}"} for name in ("old", "new")}
    settings = shop_settings(supergraph={"file": file}, subgraphs=places, override_labels=shares)
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://moving") as client,
    ):
        response = await client.post("/graphql", json={"query": "{ title }"})
    assert response.json() == {"data": {"title": answered}}


@pytest.mark.parametrize("share", ["101%", "5", 7, "-1%", None, "half"])
def test_what_is_no_share_is_refused(share: object) -> None:
    with pytest.raises(ValidationError, match="percentage such as"):
        shop_settings(override_labels={"new": share})
