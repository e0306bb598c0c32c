"""Products, variants and collections in the graph, made from the models."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Self

import strawberry

from subgraphs.catalog import listing, models
from subgraphs.catalog.criteria import Criteria, Hit
from subgraphs.catalog.faceting import count_facets
from subgraphs.catalog.parts import (
    AttributeValue,
    Category,
    EffectivePrice,
    Facet,
    ImageMedia,
    Info,
    Media,
    PriceRange,
    ProductOption,
    SelectedOption,
    SelectedOptionInput,
)
from subgraphs.shared.connections import Edge, Page, PageInfo, page_of, page_request
from subgraphs.shared.directives import list_size
from subgraphs.shared.fields import resolved
from subgraphs.shared.money_types import MoneyType
from subgraphs.shared.node import Node

COST = "catalog:cost"


@strawberry.federation.type(
    keys=["id", "slug"], description="Something the shop sells, in one or more variants."
)
class Product(Node):
    slug: str = strawberry.field(description="For addresses.")
    title: str = strawberry.field(description="What it is called.")
    description: str = strawberry.field(description="What is said about it; plain text.")
    vendor: str | None = strawberry.field(description="The brand.")
    status: models.ProductStatus = strawberry.field(description="Whether it is sold.")
    tags: list[str] = strawberry.field(description="Words to find it by.")
    version: int = strawberry.field(description="Grows by one with each change; see productUpdate.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    category_id: strawberry.Private[str | None]

    @resolved("Where it stands in the shop's tree.")
    async def category(self, info: Info) -> Category | None:
        return None if self.category_id is None else await Category.find(info, self.category_id)

    @resolved("The collections it is in.", directives=[list_size(of_items=True)])
    async def collections(self, info: Info, first: int = 20) -> "list[Collection]":
        asked = page_request(first)
        found = await info.context.loaders.product_collections.load(self.id)
        return [Collection.of(collection) for collection in found[: asked.first]]

    @resolved("What there is to choose.")
    async def options(self, info: Info) -> list[ProductOption]:
        return [ProductOption.of(o) for o in await info.context.loaders.options.load(self.id)]

    @resolved("Its variants, in order.", directives=[list_size()])
    async def variants(
        self, info: Info, first: int = 50, after: str | None = None
    ) -> "ProductVariantConnection":
        request = page_request(first, after)
        rows = await info.context.loaders.variant_pages.load((self.id, request))
        page = page_of(rows, request, lambda variant: (variant.position,))
        return ProductVariantConnection.over(page, self.id)

    @resolved("The variant with exactly these choices.")
    async def variant_by_options(
        self, info: Info, selected: list[SelectedOptionInput]
    ) -> "ProductVariant | None":
        wanted = {(option.name, option.value) for option in selected}
        for variant in await info.context.loaders.all_variants.load(self.id):
            if set(variant.choices) == wanted:
                return ProductVariant.of(variant)
        return None

    @resolved("Facts about it, in order; with `keys` only those.")
    async def attributes(self, info: Info, keys: list[str] | None = None) -> list[AttributeValue]:
        found = await info.context.loaders.attributes.load(self.id)
        return [AttributeValue.of(fact) for fact in found if keys is None or fact.key in keys]

    @resolved("Pictures of it, the main one first.")
    async def media(self, info: Info, kind: models.MediaKind | None = None) -> list[Media]:
        found = [ImageMedia.of(i) for i in await info.context.loaders.images.load(self.id)]
        return list(filter(lambda medium: kind in (None, medium.kind), found))

    @resolved("From the cheapest to the dearest variant; null where it is not sold.")
    async def price_range(self, info: Info, channel: str) -> PriceRange | None:
        found = await info.context.loaders.price_ranges.load((self.id, channel))
        return None if found is None else PriceRange.of(found)

    @classmethod
    def of(cls, product: models.Product) -> Self:
        return cls(
            id=strawberry.ID(product.id),
            slug=product.slug,
            title=product.title,
            description=product.description,
            vendor=product.vendor,
            status=product.status,
            tags=list(product.tags),
            version=product.version,
            created_at=product.created_at,
            updated_at=product.updated_at,
            category_id=product.category_id,
        )

    @classmethod
    async def find(
        cls, info: Info, product_id: str | None = None, slug: str | None = None
    ) -> Self | None:
        """The product of that id or slug, unless it is a draft and the viewer no editor."""
        loaders = info.context.loaders
        if product_id is not None:
            product = await loaders.products.load(product_id)
        elif slug is not None:
            product = await loaders.products_by_slug.load(slug)
        else:
            return None
        return None if product is None else cls.of(product)

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002
        slug: str | None = None,
    ) -> Self | None:
        return await cls.find(info, id, slug)


@strawberry.federation.type(
    keys=["id", "sku"], description="What is bought: a product with all its options chosen."
)
class ProductVariant(Node):
    sku: str = strawberry.field(description="The merchant's number for it.")
    barcode: str | None = strawberry.field(description="Its GTIN.")
    title: str = strawberry.field(description="What tells it from its siblings: Black / M.")
    selected_options: list[SelectedOption] = strawberry.field(description="What is chosen.")
    weight_grams: int | None = strawberry.field(description="In grams, packed.")
    product_id: strawberry.Private[str]
    cost: strawberry.Private[MoneyType | None]

    @resolved("The product it is a variant of.")
    async def product(self, info: Info) -> Product:
        product = await info.context.loaders.products.load(self.product_id)
        if product is None:
            raise LookupError(f"Variant {self.id} has no product.")
        return Product.of(product)

    @resolved("Its list price; null where it is not sold.")
    async def price(self, info: Info, channel: str) -> MoneyType | None:
        found = await info.context.loaders.prices.load((self.id, channel))
        return None if found is None else MoneyType.of(found.price)

    @resolved("The former price, if the shop shows one.")
    async def compare_at_price(self, info: Info, channel: str) -> MoneyType | None:
        found = await info.context.loaders.prices.load((self.id, channel))
        return None if found is None or not found.compare_at else MoneyType.of(found.compare_at)

    @resolved("What it costs now; null where it is not sold.")
    async def effective_price(self, info: Info, channel: str) -> EffectivePrice | None:
        found = await info.context.loaders.prices.load((self.id, channel))
        return None if found is None else EffectivePrice.of(found)

    @resolved("Pictures of this variant.")
    async def media(self, info: Info) -> list[Media]:
        found = await info.context.loaders.variant_images.load(self.id)
        return [ImageMedia.of(image) for image in found]

    @resolved("What the shop pays for it.", tags=["partner"], scopes=[[COST]])
    def cost_price(self, info: Info) -> MoneyType | None:
        info.context.require_scopes(COST)
        return self.cost

    @classmethod
    def of(cls, variant: models.Variant) -> Self:
        return cls(
            id=strawberry.ID(variant.id),
            sku=variant.sku,
            barcode=variant.barcode,
            title=variant.title,
            selected_options=[SelectedOption(name=n, value=v) for n, v in variant.choices],
            weight_grams=variant.weight_grams,
            product_id=variant.product_id,
            cost=None if variant.cost is None else MoneyType.of(variant.cost),
        )

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002
        sku: str | None = None,
    ) -> Self | None:
        loaders = info.context.loaders
        if id is not None:
            found = await loaders.variants.load(id)
        elif sku is not None:
            found = await loaders.variants_by_sku.load(sku)
        else:
            return None
        return None if found is None else cls.of(found)


@strawberry.federation.type(keys=["id"], description="A list of products made by hand.")
class Collection(Node):
    slug: str = strawberry.field(description="For addresses.")
    title: str = strawberry.field(description="What it is called.")

    @resolved("Its active products, in order.", directives=[list_size()])
    async def products(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> "ProductConnection":
        request = page_request(first, after)
        loaders = info.context.loaders
        rows = await loaders.product_pages.load((self.id, request))
        places = page_of(rows, request, lambda row: (row[0], row[1].id))
        products = [product for _, product in places.items]
        return ProductConnection.over(
            places, products, lambda: loaders.product_counts.load(self.id)
        )

    @classmethod
    def of(cls, collection: models.Collection) -> Self:
        return cls(id=strawberry.ID(collection.id), slug=collection.slug, title=collection.title)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        found = await info.context.loaders.collections.load(id)
        return None if found is None else cls.of(found)


@strawberry.type(description="A page of products.")
class ProductConnection:
    edges: list[Edge[Product]] = strawberry.field(description="The items with their cursors.")
    nodes: list[Product] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolved("How many there are on all pages.")
    async def total_count(self) -> int | None:
        return await self.count()

    @classmethod
    def over(
        cls,
        page: Page[Any],
        products: Sequence[models.Product],
        count: Callable[[], Awaitable[int]],
    ) -> Self:
        """The products of a page of something; `count` is asked for the total only if needed."""
        nodes = [Product.of(product) for product in products]
        return cls(
            edges=[Edge(cursor=c, node=n) for c, n in zip(page.cursors, nodes, strict=True)],
            nodes=nodes,
            page_info=page_info(page),
            count=count,
        )


@strawberry.type(description="A page of a product's variants.")
class ProductVariantConnection:
    edges: list[Edge[ProductVariant]] = strawberry.field(
        description="The items with their cursors."
    )
    nodes: list[ProductVariant] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    product_id: strawberry.Private[str]

    @resolved("How many there are on all pages.")
    async def total_count(self, info: Info) -> int | None:
        return await info.context.loaders.variant_counts.load(self.product_id)

    @classmethod
    def over(cls, page: Page[models.Variant], product_id: str) -> Self:
        """A page of the product's variants."""
        nodes = [ProductVariant.of(variant) for variant in page.items]
        return cls(
            edges=[Edge(cursor=c, node=n) for c, n in zip(page.cursors, nodes, strict=True)],
            nodes=nodes,
            page_info=page_info(page),
            product_id=product_id,
        )


@strawberry.type(description="A found product and its place.")
class SearchEdge:
    cursor: str = strawberry.field(description="Give it as `after` to read on from here.")
    node: Product = strawberry.field(description="The product.")
    score: float = strawberry.field(description="How well it matches; 0 without words.")


@strawberry.type(description="A page of found products, and what all that is found has in common.")
class SearchConnection:
    edges: list[SearchEdge] = strawberry.field(description="The items with their cursors.")
    nodes: list[Product] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    criteria: strawberry.Private[Criteria]
    keys: strawberry.Private[Sequence[str]]
    currency: strawberry.Private[str | None]

    @resolved("How many are found, on all pages.")
    async def total_count(self, info: Info) -> int:
        async with info.context.database.session() as session:
            return await listing.count(session, self.criteria)

    @resolved("The facets asked for, in that order; those that nothing found has are left out.")
    async def facets(self, info: Info) -> list[Facet]:
        async with info.context.database.session() as session:
            found = await count_facets(session, self.criteria, self.keys, self.currency)
        return [Facet.of(facet) for facet in found]

    @classmethod
    def over(
        cls, page: Page[Hit], criteria: Criteria, keys: Sequence[str], currency: str | None
    ) -> Self:
        """A page of what `criteria` find; `keys` are the facets asked for."""
        edges = [
            SearchEdge(cursor=cursor, node=Product.of(hit.product), score=hit.score)
            for cursor, hit in zip(page.cursors, page.items, strict=True)
        ]
        return cls(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(page),
            criteria=criteria,
            keys=keys,
            currency=currency,
        )


def page_info(page: Page[Any]) -> PageInfo:
    """Where a page stands."""
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.cursors[-1] if page.cursors else None,
    )
