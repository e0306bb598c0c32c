"""Events of a subscription: the payload in, the client's answer out."""

from typing import Any

import orjson

from gateway.executor.compile import CompiledOperation
from gateway.executor.context import ExecutionContext
from gateway.executor.errors import SubgraphTimeout
from gateway.plan.nodes import HIDDEN, EventStream, Subscription
from tests.support.executor import Scripted, compiled, entities, key, selections

SDL = """
type Query { x: Int }
type Subscription { pins(room: ID!): Event! }
interface Event { at: String! }
type Pin implements Event { at: String! product: Product! price: Money }
type Chat implements Event { at: String! text: String! }
type Product { id: ID! name: String }
type Money { amount: Int! currency: String! }
"""
STREAM = EventStream(
    "live",
    "pins",
    "pins",
    "room",
    "LOG",
    (("room", '"1"'),),
    selections(
        f"{{ __typename when: at ... on Pin {{ {HIDDEN}p: product {{ id __typename }} "
        "item: product { __typename id } price { units: amount } } ... on Chat { text } }"
    ),
)
TEXT = """subscription { live: pins(room: "1") { when: at
  ... on Pin { item: product { title: name id } price { units: amount } }
  ... on Chat { text } } }"""
REST = entities(["live", "item"], "catalog", "... on Product { title: name }", key("Product"))


async def told(
    plan: CompiledOperation, value: object, catalog: Scripted, extensions: object = None
) -> dict[str, Any]:
    context = ExecutionContext({"catalog": catalog})
    result = await plan.execute_event({"live": value}, {}, context, extensions)  # type: ignore[arg-type]
    parsed: dict[str, Any] = orjson.loads(result.body)
    return parsed


async def test_an_event_is_completed_from_subgraphs() -> None:
    plan = compiled(Subscription(STREAM, REST), TEXT, SDL)
    event = {
        "__typename": "Pin",
        "at": "now",
        "product": {"__typename": "Product", "id": "7"},
        "price": {"amount": 3, "currency": "JPY"},
        "other": 1,
    }
    catalog = Scripted({"data": {"_entities": [{"title": "Cap"}]}})
    result = await told(plan, event, catalog, {"cursor": "c"})
    assert catalog.representations == [{"__typename": "Product", "id": "7"}]
    item = {"title": "Cap", "id": "7"}
    assert result == {
        "data": {"live": {"when": "now", "item": item, "price": {"units": 3}}},
        "extensions": {"cursor": "c"},
    }
    assert event["product"] == {"__typename": "Product", "id": "7"}


async def test_an_event_of_another_type_needs_no_fetch() -> None:
    plan = compiled(Subscription(STREAM, REST), TEXT, SDL)
    result = await told(plan, {"__typename": "Chat", "at": "now", "text": "hi"}, Scripted())
    assert result == {"data": {"live": {"when": "now", "text": "hi"}}}


async def test_a_fault_while_completing_an_event_is_told_with_it() -> None:
    plan = compiled(Subscription(STREAM, REST), TEXT, SDL)
    event = {"__typename": "Pin", "at": "now", "product": {"__typename": "Product", "id": "7"}}
    result = await told(plan, event, Scripted(SubgraphTimeout()))
    assert result["data"]["live"]["item"] == {"title": None, "id": "7"}
    assert result["errors"][0]["path"] == ["live", "item", "title"]


async def test_text_that_is_no_unicode_is_told_as_a_fault() -> None:
    plan = compiled(Subscription(STREAM, REST), TEXT, SDL)
    result = await told(plan, {"__typename": "Chat", "at": "\ud800", "text": "hi"}, Scripted())
    assert result["data"] is None
    assert result["errors"][0]["extensions"]["code"] == "SUBREQUEST_MALFORMED_RESPONSE"
    event = {"__typename": "Pin", "at": "now", "product": {"__typename": "Product", "id": "\ud800"}}
    result = await told(plan, event, Scripted())
    assert result["errors"][0]["extensions"]["code"] == "SUBREQUEST_MALFORMED_RESPONSE"


async def test_an_object_of_a_concrete_type_need_not_tell_its_type() -> None:
    plan = compiled(Subscription(STREAM, REST), TEXT, SDL)
    event = {"__typename": "Pin", "at": "now", "product": {"id": "7"}, "price": None}
    catalog = Scripted({"data": {"_entities": [{"title": "Cap"}]}})
    result = await told(plan, event, catalog)
    assert catalog.representations == [{"__typename": "Product", "id": "7"}]
    assert result["data"]["live"]["item"]["title"] == "Cap"
