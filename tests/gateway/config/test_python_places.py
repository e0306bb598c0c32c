"""Elements of a Strawberry schema lead to the Python code."""

import enum
from pathlib import Path
from typing import Generic, TypeVar

import pytest
import strawberry

from gateway.config.python_places import python_place
from gateway.config.source_line import SourceLine

HERE = Path(__file__)
T = TypeVar("T")


@strawberry.enum
class Size(enum.Enum):
    SMALL = "SMALL"
    LARGE = "LARGE"


@strawberry.interface
class Thing:
    weight: int


@strawberry.type
class Shoe(Thing):
    size: Size
    best_price: int = strawberry.field(name="price", description="In minor units.")

    @strawberry.field(description="Whether any.")  # type: ignore[untyped-decorator]
    def in_stock(
        self,
        warehouse: str,
        *,
        near_by: bool = False,
    ) -> bool:
        return near_by or bool(warehouse)

    @strawberry.field
    async def steps(self) -> int:
        return 44


@strawberry.type
class Page(Generic[T]):
    items: list[T]


@strawberry.input
class Wish:
    colour: str


@strawberry.type
class Query:
    shoes: Page[Shoe]
    short: int = strawberry.field(resolver=lambda: 1)

    @strawberry.field
    def wished(self, wish: Wish) -> Shoe | None:
        return None


SCHEMA = strawberry.federation.Schema(query=Query)


@pytest.mark.parametrize(
    ("coordinate", "text", "word"),
    [
        ("Shoe", "class Shoe(Thing):", "Shoe"),
        ("Shoe.size", "    size: Size", "size"),
        ("Shoe.price", "    best_price: int =", "best_price"),
        ("Shoe.inStock", "    def in_stock(", "in_stock"),
        ("Shoe.inStock(warehouse:)", "        warehouse: str,", "warehouse"),
        ("Shoe.inStock(nearBy:)", "        near_by: bool", "near_by"),
        ("Shoe.steps", "    async def steps(self)", "steps"),
        ("Shoe.weight", "    weight: int", "weight"),
        ("Thing.weight", "    weight: int", "weight"),
        ("ShoePage.items", "    items: list[T]", "items"),
        ("Wish.colour", "    colour: str", "colour"),
        ("Query.wished", "    def wished(", "wished"),
        ("Query.short", "    short: int", "short"),
        ("Size", "class Size(enum.Enum)", "Size"),
        ("Size.LARGE", "    LARGE = ", "LARGE"),
    ],
)
def test_an_element_is_found_where_it_is_written(coordinate: str, text: str, word: str) -> None:
    found = python_place(SCHEMA, coordinate)
    assert found is not None
    lines = HERE.read_text(encoding="utf-8").splitlines()
    (line,) = [number for number, each in enumerate(lines, 1) if each.startswith(text)]
    assert (found.line, found.text) == (line, lines[line - 1])
    assert found.text[found.column - 1 :].startswith(word)
    assert (Path.cwd() / found.file) == HERE


@pytest.mark.parametrize("coordinate", ["String", "Nothing.at", "@key", "", "Nothing.at(x:)"])
def test_what_nobody_wrote_has_no_place(coordinate: str) -> None:
    assert python_place(SCHEMA, coordinate) is None


def test_an_excerpt_has_a_caret_under_each_letter_of_the_word() -> None:
    assert SourceLine("a.py", 12, 9, "\tasync  rating: Int!").excerpt() == (
        "  12 | \tasync  rating: Int!\n     | \t       ^^^^^^"
    )
