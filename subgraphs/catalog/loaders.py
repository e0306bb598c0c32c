"""One request's batched reads: however long a list, each kind of thing in it is one statement."""

from collections.abc import Awaitable, Callable, Collection as Some, Hashable, Mapping
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.catalog import product_reads, shop_reads, variant_reads
from subgraphs.catalog.models import (
    Attribute,
    Category,
    Channel,
    Collection,
    Image,
    Option,
    Price,
    PriceRange,
    Product,
    Variant,
)
from subgraphs.shared.connections import PageRequest
from subgraphs.shared.context import Request
from subgraphs.shared.loader import Loader

EDITOR = "catalog:write"
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Part = tuple[str, PageRequest]
"""A page of what belongs to an owner."""


class Loaders:
    """Made anew for each request, and by `forget` after a mutation changed what they hold."""

    products: Loader[str, Product | None]
    products_by_slug: Loader[str, Product | None]
    options: Loader[str, list[Option]]
    attributes: Loader[str, list[Attribute]]
    images: Loader[str, list[Image]]
    price_ranges: Loader[tuple[str, str], PriceRange | None]
    product_collections: Loader[str, list[Collection]]
    variants: Loader[str, Variant | None]
    variants_by_sku: Loader[str, Variant | None]
    variants_by_barcode: Loader[str, Variant | None]
    all_variants: Loader[str, list[Variant]]
    variant_pages: Loader[Part, list[Variant]]
    variant_counts: Loader[str, int]
    variant_images: Loader[str, list[Image]]
    prices: Loader[tuple[str, str], Price | None]
    channels: Loader[str, list[Channel]]
    categories: Loader[str, Category | None]
    children: Loader[str, list[Category]]
    collections: Loader[str, Collection | None]
    collections_by_slug: Loader[str, Collection | None]
    product_pages: Loader[Part, list[tuple[int, Product]]]
    product_counts: Loader[str, int]

    def __init__(self, request: Request) -> None:
        self._database = request.database
        self._drafts = request.viewer is not None and EDITOR in request.viewer.scopes
        self.forget()

    def forget(self) -> None:
        """Read everything anew from now on."""
        self.products = self._single(
            lambda s, ids: product_reads.products_by_id(s, ids, drafts=self._drafts)
        )
        self.products_by_slug = self._single(
            lambda s, slugs: product_reads.products_by_slug(s, slugs, drafts=self._drafts)
        )
        self.options = self._lists(product_reads.options_of)
        self.attributes = self._lists(product_reads.attributes_of)
        self.images = self._lists(product_reads.images_of)
        self.price_ranges = self._single(product_reads.price_ranges)
        self.product_collections = self._lists(product_reads.collections_of)
        self.variants = self._variants("id")
        self.variants_by_sku = self._variants("sku")
        self.variants_by_barcode = self._variants("barcode")
        self.all_variants = self._lists(variant_reads.variants_of)
        self.variant_pages = self._pages(variant_reads.variant_pages)
        self.variant_counts = self._counts(variant_reads.variant_counts)
        self.variant_images = self._lists(variant_reads.variant_images)
        self.prices = self._single(variant_reads.prices_by)
        self.channels = Loader(self._all_channels)
        self.categories = self._single(shop_reads.categories_by_id)
        self.children = self._lists(shop_reads.children_of)
        self.collections = self._single(lambda s, ids: shop_reads.collections_by(s, "id", ids))
        self.collections_by_slug = self._single(
            lambda s, slugs: shop_reads.collections_by(s, "slug", slugs)
        )
        self.product_pages = self._pages(shop_reads.product_pages)
        self.product_counts = self._counts(shop_reads.product_counts)

    async def every_channel(self) -> list[Channel]:
        """All channels: there are few, and most requests need several."""
        return await self.channels.load("all")

    async def _all_channels(self, keys: list[str]) -> list[list[Channel]]:
        found = await self._read(shop_reads.all_channels)
        return [found for _ in keys]

    def _variants(self, column: str) -> Loader[str, Variant | None]:
        return self._single(
            lambda s, values: variant_reads.variants_by(s, column, values, drafts=self._drafts)
        )

    async def _read(self, read: Callable[[AsyncSession], Awaitable[V]]) -> V:
        async with self._database.session() as session:
            return await read(session)

    def _single(
        self, read: Callable[[AsyncSession, Some[K]], Awaitable[Mapping[K, V]]]
    ) -> Loader[K, V | None]:
        async def load(keys: list[K]) -> list[V | None]:
            found = await self._read(lambda session: read(session, keys))
            return [found.get(key) for key in keys]

        return Loader(load)

    def _lists(
        self, read: Callable[[AsyncSession, Some[K]], Awaitable[Mapping[K, list[V]]]]
    ) -> Loader[K, list[V]]:
        async def load(keys: list[K]) -> list[list[V]]:
            found = await self._read(lambda session: read(session, keys))
            return [found.get(key, []) for key in keys]

        return Loader(load)

    def _counts(
        self, read: Callable[[AsyncSession, Some[str]], Awaitable[Mapping[str, int]]]
    ) -> Loader[str, int]:
        async def load(keys: list[str]) -> list[int]:
            found = await self._read(lambda session: read(session, keys))
            return [found.get(key, 0) for key in keys]

        return Loader(load)

    def _pages(
        self,
        read: Callable[[AsyncSession, Some[str], PageRequest], Awaitable[Mapping[str, list[V]]]],
    ) -> Loader[Part, list[V]]:
        """One statement for each distinct page asked for, whatever the number of owners."""

        async def load(keys: list[Part]) -> list[list[V]]:
            owners: dict[PageRequest, list[str]] = {}
            for owner, request in keys:
                owners.setdefault(request, []).append(owner)
            found: dict[Part, list[V]] = {}
            async with self._database.session() as session:
                for request, ids in owners.items():
                    pages = await read(session, ids, request)
                    found |= {(owner, request): page for owner, page in pages.items()}
            return [found.get(key, []) for key in keys]

        return Loader(load)
