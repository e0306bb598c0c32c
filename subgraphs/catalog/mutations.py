"""The mutations: input to command, command to use case, outcome to payload."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from subgraphs.catalog import service
from subgraphs.catalog.commands import CreateProduct, SetPrice, UpdateProduct, UpsertVariant
from subgraphs.catalog.loaders import EDITOR
from subgraphs.catalog.parts import Info, InputError
from subgraphs.catalog.payloads import (
    ProductCreateInput,
    ProductPayload,
    ProductUpdateInput,
    VariantInput,
    VariantPayload,
    VariantPriceSetInput,
    VariantsUpsertInput,
)
from subgraphs.catalog.types import Product, ProductVariant
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.idempotency import Once, once
from subgraphs.shared.unit_of_work import UnitOfWork

T = TypeVar("T")


@strawberry.type
class Mutation:
    """All of them are for editors; the gateway's check is repeated here."""

    @resolved("Make a product; it begins as a draft.", tags=["partner"], scopes=[[EDITOR]])
    async def product_create(self, info: Info, input: ProductCreateInput) -> ProductPayload:  # noqa: A002
        viewer = info.context.require_scopes(EDITOR)
        command = CreateProduct(
            slug=input.slug,
            title=input.title,
            description=input.description or "",
            vendor=input.vendor,
            category_id=input.category_id,
            options=tuple(input.options or ()),
            attributes=tuple((fact.key, fact.value) for fact in input.attributes or ()),
        )
        request = Once(
            actor=viewer.sub,
            key=input.idempotency_key,
            operation="productCreate",
            input=command,
        )

        async def work(unit: UnitOfWork) -> str:
            create = service.create_product
            return (await once(unit, request, lambda: create(unit, command), str)).result

        return await _product(info, work)

    @resolved("Change a product.", tags=["partner"], scopes=[[EDITOR]])
    async def product_update(self, info: Info, input: ProductUpdateInput) -> ProductPayload:  # noqa: A002
        info.context.require_scopes(EDITOR)
        command = UpdateProduct(
            id=input.id,
            title=input.title,
            description=input.description,
            vendor=input.vendor,
            status=input.status,
            expected_version=input.expected_version,
        )
        return await _product(info, lambda unit: service.update_product(unit, command))

    @resolved(
        "Make variants of a product, or change those whose SKU it has; all or none.",
        tags=["partner"],
        scopes=[[EDITOR]],
    )
    async def variants_upsert(self, info: Info, input: VariantsUpsertInput) -> ProductPayload:  # noqa: A002
        info.context.require_scopes(EDITOR)
        commands = [_upsert(variant) for variant in input.variants]
        return await _product(
            info, lambda unit: service.upsert_variants(unit, input.product_id, commands)
        )

    @resolved("Set a variant's price in a channel.", tags=["partner"], scopes=[[EDITOR]])
    async def variant_price_set(self, info: Info, input: VariantPriceSetInput) -> VariantPayload:  # noqa: A002
        info.context.require_scopes(EDITOR)
        command = SetPrice(
            variant_id=input.variant_id,
            channel=input.channel,
            price=input.price.value(),
            compare_at=input.compare_at.value() if input.compare_at else None,
        )
        try:
            variant_id = await info.context.transact(lambda unit: service.set_price(unit, command))
        except BusinessError as error:
            return VariantPayload(variant=None, user_errors=[InputError.of(error)])
        info.context.loaders.forget()
        variant = await info.context.loaders.variants.load(variant_id)
        return VariantPayload(
            variant=None if variant is None else ProductVariant.of(variant), user_errors=[]
        )


def _upsert(variant: VariantInput) -> UpsertVariant:
    return UpsertVariant(
        sku=variant.sku,
        barcode=variant.barcode,
        options=tuple((option.name, option.value) for option in variant.options),
        weight_grams=variant.weight_grams,
    )


async def _product(info: Info, work: Callable[[UnitOfWork], Awaitable[str]]) -> ProductPayload:
    """Run a use case that gives a product's id, and read the product as it is then."""
    try:
        product_id = await info.context.transact(work)
    except BusinessError as error:
        return ProductPayload(product=None, user_errors=[InputError.of(error)])
    info.context.loaders.forget()
    return ProductPayload(product=await Product.find(info, product_id), user_errors=[])
