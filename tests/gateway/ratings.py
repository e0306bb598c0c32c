"""A subgraph in Strawberry that shares a field with others and does not say so."""

import strawberry


@strawberry.federation.type(keys=["id"])
class Product:
    id: strawberry.ID

    @strawberry.federation.field(description="From 1 to 5.")  # type: ignore[untyped-decorator]
    def rating(self) -> int:
        return 5


@strawberry.type
class Query:
    best_rated: Product


schema = strawberry.federation.Schema(query=Query)
