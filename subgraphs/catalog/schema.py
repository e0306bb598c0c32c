"""The roots of the catalog's graph."""

from collections.abc import AsyncIterator

import strawberry

from subgraphs.catalog import listing, shop_reads
from subgraphs.catalog.events import PRICE_TOPIC
from subgraphs.catalog.filters import ProductFilter, criteria_of, facet_keys
from subgraphs.catalog.models import ProductSort
from subgraphs.catalog.mutations import Mutation
from subgraphs.catalog.parts import (
    Category,
    Channel,
    EffectivePrice,
    ImageMedia,
    Info,
    InputError,
)
from subgraphs.catalog.types import (
    Collection,
    Product,
    ProductConnection,
    ProductVariant,
    SearchConnection,
)
from subgraphs.shared.connections import Connection, page_of, page_request
from subgraphs.shared.directives import (
    EventStreamClass,
    event_stream,
    list_size,
    served_by_gateway,
)
from subgraphs.shared.errors import BadUserInput
from subgraphs.shared.fields import resolved, subscribed
from subgraphs.shared.schema import build_schema


@strawberry.type
class Query:
    @resolved("One product, by exactly one of its keys.", tags=["public"])
    async def product(
        self,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002
        slug: str | None = None,
    ) -> Product | None:
        _one_of(id=id, slug=slug)
        return await Product.find(info, id, slug)

    @resolved("Active products.", tags=["public"], directives=[list_size()])
    async def products(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        filter: ProductFilter | None = None,  # noqa: A002
        sort: ProductSort = ProductSort.RELEVANCE,
    ) -> ProductConnection:
        request = page_request(first, after)
        criteria, _ = await criteria_of(info, filter, sort)
        database = info.context.database
        async with database.session() as session:
            page = await listing.page(session, criteria, sort, request)

        async def count() -> int:
            async with database.session() as session:
                return await listing.count(session, criteria)

        return ProductConnection.over(page, [hit.product for hit in page.items], count)

    @resolved(
        "Active products that match all words of `query`, or where none does, words like them. "
        "`facets` names what to count: brand, category, price, keys of attributes, names of "
        "options in lower case.",
        tags=["public"],
        directives=[list_size()],
    )
    async def search(
        self,
        info: Info,
        *,
        query: str | None = None,
        filter: ProductFilter | None = None,  # noqa: A002
        facets: list[str] | None = None,
        first: int = 20,
        after: str | None = None,
        sort: ProductSort = ProductSort.RELEVANCE,
    ) -> SearchConnection:
        request = page_request(first, after)
        criteria, channel = await criteria_of(info, filter, sort, query)
        keys = facet_keys(facets, channel)
        async with info.context.database.session() as session:
            page = await listing.page(session, criteria, sort, request)
        return SearchConnection.over(page, criteria, keys, channel.currency if channel else None)

    @resolved("One variant, by exactly one of its keys.", tags=["public"])
    async def variant(
        self,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002
        sku: str | None = None,
        barcode: str | None = None,
    ) -> ProductVariant | None:
        _one_of(id=id, sku=sku, barcode=barcode)
        loaders = info.context.loaders
        if barcode is not None:
            found = await loaders.variants_by_barcode.load(barcode)
            return None if found is None else ProductVariant.of(found)
        return await ProductVariant.resolve_reference(info, id, sku)

    @resolved("One collection, by exactly one of its keys.", tags=["public"])
    async def collection(
        self,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002
        slug: str | None = None,
    ) -> Collection | None:
        _one_of(id=id, slug=slug)
        loaders = info.context.loaders
        found = await (
            loaders.collections.load(id)
            if id is not None
            else loaders.collections_by_slug.load(slug or "")
        )
        return None if found is None else Collection.of(found)

    @resolved("All collections, in order.", tags=["public"], directives=[list_size()])
    async def collections(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Collection]:
        request = page_request(first, after)
        async with info.context.database.session() as session:
            rows = await shop_reads.collection_page(session, request)
        return Connection.of(page_of(rows, request, lambda c: (c.position, c.id)), Collection.of)

    @resolved("The categories right below one; without it the departments.", tags=["public"])
    async def categories(
        self, info: Info, parent_id: strawberry.ID | None = None
    ) -> list[Category]:
        if parent_id is not None:
            found = await info.context.loaders.children.load(parent_id)
        else:
            async with info.context.database.session() as session:
                found = await shop_reads.departments(session)
        return [Category.of(category) for category in found]

    @resolved("All channels, in order.", tags=["public"])
    async def channels(self, info: Info) -> list[Channel]:
        return [Channel.of(channel) for channel in await info.context.loaders.every_channel()]


@strawberry.type(description="What a variant costs after a change.")
class PriceChange:
    variant: ProductVariant = strawberry.field(description="The variant.")
    channel: str = strawberry.field(description="Where its price has changed.")
    price: EffectivePrice = strawberry.field(description="What it costs there now.")
    version: int = strawberry.field(description="Grows by one with each change of its prices.")


@strawberry.type
class Subscription:
    @subscribed(
        "What variants cost, whenever it changes.",
        tags=["public"],
        directives=[event_stream(PRICE_TOPIC, "variantIds", EventStreamClass.STATE)],
    )
    async def price_changed(self, variant_ids: list[strawberry.ID]) -> AsyncIterator[PriceChange]:
        async for change in served_by_gateway(PriceChange):
            yield change


def _one_of(**keys: str | None) -> None:
    given = [name for name, value in keys.items() if value is not None]
    if len(given) != 1:
        raise BadUserInput(f"Give exactly one of {', '.join(keys)}.")


schema = build_schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Product, ProductVariant, Category, Channel, Collection, ImageMedia, InputError],
)
