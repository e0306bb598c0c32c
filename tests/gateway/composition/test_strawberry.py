"""What Strawberry prints for a federated schema composes, our own directive included."""

from enum import Enum

import strawberry
from strawberry.schema_directive import Location

from tests.support.composition import composed, definition, federation_1


@strawberry.enum
class EventClass(Enum):
    LOG = "LOG"
    STATE = "STATE"


@strawberry.federation.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    compose=True,
    import_url="https://shop.example/events/v1.0",
)
class EventStream:
    topic: str
    key: str
    class_: EventClass = strawberry.directive_field(name="class")


@strawberry.federation.type(keys=["id"])
class Product:
    id: strawberry.ID
    name: str = strawberry.federation.field(tags=["public"])


@strawberry.type
class Query:
    @strawberry.federation.field(authenticated=True)  # type: ignore[untyped-decorator]
    def product(self) -> Product:
        return Product(id=strawberry.ID("1"), name="Tea")


@strawberry.type
class Subscription:
    @strawberry.subscription(  # type: ignore[untyped-decorator]
        directives=[EventStream(topic="catalog", key="id", class_=EventClass.STATE)]
    )
    async def changes(self) -> Product:  # type: ignore[misc]
        yield Product(id=strawberry.ID("1"), name="Tea")


def test_a_strawberry_schema_composes():
    printed = strawberry.federation.Schema(query=Query, subscription=Subscription).as_str()

    sdl = composed(federation_1("catalog", printed)).supergraph_sdl

    assert 'key: "id"' in definition(sdl, "Product")
    assert 'name: String! @tag(name: "public")' in definition(sdl, "Product")
    assert "product: Product! @authenticated" in definition(sdl, "Query")
    assert '@eventStream(topic: "catalog", key: "id", class: STATE)' in definition(
        sdl, "Subscription"
    )
