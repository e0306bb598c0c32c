"""The use cases of editors. Each runs in the caller's unit of work and records what it did.

Whoever changes a product or its variants locks the product first, so changes of one product come
one after another. Prices lock the variant.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from subgraphs.catalog import errors, product_reads, repository, shop_reads, variant_reads
from subgraphs.catalog.commands import (
    CreateProduct,
    SetPrice,
    UpdateProduct,
    UpsertVariant,
    check_number,
)
from subgraphs.catalog.errors import Code
from subgraphs.catalog.events import price_changed, product_updated
from subgraphs.catalog.models import Price, Product, ProductStatus, Variant
from subgraphs.shared.ids import new_id
from subgraphs.shared.unit_of_work import UnitOfWork, constraint


async def create_product(unit: UnitOfWork, command: CreateProduct) -> str:
    """Make a draft; gives its id."""
    command.check()
    session = unit.session
    if command.category_id is not None and not await repository.has_category(
        session, command.category_id
    ):
        raise errors.not_found("category", "categoryId")
    known = await repository.known_attributes(session, [key for key, _ in command.attributes])
    for index, (key, _) in enumerate(command.attributes):
        if key not in known:
            raise errors.not_found("kind of attribute", "attributes", str(index), "key")
    values: dict[str, Any] = {
        "id": new_id("prod"),
        "slug": command.slug,
        "title": command.title,
        "description": command.description,
        "vendor": command.vendor,
        "status": ProductStatus.DRAFT,
        "category_id": command.category_id,
        "tags": [],
    }
    product = await repository.insert_product(session, values)
    if product is None:
        raise errors.slug_taken(command.slug)
    await repository.insert_options(session, product.id, command.options)
    await repository.insert_attributes(session, product.id, command.attributes)
    await repository.write_keywords(session, [product.id])
    unit.record(product_updated(product))
    return product.id


async def update_product(unit: UnitOfWork, command: UpdateProduct) -> str:
    """Change what is told; gives the id. Without a change there is no new version."""
    command.check()
    product = await _locked(unit, command.id, "id")
    if command.expected_version not in (None, product.version):
        raise errors.changed_meanwhile(product.version)
    wanted = {
        "title": command.title,
        "description": command.description,
        "vendor": command.vendor,
        "status": command.status,
    }
    changes = {
        name: value
        for name, value in wanted.items()
        if value is not None and value != getattr(product, name)
    }
    if not changes:
        return product.id
    changed = await repository.update_product(unit.session, product.id, changes)
    unit.record(product_updated(changed))
    if changes.keys() & {"title", "status"}:
        await _tell_prices(unit, changed)
    return product.id


async def upsert_variants(
    unit: UnitOfWork, product_id: str, commands: Sequence[UpsertVariant]
) -> str:
    """Make the variants whose SKU is new, change the others; gives the product's id."""
    check_number(commands)
    for index, command in enumerate(commands):
        command.check("variants", str(index))
    product = await _locked(unit, product_id, "productId")
    names = await repository.option_names(unit.session, product.id)
    there = await repository.lock_variants(unit.session, product.id)
    merged = _merged(product, there, commands, names)
    await _check_taken(unit, commands, {v.sku: v for v in merged})
    wanted = {command.sku for command in commands}
    chosen: dict[tuple[str, str], None] = {}
    try:
        for variant in merged:
            if variant.sku in wanted:
                await repository.save_variant(unit.session, variant)
                chosen |= dict.fromkeys(variant.choices)
    except IntegrityError as error:  # another product took it just now
        match constraint(error):
            case "variants_sku_key":
                raise errors.taken_meanwhile(Code.DUPLICATE_SKU, "SKU") from error
            case "variants_barcode_key":
                raise errors.taken_meanwhile(Code.CONFLICT, "barcode") from error
            case _:
                raise
    await repository.add_option_values(unit.session, product.id, list(chosen))
    await repository.drop_unused_values(unit.session, product.id)
    await repository.write_keywords(unit.session, [product.id])
    changed = await repository.update_product(unit.session, product.id, {})
    unit.record(product_updated(changed))
    return product.id


async def set_price(unit: UnitOfWork, command: SetPrice) -> str:
    """Set a variant's price in a channel; gives the variant's id."""
    session = unit.session
    channels = {channel.slug: channel for channel in await shop_reads.all_channels(session)}
    channel = channels.get(command.channel)
    if channel is None:
        raise errors.not_found("channel", "channel")
    command.check(channel.currency)
    variant = await repository.lock_variant(session, command.variant_id)
    if variant is None:
        raise errors.not_found("variant", "variantId")
    price = Price(
        variant_id=variant.id,
        channel=channel.slug,
        price=command.price,
        compare_at=command.compare_at,
    )
    key = (variant.id, channel.slug)
    if (await variant_reads.prices_by(session, [key])).get(key) == price:
        return variant.id
    await repository.save_price(session, variant.product_id, price)
    [variant] = await repository.next_price_versions(session, [variant.id])
    found = await product_reads.products_by_id(session, [variant.product_id], drafts=True)
    prices = (await variant_reads.prices_of(session, [variant.id]))[variant.id]
    unit.record(price_changed(found[variant.product_id], variant, prices, channel.slug))
    return variant.id


async def _locked(unit: UnitOfWork, product_id: str, field: str) -> Product:
    product = await repository.lock_product(unit.session, product_id)
    if product is None:
        raise errors.not_found("product", field)
    return product


async def _tell_prices(unit: UnitOfWork, product: Product) -> None:
    """Others keep title and status beside the prices: tell them anew of each variant with one."""
    variants = await repository.lock_variants(unit.session, product.id)
    prices = await variant_reads.prices_of(unit.session, [variant.id for variant in variants])
    for variant in await repository.next_price_versions(unit.session, list(prices)):
        own = prices[variant.id]
        unit.record(price_changed(product, variant, own, own[0].channel))


def _merged(
    product: Product,
    there: Sequence[Variant],
    commands: Sequence[UpsertVariant],
    names: Sequence[str],
) -> list[Variant]:
    """All variants as they shall be.

    Raises:
        BusinessError: a SKU is there twice, or two variants have the same choices.
    """
    by_sku = {variant.sku: variant for variant in there}
    position = max((variant.position for variant in there), default=-1)
    seen: set[str] = set()
    for index, command in enumerate(commands):
        if command.sku in seen:
            raise errors.duplicate_sku(command.sku, "variants", str(index), "sku")
        seen.add(command.sku)
        old = by_sku.get(command.sku)
        if old is None:
            position += 1
        by_sku[command.sku] = Variant(
            id=old.id if old else new_id("var"),
            product_id=product.id,
            position=old.position if old else position,
            sku=command.sku,
            barcode=command.barcode,
            choices=command.choices(names, "variants", str(index)),
            weight_grams=command.weight_grams,
            cost=old.cost if old else None,
            price_version=old.price_version if old else 0,
        )
    owners: dict[tuple[tuple[str, str], ...], str] = {
        variant.choices: variant.sku for variant in by_sku.values() if variant.sku not in seen
    }
    for index, command in enumerate(commands):
        if owners.setdefault(by_sku[command.sku].choices, command.sku) != command.sku:
            raise errors.duplicate_choice("variants", str(index), "options")
    return list(by_sku.values())


async def _check_taken(
    unit: UnitOfWork, commands: Sequence[UpsertVariant], merged: dict[str, Variant]
) -> None:
    """Raise BusinessError where a SKU or a barcode is that of another variant."""
    skus = await repository.taken(unit.session, "sku", [command.sku for command in commands])
    codes = [command.barcode for command in commands if command.barcode is not None]
    barcodes = await repository.taken(unit.session, "barcode", codes)
    seen: set[str] = set()
    for index, command in enumerate(commands):
        own = merged[command.sku].id
        if skus.get(command.sku, own) != own:
            raise errors.duplicate_sku(command.sku, "variants", str(index), "sku")
        if command.barcode is None:
            continue
        if command.barcode in seen or barcodes.get(command.barcode, own) != own:
            raise errors.duplicate_barcode(command.barcode, "variants", str(index), "barcode")
        seen.add(command.barcode)
