"""A shop of three subgraphs: each knows something else of a product."""

from pathlib import Path
from typing import Any

from graphql import GraphQLError

from gateway.composition.compose import Composed, SubgraphSource, compose
from gateway.config.settings import Settings
from tests.support.patience import patient
from tests.support.shop import FakeSubgraph

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
CATALOG = """
type Query { products(first: Int = 3): [Product!]! product(id: ID!): Product }
type Mutation { rename(id: ID!, name: String!): Product }
type Product @key(fields: "id") { id: ID! name: String related: [Product!]! }
"""
REVIEWS = """
type Product @key(fields: "id") { id: ID! rating: Int reviews(first: Int = 2): [Review!]! }
type Review { body: String product: Product! }
"""
STOCK = """
type Product @key(fields: "id") { id: ID! stock: Int broken: Int exact: Int! place: Place }
type Place { town: String shelf: Int }
"""


def _product(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "name": f"Product {number}",
        "related": lambda _info: [_product(number + 10), _product(number + 20)],
    }


def _reviewed(representation: dict[str, Any]) -> dict[str, Any]:
    number = representation["id"]
    return {
        "id": number,
        "rating": int(number) % 6,
        "reviews": lambda _info, first: [
            {"body": f"Review {one} of {number}", "product": {"id": number}} for one in range(first)
        ],
    }


def _stocked(representation: dict[str, Any]) -> dict[str, Any]:
    number = int(representation["id"])

    def broken(_info: Any) -> int:
        raise GraphQLError("counting failed", extensions={"code": "COUNTING_FAILED"})

    return {
        "id": str(number),
        "stock": number * 2,
        "broken": broken if number == 2 else 7,
        "exact": None if number == 2 else number,
        "place": {"town": "Pune", "shelf": number},
    }


def _without_federation(sdl: str) -> str:
    return sdl.replace(' @key(fields: "id")', "")


catalog = FakeSubgraph(
    _without_federation(CATALOG),
    {
        "products": lambda _info, first: [_product(number + 1) for number in range(first)],
        "product": lambda _info, id: _product(int(id)),  # noqa: A006
        "rename": lambda _info, id, name: {**_product(int(id)), "name": name},  # noqa: A006
    },
    lambda representation: _product(int(representation["id"])),
)
reviews = FakeSubgraph("type Query { unused: Int }" + _without_federation(REVIEWS), {}, _reviewed)
stock = FakeSubgraph("type Query { unused: Int }" + _without_federation(STOCK), {}, _stocked)

SUBGRAPHS = {"catalog": (catalog, CATALOG), "reviews": (reviews, REVIEWS), "stock": (stock, STOCK)}


def settings(folder: Path) -> Settings:
    """A gateway over the three, in its own process."""
    composed = compose(
        [
            SubgraphSource(name, f"http://{name}", _LINK + sdl)
            for name, (_, sdl) in SUBGRAPHS.items()
        ]
    )
    assert isinstance(composed, Composed), composed
    file = folder / "supergraph.graphql"
    file.write_text(composed.supergraph_sdl)
    places = {name: {"app": f"{__name__}:{name}"} for name in SUBGRAPHS}
    return Settings.model_validate(
        patient(
            {
                "http": {"port": 0},
                "supergraph": {"file": str(file)},
                "subgraphs": places,
                "error_masking": False,
            }
        )
    )


def calls() -> dict[str, list[str]]:
    """What each subgraph was asked since this was called last."""
    asked = {name: [call.query for call in app.calls] for name, (app, _) in SUBGRAPHS.items()}
    for app, _ in SUBGRAPHS.values():
        app.calls.clear()
    return asked
