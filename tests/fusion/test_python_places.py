"""Errors of composition lead to the Python code."""

import enum
from pathlib import Path

import pytest
import strawberry

from fusion import schema as store
from fusion.python_places import python_place
from gateway.composition import codes
from gateway.composition.compose import Failed
from gateway.composition.errors import CompositionError, Place

HERE = Path(__file__)


@strawberry.enum
class Size(enum.Enum):
    SMALL = "SMALL"
    LARGE = "LARGE"


@strawberry.type
class Shoe:
    size: Size
    best_price: int = strawberry.field(name="price", description="In minor units.")

    @strawberry.field
    def in_stock(self, warehouse: str) -> bool:
        return bool(warehouse)


@strawberry.type
class Query:
    shoe: Shoe


SCHEMA = strawberry.Schema(query=Query)


def line(text: str) -> int:
    return next(
        number
        for number, each in enumerate(HERE.read_text().splitlines(), 1)
        if each.strip().startswith(text)
    )


@pytest.mark.parametrize(
    ("coordinate", "text"),
    [
        ("Shoe.size", "size: Size"),
        ("Shoe.price", "best_price: int"),
        ("Shoe.inStock", "@strawberry.field"),
        ("Shoe.inStock(warehouse:)", "@strawberry.field"),
        ("Size.LARGE", "LARGE ="),
        ("Size", "@strawberry.enum"),
    ],
)
def test_an_element_is_found_where_it_is_written(coordinate, text):
    assert python_place(SCHEMA, coordinate, HERE.parent) == f"{HERE.name}:{line(text)}"


def test_what_nobody_wrote_has_no_place():
    assert python_place(SCHEMA, "String", HERE.parent) is None
    assert python_place(SCHEMA, "Nothing.at", HERE.parent) is None


def test_the_store_tells_it_when_its_subgraphs_do_not_compose(monkeypatch):
    error = CompositionError(
        codes.INVALID_FIELD_SHARING, "Shared.", (Place("cart", "Mutation.cartCreate"),)
    )
    monkeypatch.setattr(store, "compose", lambda _sources: Failed((error,), ()))
    with pytest.raises(store.CompositionFailed) as failed:
        store.generate()
    first, second = str(failed.value).splitlines()
    assert first == "error[INVALID_FIELD_SHARING]: Shared."
    assert second.startswith("  see subgraphs/cart/")
    assert second.endswith(" (Mutation.cartCreate)")
