"""Subscriptions that subgraphs serve themselves: their answer in, the client's answer out."""

from typing import Any

import orjson
import pytest

from gateway.errors import RequestError
from gateway.executor.compile import CompiledOperation
from gateway.executor.context import ExecutionContext
from gateway.plan.nodes import HIDDEN, Fetch, Key, Rename, Subscription
from tests.support.executor import Scripted, compiled, entities, key

SDL = """
type Query { x: Int }
type Subscription { ticks(room: ID): Tick! quiet: Tick }
type Tick { number: Int! product: Product! other: Product }
type Product { id: ID! name: String }
"""
TEXT = """subscription ($room: ID) { live: ticks(room: $room) { n: number product { name } } }"""
OPERATION = (
    "subscription ($room: ID) { live: ticks(room: $room) "
    f"{{ n: number product {{ __typename {HIDDEN}id: id }} }} }}"
)
KEY = key("Product", "{ __fc_id: id }")
PRIMARY = Fetch(0, "live", "subscription", OPERATION, variables=("room",))
REST = entities(["live", "product"], "catalog", "... on Product { name }", KEY)


async def told(
    plan: CompiledOperation, answer: Any, catalog: Scripted | None = None, *, masks: bool = False
) -> dict[str, Any]:
    context = ExecutionContext({"catalog": catalog or Scripted()}, mask_errors=masks)
    raw = answer if isinstance(answer, bytes) else orjson.dumps(answer)
    result = await plan.execute_answer(raw, {}, context)
    parsed: dict[str, Any] = orjson.loads(result.body)
    return parsed


def tick(number: int) -> dict[str, Any]:
    product = {"__typename": "Product", f"{HIDDEN}id": "7"}
    return {"data": {"live": {"n": number, "product": product}}}


def test_the_subgraph_is_sent_the_variables_that_its_part_uses() -> None:
    plan = compiled(Subscription(PRIMARY, REST), TEXT, SDL)
    asked = plan.subscription({"room": "r", "unused": 1})
    assert asked.subgraph == "live"
    assert orjson.loads(asked.body) == {"query": OPERATION, "variables": {"room": "r"}}


async def test_an_event_is_completed_by_entity_fetches() -> None:
    plan = compiled(Subscription(PRIMARY, REST), TEXT, SDL)
    catalog = Scripted({"data": {"_entities": [{"name": "Cap"}]}})
    result = await told(plan, tick(3), catalog)
    assert catalog.representations == [{"__typename": "Product", "id": "7"}]
    assert result == {"data": {"live": {"n": 3, "product": {"name": "Cap"}}}}


async def test_an_event_that_has_all_is_answered_at_once() -> None:
    operation = "subscription { quiet { number } }"
    primary = Fetch(0, "live", "subscription", operation)
    plan = compiled(Subscription(primary, None), operation, SDL)
    result = await told(plan, {"data": {"quiet": {"number": 1}}})
    assert result == {"data": {"quiet": {"number": 1}}}


async def test_errors_of_the_subgraph_are_told_at_their_place() -> None:
    plan = compiled(Subscription(PRIMARY, REST), TEXT, SDL)
    error = {"message": "secret", "path": ["live", "n"], "extensions": {"code": "BROKEN"}}
    result = await told(plan, {"data": None, "errors": [error]}, masks=True)
    assert result["data"] is None
    assert result["errors"] == [
        {
            "message": "The subgraph reported an error",
            "path": ["live", "n"],
            "extensions": {"code": "BROKEN", "service": "live"},
        }
    ]


@pytest.mark.parametrize("answer", [b"no JSON", b"[]", b"{}", b'{"data": 1}'])
async def test_what_is_no_answer_is_told_with_its_code(answer: bytes) -> None:
    plan = compiled(Subscription(PRIMARY, REST), TEXT, SDL)
    result = await told(plan, answer)
    codes = {error["extensions"]["code"] for error in result["errors"]}
    assert codes == {"SUBREQUEST_MALFORMED_RESPONSE"}


async def test_renames_are_undone_before_entities_are_fetched() -> None:
    operation = "subscription { quiet { first: other { __typename __fc_id: id } } }"
    text = "subscription { quiet { other { name } } }"
    rename = Rename((Key("quiet"),), "first", "other")
    primary = Fetch(0, "live", "subscription", operation, renames=(rename,))
    rest = entities(["quiet", "other"], "catalog", "... on Product { name }", KEY)
    plan = compiled(Subscription(primary, rest), text, SDL)
    event = {"data": {"quiet": {"first": {"__typename": "Product", "__fc_id": "1"}}}}
    result = await told(plan, event, Scripted({"data": {"_entities": [{"name": "Cap"}]}}))
    assert result == {"data": {"quiet": {"other": {"name": "Cap"}}}}


async def test_fragments_under_a_condition_are_asked_and_answered_by_its_value() -> None:
    text = "subscription ($all: Boolean!) { quiet { number @include(if: $all) __typename } }"
    primary = Fetch(0, "live", "subscription", text, variables=("all",))
    plan = compiled(Subscription(primary, None), text, SDL)
    assert orjson.loads(plan.subscription({"all": True}).body)["variables"] == {"all": True}
    context = ExecutionContext({})
    raw = b'{"data": {"quiet": {"__typename": "Tick"}}}'
    answer = await plan.execute_answer(raw, {"all": False}, context)
    assert orjson.loads(answer.body) == {"data": {"quiet": {"__typename": "Tick"}}}
    with pytest.raises(RequestError):
        plan.subscription({"all": None})
