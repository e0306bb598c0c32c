"""Several entity fetches in one request: each gets its own entities and errors."""

from gateway.plan.nodes import Batch, Sequence
from tests.support.executor import Scripted, answer, compiled, entities, fetch, key

SDL = """
type Query { best: Product worst: Product }
type Product { id: ID! name: String }
"""
ROOTS = fetch("a", "{ best { __typename id } worst { __typename key: id } }")
BATCH = Batch(
    (
        entities(["best"], "b", "... on Product { name }", key("Product")),
        entities(["worst"], "b", "... on Product { name }", key("Product", "{ key: id }")),
    )
)
PLAN = Sequence((ROOTS, BATCH))
TEXT = "{ best { name } worst { name } }"


def roots(best: str | None, worst: str | None) -> Scripted:
    return Scripted(
        {
            "data": {
                "best": best and {"__typename": "Product", "id": best},
                "worst": worst and {"__typename": "Product", "key": worst},
            }
        }
    )


async def test_one_request_serves_several_places() -> None:
    b = Scripted({"data": {"_entities": [{"name": "Cap"}, {"name": "Sock"}]}})
    result = await answer(compiled(PLAN, TEXT, SDL), a=roots("1", "2"), b=b)
    assert b.representations == [
        {"__typename": "Product", "id": "1"},
        {"__typename": "Product", "id": "2"},
    ]
    assert result == {"data": {"best": {"name": "Cap"}, "worst": {"name": "Sock"}}}


async def test_a_place_without_objects_takes_no_part() -> None:
    b = Scripted({"data": {"_entities": [{"name": "Sock"}]}})
    result = await answer(compiled(PLAN, TEXT, SDL), a=roots(None, "2"), b=b)
    assert result == {"data": {"best": None, "worst": {"name": "Sock"}}}


async def test_no_request_is_made_if_no_place_has_objects() -> None:
    result = await answer(compiled(PLAN, TEXT, SDL), a=roots(None, None), b=Scripted())
    assert result == {"data": {"best": None, "worst": None}}


async def test_an_error_is_told_at_the_place_of_its_entity() -> None:
    errors = [{"message": "sold out", "path": ["_entities", 1, "name"]}]
    b = Scripted({"data": {"_entities": [{"name": "Cap"}, {"name": None}]}, "errors": errors})
    result = await answer(compiled(PLAN, TEXT, SDL), a=roots("1", "2"), b=b)
    assert result["data"] == {"best": {"name": "Cap"}, "worst": {"name": None}}
    assert [error["path"] for error in result["errors"]] == [["worst", "name"]]


async def test_a_failed_request_is_told_at_every_place() -> None:
    b = Scripted({"errors": [{"message": "down"}]})
    result = await answer(compiled(PLAN, TEXT, SDL), a=roots("1", "2"), b=b)
    assert result["data"] == {"best": {"name": None}, "worst": {"name": None}}
    assert {tuple(error["path"]) for error in result["errors"]} == {
        ("best", "name"),
        ("worst", "name"),
    }
